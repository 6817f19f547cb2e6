//! The reader of JSON beside another one: what it takes, what it refuses, and how it cuts a text into values.

use std::io::Read;

use aion_pow::json::{Complaint, Json, MOST_NESTED, ReadError, Values};
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

/// A value as the other reader has it.
fn as_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(digits) => Value::Number(digits.parse::<Number>().expect("a number")),
        Json::Text(text) => Value::String(text.to_string()),
        Json::Array(values) => Value::Array(values.iter().map(as_value).collect()),
        Json::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.to_string(), as_value(value)));
            Value::Object(Map::from_iter(members))
        }
    }
}

/// Whether both readers say the same of a text. Only how deep values may be nested, and how large a number may be that
/// nobody asked for, are ours to decide.
fn assert_agreement(text: &str) {
    let ours = Json::parse(text);
    match (&ours, serde_json::from_str::<Value>(text)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(as_value(ours), theirs, "{text:?}"),
        (Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => assert_eq!(error.complaint, Complaint::TooDeep, "{text:?}"),
        (Ok(_), Err(error)) => assert!(error.to_string().contains("out of range"), "{text:?}: {error}"),
    }
}

#[test]
fn values_are_read_as_another_reader_reads_them() {
    let texts = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "12.5",
        "1e3",
        "1E-3",
        "1.5e+10",
        "18446744073709551615",
        "\"\"",
        "\"a\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0041\\u00e9\\u20ac\"",
        "\"\\ud83d\\ude00\"",
        "\"é😀\u{7f}\"",
        "[]",
        "[ ]",
        "[1,[2,[]],{}]",
        "{}",
        "{ }",
        "{\"a\":1,\"a\":2}",
        " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
    ];
    for text in texts {
        assert!(Json::parse(text).is_ok(), "{text:?}");
        assert_agreement(text);
    }
}

#[test]
fn a_long_string_is_searched_to_its_end_wherever_something_special_stands() {
    for length in 0..100 {
        for special in ["\\n", "\u{1f}", "\"", "é", ""] {
            for at in 0..=length {
                let (before, after) = ("x".repeat(at), "x".repeat(length - at));
                assert_agreement(&format!("\"{before}{special}{after}\""));
            }
        }
    }
}

#[test]
fn bad_text_is_refused_where_it_is_bad() {
    let table = [
        ("nothing", "", Complaint::Unfinished, 1, 1),
        ("blanks", " \n ", Complaint::Unfinished, 2, 2),
        ("half a word", "nul", Complaint::Unfinished, 1, 4),
        ("another word", "nulL", Complaint::NoValue, 1, 1),
        ("a word that goes on", "nulls", Complaint::Trailing, 1, 5),
        ("a leading zero", "01", Complaint::Trailing, 1, 2),
        ("a plus", "+1", Complaint::NoValue, 1, 1),
        ("a lone minus", "-", Complaint::Unfinished, 1, 2),
        ("a fraction without digits", "[1.]", Complaint::NoValue, 1, 4),
        ("an exponent without digits", "1e", Complaint::Unfinished, 1, 3),
        (
            "an exponent's sign without digits",
            "1e+x",
            Complaint::NoValue,
            1,
            4,
        ),
        ("a word that is no number", "NaN", Complaint::NoValue, 1, 1),
        ("hex", "0x10", Complaint::Trailing, 1, 2),
        ("single quotation marks", "'a'", Complaint::NoValue, 1, 1),
        ("a string without an end", "\"abc", Complaint::Unfinished, 1, 5),
        ("a line end in a string", "\"a\nb\"", Complaint::Control, 1, 3),
        ("an unknown escape", "\"\\x41\"", Complaint::Escape, 1, 2),
        ("an escape cut off", "\"\\", Complaint::Unfinished, 1, 2),
        ("an escape of three digits", "\"\\u004\"", Complaint::Escape, 1, 2),
        (
            "a sign among an escape's digits",
            "\"\\u+041\"",
            Complaint::Escape,
            1,
            2,
        ),
        ("a low surrogate alone", "\"\\ude00\"", Complaint::Escape, 1, 2),
        ("a high surrogate alone", "\"\\ud83d\"", Complaint::Escape, 1, 2),
        (
            "two high surrogates",
            "\"\\ud83d\\ud83d\"",
            Complaint::Escape,
            1,
            2,
        ),
        (
            "a high surrogate before a letter",
            "\"\\ud83d\\u0041\"",
            Complaint::Escape,
            1,
            2,
        ),
        ("a name without quotation marks", "{a:1}", Complaint::NoName, 1, 2),
        ("a name that is a number", "{1:1}", Complaint::NoName, 1, 2),
        ("no colon", "{\"a\" 1}", Complaint::NoColon, 1, 6),
        ("no value", "{\"a\":}", Complaint::NoValue, 1, 6),
        (
            "a comma at an object's end",
            "{\"a\":1,}",
            Complaint::NoName,
            1,
            8,
        ),
        ("a comma at an array's end", "[1,]", Complaint::NoValue, 1, 4),
        ("a comma alone", "[,]", Complaint::NoValue, 1, 2),
        ("no comma", "[1\n 2]", Complaint::NoComma, 2, 2),
        ("an array without an end", "[1,\n2", Complaint::Unfinished, 2, 2),
        ("the wrong bracket", "[1}", Complaint::NoComma, 1, 3),
        ("something behind", "{}\n]", Complaint::Trailing, 2, 1),
        ("a comment", "/**/1", Complaint::NoValue, 1, 1),
        ("a mark of the byte order", "\u{feff}1", Complaint::NoValue, 1, 1),
    ];
    for (name, text, complaint, line, column) in table {
        let error = Json::parse(text).expect_err(name);
        assert_eq!(
            (error.complaint, error.line, error.column),
            (complaint, line, column),
            "{name}"
        );
        assert_agreement(text);
    }
}

#[test]
fn values_may_be_nested_so_deep_and_no_deeper() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Json::parse(&nested(MOST_NESTED)).is_ok());
    let error = Json::parse(&nested(MOST_NESTED + 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "nested deeper than {MOST_NESTED} levels at line 1 column {}",
            MOST_NESTED + 1
        )
    );
    let objects = "{\"a\":".repeat(1_000_000);
    assert_eq!(Json::parse(&objects).unwrap_err().complaint, Complaint::TooDeep);
}

/// Gives a text in pieces of so many bytes.
struct InPieces<'a>(&'a [u8], usize);

impl Read for InPieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

/// The values of a text that comes in pieces of so many bytes, and why it ended before its end.
fn cut(text: &[u8], piece: usize) -> (Vec<(String, usize, usize)>, Option<String>) {
    let mut values = Vec::new();
    for value in Values::new(InPieces(text, piece)) {
        match value {
            Ok(value) => values.push((value.text, value.line, value.column)),
            Err(error) => return (values, Some(error.to_string())),
        }
    }
    (values, None)
}

#[test]
fn a_text_is_cut_into_its_values_however_it_comes() {
    type Cut<'a> = &'a [(&'a str, usize, usize)];
    let table: [(&str, &str, Cut, Option<&str>); 15] = [
        ("one value", "{}", &[("{}", 1, 1)], None),
        ("a word at the end", " 12", &[("12", 1, 2)], None),
        (
            "lines",
            "{}\n\r\n [1]\n\"a b\"\n",
            &[("{}", 1, 1), ("1", 3, 3), ("\"a b\"", 4, 1)],
            None,
        ),
        (
            "side by side",
            "{}{}\"a\"null",
            &[("{}", 1, 1), ("{}", 1, 3), ("\"a\"", 1, 5), ("null", 1, 8)],
            None,
        ),
        (
            "an array",
            "[{\"a\":\n1}, 2,\n[3]]4",
            &[("{\"a\":\n1}", 1, 2), ("2", 2, 5), ("[3]", 3, 1), ("4", 3, 5)],
            None,
        ),
        ("an empty array", " [ ] ", &[], None),
        (
            "brackets in a string",
            r#"{"}\"]":"["} 1"#,
            &[(r#"{"}\"]":"["}"#, 1, 1), ("1", 1, 14)],
            None,
        ),
        (
            "a backslash before the end",
            r#"["\\",{"\\":1}]"#,
            &[(r#""\\""#, 1, 2), (r#"{"\\":1}"#, 1, 7)],
            None,
        ),
        ("nothing", "", &[], Some("the input is empty; wanted JSON")),
        ("blanks", "\n \t", &[], Some("the input is empty; wanted JSON")),
        (
            "a comma outside",
            "1,2",
            &[("1", 1, 1)],
            Some("wanted a value at line 1 column 2"),
        ),
        (
            "a bracket too much",
            "[]\n]",
            &[],
            Some("wanted a value at line 2 column 1"),
        ),
        (
            "no comma in an array",
            "[{}\n{}]",
            &[("{}", 1, 2)],
            Some("wanted a comma or the end of what was opened at line 2 column 1"),
        ),
        (
            "an array without an end",
            "[1,\n",
            &[("1", 1, 2)],
            Some("the text ends inside a value at line 2 column 1"),
        ),
        (
            "an object without an end",
            "1 {\"a\"",
            &[("1", 1, 1)],
            Some("the text ends inside a value at line 1 column 7"),
        ),
    ];
    for (name, text, values, trouble) in table {
        let expected: Vec<_> = values
            .iter()
            .map(|(text, line, column)| (text.to_string(), *line, *column))
            .collect();
        for piece in 1..=text.len() + 1 {
            let (cut, why) = cut(text.as_bytes(), piece);
            assert_eq!(cut, expected, "{name}, {piece} bytes at a time");
            assert_eq!(why.as_deref(), trouble, "{name}, {piece} bytes at a time");
        }
    }
}

#[test]
fn what_is_no_text_is_said_with_its_place() {
    let (values, why) = cut(b"{}\n{\"a\":\n\"\xff\"}", 4);
    assert_eq!(values.len(), 1);
    assert_eq!(
        why.as_deref(),
        Some("bytes that are not UTF-8 at line 3 column 2")
    );
}

#[test]
fn a_reader_s_failure_ends_the_values_and_a_value_without_end_is_not_held() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let mut values = Values::new((&b"{} {"[..]).chain(Broken));
    assert_eq!(values.next().unwrap().unwrap().text, "{}");
    assert!(matches!(values.next(), Some(Err(ReadError::Reader(_)))));
    assert!(values.next().is_none());

    let mut values = Values::new((&b"1\n  \""[..]).chain(std::io::repeat(b'x')));
    assert_eq!(values.next().unwrap().unwrap().text, "1");
    let error = values.next().unwrap().unwrap_err().to_string();
    assert_eq!(
        error,
        "the value at line 2 column 3 is longer than 16777216 bytes"
    );
    assert!(values.next().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5000) })]

    #[test]
    fn texts_that_are_nearly_json_are_read_alike(
        text in r#"[\[\]{}":,a-f0-9 \n.eE+\\u-]{0,60}|(\{("a"|"b\\n"):(null|true|-?[0-9]{1,3}|\[\]),?){0,5}\}?"#
    ) {
        assert_agreement(&text);
    }

    #[test]
    fn strings_of_any_characters_are_read_alike(text: String) {
        assert_agreement(&Value::String(text).to_string());
    }

    #[test]
    fn pieces_of_any_size_give_the_values_of_the_whole(
        text in "[\\[\\]{}\":,a-c1 \n\\\\]{0,60}",
        piece in 1..20usize,
    ) {
        prop_assert_eq!(cut(text.as_bytes(), piece), cut(text.as_bytes(), text.len() + 1));
    }
}
