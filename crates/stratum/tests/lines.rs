//! The framing of lines.

use stratum::line::to_line;
use stratum::{LineBuffer, LineError, LineLimit, Notification};

/// What a socket gave, read by read.
type Segments = &'static [&'static [u8]];

fn all_lines(buffer: &mut LineBuffer) -> Result<Vec<String>, LineError> {
    let mut lines = Vec::new();
    while let Some(line) = buffer.next_line()? {
        lines.push(line);
    }
    Ok(lines)
}

fn cut(limit: LineLimit, segments: &[&[u8]]) -> Result<Vec<String>, LineError> {
    let mut buffer = LineBuffer::new(limit);
    let mut lines = Vec::new();
    for segment in segments {
        buffer.push(segment)?;
        lines.extend(all_lines(&mut buffer)?);
    }
    Ok(lines)
}

#[test]
fn segments_become_lines_however_they_are_cut() {
    let cases: &[(&str, Segments, &[&str])] = &[
        ("one line", &[b"a\n"], &["a"]),
        ("half lines", &[b"ab", b"cd", b"\n"], &["abcd"]),
        ("three lines in one segment", &[b"a\nb\nc\n"], &["a", "b", "c"]),
        ("a line and a half", &[b"a\nb", b"c\n"], &["a", "bc"]),
        ("CRLF", &[b"a\r\nb\r\n"], &["a", "b"]),
        (
            "CR and LF in different segments",
            &[b"a\r", b"\nb\n"],
            &["a", "b"],
        ),
        ("empty lines", &[b"\n\r\n\na\n\n"], &["a"]),
        ("a CR inside a line stays", &[b"a\rb\n"], &["a\rb"]),
        ("a character cut in two", &[b"\xc3", b"\xa9\n"], &["é"]),
        ("no end", &[b"abc"], &[]),
    ];
    for (name, segments, expected) in cases {
        assert_eq!(cut(LineLimit::Line(16), segments).unwrap(), *expected, "{name}");
        assert_eq!(
            cut(LineLimit::Buffered(16), segments).unwrap(),
            *expected,
            "{name}"
        );
    }
}

#[test]
fn a_line_limit_counts_one_line_without_its_end() {
    let cases: &[(&str, Segments, Result<usize, LineError>)] = &[
        ("as long as allowed", &[b"1234\n"], Ok(1)),
        ("many lines in one segment", &[b"1234\n1234\n1234\n"], Ok(3)),
        (
            "one byte more",
            &[b"12345\n"],
            Err(LineError::TooLong { held: 5, limit: 4 }),
        ),
        (
            "one byte more, without an end",
            &[b"123", b"45"],
            Err(LineError::TooLong { held: 5, limit: 4 }),
        ),
        (
            "a good line before",
            &[b"1\n12345"],
            Err(LineError::TooLong { held: 5, limit: 4 }),
        ),
    ];
    for (name, segments, expected) in cases {
        assert_eq!(
            cut(LineLimit::Line(4), segments).map(|lines| lines.len()),
            *expected,
            "{name}"
        );
    }
}

#[test]
fn a_buffer_limit_counts_complete_lines_too() {
    let limit = LineLimit::Buffered(10_240);
    let fill = |count: usize| vec![b'x'; count];
    assert_eq!(cut(limit, &[&fill(10_240)]).unwrap().len(), 0);
    assert_eq!(
        cut(limit, &[&fill(10_240), b"x"]).unwrap_err(),
        LineError::TooLong {
            held: 10_241,
            limit: 10_240
        }
    );
    let mut submit = fill(3_014);
    submit.push(b'\n');
    assert_eq!(
        cut(limit, &[&submit.repeat(3)]).unwrap().len(),
        3,
        "9,045 bytes in one write"
    );
    assert!(
        cut(limit, &[&submit.repeat(4)]).is_err(),
        "12,060 bytes in one write"
    );
    assert_eq!(
        cut(limit, &[&submit, &submit, &submit, &submit]).unwrap().len(),
        4,
        "read one by one"
    );
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_place() {
    assert_eq!(
        cut(LineLimit::Line(16), &[b"ab\xff\n"]).unwrap_err(),
        LineError::NotUtf8 { at: 2 }
    );
}

#[test]
fn a_line_out_has_one_end_whatever_it_says() {
    let line = to_line(&Notification::Reconnect {
        host: Some("a\r\nb".into()),
        port: None,
    });
    assert!(line.ends_with('\n'));
    assert_eq!(line.matches(['\r', '\n']).count(), 1);
}
