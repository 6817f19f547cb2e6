//! Any bytes as what a socket gives, in any pieces: lines or a named error, then messages or a named error; and what
//! was read as a message, of a client or of a server, is read back as the same one after it was written, in either
//! dialect.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratum::line::to_text;
use stratum::{Call, Dialect, LineBuffer, LineLimit, RawCall, ServerMessage, Subscribed};

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
    let raw = RawCall::parse(line);
    if let Ok(call) = Call::parse(line) {
        assert!(raw.is_ok(), "what is well-formed is a call");
        assert_eq!(Call::parse(&to_text(&call)), Ok(call));
    }
    let Ok(message) = ServerMessage::parse(line) else {
        return;
    };
    assert_eq!(ServerMessage::parse(&to_text(&message)).as_ref(), Ok(&message));
    for dialect in [Dialect::Solo, Dialect::MiningCore] {
        let written = match &message {
            ServerMessage::Reply(reply) => dialect.reply_line(reply),
            ServerMessage::Notification(notification) => dialect.notification_line(notification),
        };
        let text = written.strip_suffix('\n').expect("a line");
        assert!(!text.contains(['\r', '\n']));
        assert_eq!(ServerMessage::parse(text).as_ref(), Ok(&message));
    }
    if let ServerMessage::Reply(reply) = &message {
        if let Ok(subscribed) = Subscribed::from_result(reply.result.as_ref()) {
            let result = subscribed.to_result();
            assert_eq!(Subscribed::from_result(Some(&result)), Ok(subscribed));
        }
        assert!(!(reply.is_granted() && reply.error.is_some()));
    }
}
