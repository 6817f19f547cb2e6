//! The least of a WebSocket client: masked text frames out, any frame in.
//!
//! A client of its own instead of a library's: thousands of them share one core with the pool.

/// The request that opens a session; the key may be any sixteen bytes.
pub fn opening(authority: &str, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nOrigin: http://{authority}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
}

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

/// What a server sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    Text(&'a [u8]),
    Ping(&'a [u8]),
    Close(&'a [u8]),
    Other,
}

/// A text in one frame, under a mask of zeros, which changes nothing.
pub fn text(payload: &[u8]) -> Vec<u8> {
    frame(TEXT, payload)
}

pub fn pong(payload: &[u8]) -> Vec<u8> {
    frame(PONG, payload)
}

fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + 8);
    bytes.push(0x80 | opcode);
    match u16::try_from(payload.len()) {
        Ok(length @ 0..=125) => bytes.push(0x80 | length.to_be_bytes()[1]),
        Ok(length) => {
            bytes.push(0x80 | 126);
            bytes.extend(length.to_be_bytes());
        }
        Err(_) => unreachable!("no line here is that long"),
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

/// The first frame of the bytes and how long it is; `None` where it is not whole yet.
pub fn parse(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (start, length) = match second {
        126 => (
            4,
            usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])),
        ),
        length => (2, usize::from(length)),
    };
    let payload = bytes.get(start..start + length)?;
    let frame = match first & 0xf {
        TEXT => Frame::Text(payload),
        PING => Frame::Ping(payload),
        CLOSE => Frame::Close(payload),
        _ => Frame::Other,
    };
    Some((frame, start + length))
}
