//! A text of JSON becomes verdicts: one value, an array or lines, up to where it stops being JSON.

use aion_pow::chain::{Verdict, Verdicts};
use aion_pow::json::ReadError;
use aion_pow::reason::Reason;
use serde_json::{Value, json};

/// A claim whose fields all have their sizes, and no proof in it.
fn claim() -> Value {
    json!({ "mine_hash": "00".repeat(32), "nonce": "00".repeat(32), "solution": "00".repeat(1408) })
}

#[test]
fn text_is_read_as_one_value_as_an_array_or_as_lines() {
    let item = claim();
    let table = [
        ("one object", item.to_string(), 1),
        ("one object over many lines", format!("\n{item:#}\n\n"), 1),
        ("an array", json!([item, item, item]).to_string(), 3),
        ("an empty array", "[]".into(), 0),
        ("lines", format!("{item}\n{item}\n"), 2),
        ("lines with blank ones", format!("{item}\r\n\r\n{item}"), 2),
        (
            "lines of objects and arrays",
            format!("{item}\n[{item},null]\n[]\n{item}\n"),
            4,
        ),
    ];
    for (name, text, count) in table {
        let verdicts: Vec<Verdict> = Verdicts::new(text.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(verdicts.len(), count, "{name}");
        for (place, verdict) in verdicts.iter().enumerate() {
            assert_eq!(verdict.index, place as u64, "{name}");
        }
    }
}

#[test]
fn a_bad_item_does_not_lose_the_rest_of_its_array() {
    let text = json!([claim(), 7, { "mine_hash": "x" }, null, claim()]).to_string();
    let reasons: Vec<_> = Verdicts::new(text.as_bytes())
        .map(|verdict| verdict.unwrap().reason.unwrap())
        .collect();
    let expected = [
        Reason::DuplicateIndex,
        Reason::Malformed,
        Reason::Malformed,
        Reason::UnknownBlock,
        Reason::DuplicateIndex,
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn unreadable_text_ends_with_an_error_that_says_where() {
    let table = [
        (
            "a broken object",
            "{\"a\": }",
            "wanted a value at line 1 column 7",
            0,
        ),
        (
            "a broken third line",
            "null\nnull\n{]\n",
            "wanted a name in quotation marks at line 3 column 2",
            2,
        ),
        (
            "an array that ends early",
            "[null,\n",
            "the text ends inside a value at line 2 column 1",
            1,
        ),
        ("words", "hello", "wanted a value at line 1 column 1", 0),
        ("nothing", "", "the input is empty; wanted JSON", 0),
        ("blanks", " \n\t\r\n", "the input is empty; wanted JSON", 0),
    ];
    for (name, text, expected, before) in table {
        let mut verdicts = Verdicts::new(text.as_bytes());
        for _ in 0..before {
            assert!(verdicts.next().unwrap().is_ok(), "{name}");
        }
        assert_eq!(
            verdicts.next().unwrap().unwrap_err().to_string(),
            expected,
            "{name}"
        );
        assert!(verdicts.next().is_none(), "{name}: nothing comes after an error");
    }
}

#[test]
fn a_text_nested_without_end_is_refused_and_not_followed() {
    let text = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    let error = Verdicts::new(text.as_bytes()).next().unwrap().unwrap_err();
    assert!(matches!(&error, ReadError::Text(_)), "{error}");
    assert!(
        error.to_string().contains("nested deeper than 64 levels"),
        "{error}"
    );
}
