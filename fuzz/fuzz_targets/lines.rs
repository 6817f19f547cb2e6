//! The line codec beside a plain one: whatever the pieces in which bytes come, they give the same lines, or the same kind
//! of error at the same place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratum::{LineBuffer, LineError, LineLimit};

#[derive(Debug, PartialEq)]
enum Outcome {
    Line(String),
    TooLong,
    NotUtf8(usize),
}

fuzz_target!(|input: (bool, u16, &[u8], &[u8])| {
    let (buffered, limit, sizes, bytes) = input;
    let limit = usize::from(limit);
    let mut pieces = Vec::new();
    let (mut rest, mut turn) = (bytes, 0);
    while !rest.is_empty() {
        // Pieces of nothing come too.
        let size = sizes
            .get(turn % sizes.len().max(1))
            .map_or(1, |&size| size.into());
        let (piece, after) = rest.split_at(usize::min(size, rest.len()));
        pieces.push(piece);
        (rest, turn) = (after, turn + 1);
        if turn > 2 * bytes.len() + 2 {
            pieces.push(rest);
            break;
        }
    }
    let expected = plain(&pieces, buffered, limit);
    let limit = match buffered {
        true => LineLimit::Buffered(limit),
        false => LineLimit::Line(limit),
    };
    assert_eq!(cut(&pieces, limit), expected);
});

fn cut(pieces: &[&[u8]], limit: LineLimit) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut buffer = LineBuffer::new(limit);
    for piece in pieces {
        let mut pushed = buffer.push(piece);
        loop {
            match pushed.and_then(|()| buffer.next_line()) {
                Ok(Some(line)) => outcomes.push(Outcome::Line(line)),
                Ok(None) => break,
                Err(LineError::TooLong { held, limit }) => {
                    assert!(held > limit);
                    outcomes.push(Outcome::TooLong);
                    return outcomes;
                }
                Err(LineError::NotUtf8 { at }) => {
                    outcomes.push(Outcome::NotUtf8(at));
                    return outcomes;
                }
            }
            pushed = Ok(());
        }
    }
    outcomes
}

/// Keeps all bytes and looks at them from the start.
fn plain(pieces: &[&[u8]], buffered: bool, limit: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut held = Vec::new();
    for piece in pieces {
        held.extend_from_slice(piece);
        if buffered && held.len() > limit {
            outcomes.push(Outcome::TooLong);
            return outcomes;
        }
        while let Some(end) = held.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = held.drain(..=end).take(end).collect();
            if !buffered && line.len() > limit {
                outcomes.push(Outcome::TooLong);
                return outcomes;
            }
            match std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(&line)) {
                Ok("") => {}
                Ok(line) => outcomes.push(Outcome::Line(line.to_owned())),
                Err(error) => {
                    outcomes.push(Outcome::NotUtf8(error.valid_up_to()));
                    return outcomes;
                }
            }
        }
        if !buffered && held.len() > limit {
            outcomes.push(Outcome::TooLong);
            return outcomes;
        }
    }
    outcomes
}
