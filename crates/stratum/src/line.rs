//! Lines from the bytes of a socket, and messages to lines.
//!
//! A line ends at LF; a CR before it is dropped and empty lines are skipped, because real clients send both.
//! Outwards there is exactly one LF and no CR: the network's own miner goes deaf at a CR.

use serde::Serialize;
use thiserror::Error;

/// What a [`LineBuffer`] refuses to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineLimit {
    /// At most this many bytes in one line, its end not counted.
    Line(usize),
    /// At most this many bytes unread by the caller, line ends and complete lines included: the solo pool's rule,
    /// under which three submits in one write pass and four do not.
    Buffered(usize),
}

/// Why a stream of bytes can no longer be cut into lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LineError {
    /// The limit is passed: for one line, or for all that is buffered.
    #[error("{held} bytes are more than the limit of {limit}")]
    TooLong {
        /// Bytes of the line so far, or of all that is buffered.
        held: usize,
        /// The limit.
        limit: usize,
    },
    /// A line is not UTF-8.
    #[error("byte {at} of the line is not UTF-8")]
    NotUtf8 {
        /// Offset of the first bad byte in the line, from 0.
        at: usize,
    },
}

/// The most room, in bytes, that an empty buffer keeps: enough for what a pool says in an ordinary minute.
const KEPT: usize = 512;

/// Bytes come in as a socket gives them, lines go out.
///
/// After an error the stream is lost: the buffer is empty and the connection should be closed.
#[derive(Debug)]
pub struct LineBuffer {
    limit: LineLimit,
    bytes: Vec<u8>,
    /// Where the next line begins; what lies before it goes at the next push, once for all its lines.
    start: usize,
    /// Bytes from `start` known to hold no LF, so that a slow line is not searched again and again.
    searched: usize,
}

impl LineBuffer {
    /// An empty buffer.
    pub fn new(limit: LineLimit) -> Self {
        LineBuffer {
            limit,
            bytes: Vec::new(),
            start: 0,
            searched: 0,
        }
    }

    /// Takes bytes from the socket.
    ///
    /// # Errors
    /// [`LineError::TooLong`] where [`LineLimit::Buffered`] is passed. A single line's limit is checked by
    /// [`next_line`](Self::next_line), which must be called until it gives `None` before more is pushed.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), LineError> {
        self.bytes.drain(..self.start);
        self.start = 0;
        let held = self.bytes.len() + bytes.len();
        if let LineLimit::Buffered(limit) = self.limit
            && held > limit
        {
            self.clear();
            return Err(LineError::TooLong { held, limit });
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// The next complete line without its end, `None` until more bytes come.
    ///
    /// # Errors
    /// [`LineError::TooLong`] for a line over [`LineLimit::Line`], complete or not; [`LineError::NotUtf8`].
    pub fn next_line(&mut self) -> Result<Option<String>, LineError> {
        loop {
            let rest = &self.bytes[self.start..];
            let end = rest[self.searched..].iter().position(|&byte| byte == b'\n');
            let length = end.map_or(rest.len(), |offset| self.searched + offset);
            if let LineLimit::Line(limit) = self.limit
                && length > limit
            {
                self.clear();
                return Err(LineError::TooLong { held: length, limit });
            }
            if end.is_none() {
                self.searched = length;
                if length == 0 && self.bytes.capacity() > KEPT {
                    // Servers hold thousands of these, nearly all empty: room for one long burst is not kept.
                    self.bytes = Vec::new();
                    self.start = 0;
                }
                return Ok(None);
            }
            let line = rest[..length]
                .strip_suffix(b"\r")
                .unwrap_or(&rest[..length])
                .to_vec();
            self.start += length + 1;
            self.searched = 0;
            if line.is_empty() {
                continue;
            }
            return match String::from_utf8(line) {
                Ok(text) => Ok(Some(text)),
                Err(error) => {
                    self.clear();
                    Err(LineError::NotUtf8 {
                        at: error.utf8_error().valid_up_to(),
                    })
                }
            };
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.start = 0;
        self.searched = 0;
    }
}

/// A message as it goes over TCP: compact JSON and one LF.
///
/// JSON text holds no raw line end, so the LF is the only one.
pub fn to_line<M: Serialize>(message: &M) -> String {
    let mut line = to_text(message);
    line.push('\n');
    line
}

/// A message as it goes over a WebSocket: the line without its LF.
pub fn to_text<M: Serialize>(message: &M) -> String {
    // The message types here have string keys and no fallible serializer, so that this cannot fail; an empty
    // line, which every receiver skips, is the harmless answer if a foreign type does.
    serde_json::to_string(message).unwrap_or_default()
}
