//! What a client sends: accepted forms and refused ones.

use stratum::line::to_text;
use stratum::{Call, ParseError, RawCall, Request};

#[test]
fn a_call_is_encoded_as_pools_expect_it() {
    let cases = [
        (
            r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0","AionStratum/1.0.0"]}"#,
            None,
        ),
        (
            r#"{"id": 1, "method": "mining.subscribe", "params": ["nheqminer/0.2.1", null,"127.0.0.1","3333"]}"#,
            Some(
                r#"{"id":1,"method":"mining.subscribe","params":["nheqminer/0.2.1",null,"127.0.0.1","3333"]}"#,
            ),
        ),
        (
            r#"{"method":"mining.subscribe","id":1}"#,
            Some(r#"{"id":1,"method":"mining.subscribe","params":[]}"#),
        ),
        (
            r#"{"id":"a","method":"mining.extranonce.subscribe","params":[]}"#,
            None,
        ),
        (
            r#"{"id":null,"method":"mining.authorize","params":["0xa0","d=512"]}"#,
            None,
        ),
        (
            r#"{"method":"mining.authorize","params":["0xa0"]}"#,
            Some(r#"{"method":"mining.authorize","params":["0xa0",""]}"#),
        ),
        (
            r#"{"id":2,"method":"mining.authorize","params":["0xa0",null],"jsonrpc":"2.0"}"#,
            Some(r#"{"id":2,"method":"mining.authorize","params":["0xa0",""]}"#),
        ),
        (
            r#"{"id":3,"method":"mining.submit","params":["0xa0","1","00","ab","fd8005"]}"#,
            None,
        ),
        (
            "\r\n{\"id\":4,\"method\":\"mining.extranonce.subscribe\",\"params\":[]}\r\n",
            Some(r#"{"id":4,"method":"mining.extranonce.subscribe","params":[]}"#),
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(to_text(&Call::parse(line).unwrap()), expected.unwrap_or(line));
    }
}

#[test]
fn a_malformed_call_is_refused_with_what_and_where() {
    let cases = [
        ("", "not JSON: EOF while parsing a value, at column 0"),
        ("{", "not JSON: EOF while parsing an object, at column 1"),
        (
            r#"{"id":1}{"id":2}"#,
            "not JSON: trailing characters, at column 9",
        ),
        ("null", "the message is null, not an object"),
        ("[]", "the message is an array, not an object"),
        ("7", "the message is a number, not an object"),
        ("{}", "the message has no method"),
        (r#"{"method":5}"#, "the message has no method"),
        (
            r#"{"method":"mining.get_transactions","params":[]}"#,
            "unknown method \"mining.get_transactions\"",
        ),
        (
            r#"{"method":"mining.subscribe","params":{}}"#,
            "mining.subscribe params: expected an array of at most 4, found an object",
        ),
        (
            r#"{"method":"mining.subscribe","params":["a",1]}"#,
            "mining.subscribe params[1]: expected a string or null, found a number",
        ),
        (
            r#"{"method":"mining.subscribe","params":[null,null,null,null,null]}"#,
            "mining.subscribe params: expected an array of at most 4, found an array",
        ),
        (
            r#"{"method":"mining.extranonce.subscribe","params":[1]}"#,
            "mining.extranonce.subscribe params: expected an empty array, found an array",
        ),
        (
            r#"{"method":"mining.authorize"}"#,
            "mining.authorize params: expected an array of 1 or 2, found nothing",
        ),
        (
            r#"{"method":"mining.authorize","params":[null,"x"]}"#,
            "mining.authorize params[0]: expected a string, found null",
        ),
        (
            r#"{"method":"mining.authorize","params":["0xa0",5]}"#,
            "mining.authorize params[1]: expected a string or null, found a number",
        ),
        (
            r#"{"method":"mining.submit"}"#,
            "mining.submit params: expected an array of 5, found nothing",
        ),
        (
            r#"{"method":"mining.submit","params":null}"#,
            "mining.submit params: expected an array of 5, found null",
        ),
        (
            r#"{"method":"mining.submit","params":["0xa0","1","00","ab"]}"#,
            "mining.submit params: expected an array of 5, found an array",
        ),
        (
            r#"{"method":"mining.submit","params":["0xa0","1","00","ab","fd","x"]}"#,
            "mining.submit params: expected an array of 5, found an array",
        ),
        (
            r#"{"method":"mining.submit","params":["0xa0",1,"00","ab","fd"]}"#,
            "mining.submit params[1]: expected a string, found a number",
        ),
        (
            r#"{"id":[1],"method":"mining.extranonce.subscribe","params":[]}"#,
            "mining.extranonce.subscribe id: expected a number, a string or null, found an array",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(Call::parse(line).unwrap_err().to_string(), expected, "{line}");
    }
}

#[test]
fn nesting_without_end_is_an_error_and_not_a_crash() {
    let deep = format!(r#"{{"method":"m","params":{}"#, "[".repeat(10_000));
    assert!(matches!(RawCall::parse(&deep), Err(ParseError::Json { .. })));
}

#[test]
fn a_call_can_be_logged_without_wallet_or_password() {
    for line in [
        r#"{"id":2,"method":"mining.authorize","params":["0xa0wallet","hunter2"]}"#,
        r#"{"id":3,"method":"mining.submit","params":["0xa0wallet","1","00","ab","fd8005"]}"#,
    ] {
        let shown = format!("{:?}", Call::parse(line).unwrap());
        assert!(!shown.contains("wallet") && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_subscribe_tells_agent_and_version() {
    let line = r#"{"id":1,"method":"mining.subscribe","params":["miner/1.0","AionStratum/1.0.0"]}"#;
    let Request::Subscribe(subscribe) = Call::parse(line).unwrap().request else {
        panic!("{line}")
    };
    assert_eq!(
        (subscribe.agent(), subscribe.version()),
        (Some("miner/1.0"), Some("AionStratum/1.0.0"))
    );
}
