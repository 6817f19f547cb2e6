//! Any bytes as what a socket gives, in any pieces: lines or a named error, then messages or a named error; and what
//! was read as a message is read back as the same one after it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratum::line::to_text;
use stratum::{Call, LineBuffer, LineLimit, RawCall, ServerMessage};

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    let mut buffer = LineBuffer::new(LineLimit::Line(10_240));
    for piece in bytes.chunks(usize::from(step) + 1) {
        if buffer.push(piece).is_err() {
            return;
        }
        loop {
            match buffer.next_line() {
                Ok(Some(line)) => read(&line),
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
    // Over a WebSocket a message comes without a line's end.
    if let Ok(text) = std::str::from_utf8(bytes) {
        read(text);
    }
});

fn read(line: &str) {
    let _ = RawCall::parse(line);
    if let Ok(call) = Call::parse(line) {
        assert_eq!(Call::parse(&to_text(&call)), Ok(call));
    }
    if let Ok(message) = ServerMessage::parse(line) {
        assert_eq!(ServerMessage::parse(&to_text(&message)), Ok(message));
    }
}
