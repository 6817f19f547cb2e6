//! Which lines are JSON values by themselves, without reading them as JSON.

/// Whether a line is one JSON value from its first byte to its last, if it is JSON at all: an object whose last
/// brace closes the first one, or `null`. Such a line can be read by itself, wherever it stands.
pub fn is_whole(line: &[u8]) -> bool {
    match line.trim_ascii() {
        b"null" => true,
        line if line.first() == Some(&b'{') => closes_at_its_end(line),
        _ => false,
    }
}

fn closes_at_its_end(object: &[u8]) -> bool {
    let mut depth = 0usize;
    let mut bytes = object.iter().enumerate();
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'"' => {
                // Braces in a string count nothing, and an escaped quote does not end it.
                while let Some((_, &byte)) = bytes.next() {
                    if byte == b'"' {
                        break;
                    }
                    if byte == b'\\' {
                        bytes.next();
                    }
                }
            }
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return place + 1 == object.len();
                }
            }
            _ => {}
        }
    }
    false
}

/// What a JSON error says, its line counted from the beginning of the text: `lines_before` were read before.
pub fn message(error: &serde_json::Error, lines_before: usize) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match message.strip_suffix(&place) {
        Some(what) => format!(
            "{what} at line {} column {}",
            error.line() + lines_before,
            error.column()
        ),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_whole_where_its_last_brace_closes_its_first() {
        for line in [
            "{}",
            " {\"a\": {\"b\": [1, {}]}} \r\n",
            r#"{"a": "}{\"}"}"#,
            r#"{"a": "\\"}"#,
            "null\n",
            "{\"a\": }",
        ] {
            assert!(is_whole(line.as_bytes()), "{line}");
        }
        for line in [
            "",
            " ",
            "{",
            "{}{}",
            "{} 1",
            "[{}]",
            "[",
            "}",
            "nul",
            "null null",
            "1",
            r#"{"a": "}"#,
            r#"{"a": "\"}"#,
            "{\"a\": \"\\",
        ] {
            assert!(!is_whole(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn an_error_s_line_is_counted_from_the_beginning() {
        let error = serde_json::from_str::<serde_json::Value>("{\n1").unwrap_err();
        assert_eq!(message(&error, 0), error.to_string());
        assert_eq!(message(&error, 40), "key must be a string at line 42 column 1");
    }
}
