//! What a server sends, in both dialects.

use serde_json::json;
use stratum::line::to_text;
use stratum::{
    Dialect, ErrorCode, ErrorForm, Id, Notification, Notify, Reply, ReplyError, ServerMessage,
    ShareDifficulty, Subscribed,
};

const TARGET: &str = "0080000000000000000000000000000000000000000000000000000000000000";
const HASH: &str = "faaddba8d50819c7e9127ff4ccc560713ae65f4b8be844392cf90032891b1226";

fn parse(line: &str) -> ServerMessage {
    ServerMessage::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn bytes(digits: &str) -> [u8; 32] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

#[test]
fn notifications_of_both_dialects_are_read() {
    let job = |job_id: &str, clean| {
        Notification::Notify(Notify {
            job_id: job_id.to_owned(),
            clean,
            target: bytes(TARGET),
            header_hash: bytes(HASH),
        })
    };
    let cases = [
        (
            format!(r#"{{"id":null,"method":"mining.notify","params":["1",true,"{TARGET}","{HASH}"]}}"#),
            job("1", true),
        ),
        (
            format!(
                r#"{{"jsonrpc":"2.0","method":"mining.notify","params":["0000002a",false,"{TARGET}","{HASH}"]}}"#
            ),
            job("0000002a", false),
        ),
        (
            format!(r#"{{"method":"mining.notify","params":["2","true","{TARGET}","{HASH}"]}}"#),
            job("2", true),
        ),
        (
            format!(r#"{{"jsonrpc":"2.0","method":"mining.set_target","params":["{TARGET}"]}}"#),
            Notification::SetTarget(bytes(TARGET)),
        ),
        (
            r#"{"jsonrpc":"2.0","method":"mining.set_difficulty","params":[1024.0]}"#.to_owned(),
            Notification::SetDifficulty(ShareDifficulty::Number(1024.0)),
        ),
        (
            format!(r#"{{"method":"mining.set_difficulty","params":["{TARGET}"]}}"#),
            Notification::SetDifficulty(ShareDifficulty::Target(bytes(TARGET))),
        ),
        (
            r#"{"method":"mining.set_extranonce","params":["be10"]}"#.to_owned(),
            Notification::SetExtranonce(vec![0xbe, 0x10]),
        ),
        (
            r#"{"method":"mining.set_extranonce","params":["",32]}"#.to_owned(),
            Notification::SetExtranonce(Vec::new()),
        ),
        (
            r#"{"method":"client.reconnect","params":["pool.example","3333",5]}"#.to_owned(),
            Notification::Reconnect {
                host: Some("pool.example".to_owned()),
                port: Some(3333),
            },
        ),
        (
            r#"{"method":"client.reconnect"}"#.to_owned(),
            Notification::Reconnect {
                host: None,
                port: None,
            },
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(parse(&line), ServerMessage::Notification(expected), "{line}");
    }
}

#[test]
fn replies_of_both_dialects_are_read_and_solo_ones_written_back_byte_for_byte() {
    let refused = |id: i64, result, code, message: &str, form| Reply {
        id: Id::new(id),
        result,
        error: Some(ReplyError {
            code,
            message: message.to_owned(),
            form,
        }),
    };
    let null = Some(json!(null));
    let not = Some(json!(false));
    let cases = [
        (
            r#"{"id":3,"result":true,"error":null}"#,
            true,
            Reply::success(Id::new(3), true),
        ),
        (
            r#"{"id":"a","result":true,"error":null}"#,
            true,
            Reply::success(Id::new("a"), true),
        ),
        (
            r#"{"result":true,"error":null}"#,
            true,
            Reply::success(Id::ABSENT, true),
        ),
        (
            r#"{"id":4,"result":null,"error":[22,"duplicate share"]}"#,
            true,
            refused(
                4,
                null.clone(),
                ErrorCode::DuplicateShare,
                "duplicate share",
                ErrorForm::Pair,
            ),
        ),
        (
            r#"{"id":4,"result":null,"error":[24,"unauthorized worker",null]}"#,
            true,
            refused(
                4,
                null,
                ErrorCode::Unauthorized,
                "unauthorized worker",
                ErrorForm::Triple,
            ),
        ),
        (
            r#"{"id":5,"result":false,"error":[20,"Not supported.",null]}"#,
            true,
            refused(
                5,
                not.clone(),
                ErrorCode::Other,
                "Not supported.",
                ErrorForm::Triple,
            ),
        ),
        (
            r#"{"result":false,"error":{"code":-1,"message":"stale share","data":null},"id":4}"#,
            false,
            refused(
                4,
                not.clone(),
                ErrorCode::Rejected,
                "stale share",
                ErrorForm::Object,
            ),
        ),
        (
            r#"{"result":false,"error":{"code":23,"message":"low difficulty share (512)","data":null},"id":5}"#,
            false,
            refused(
                5,
                not,
                ErrorCode::LowDifficulty,
                "low difficulty share (512)",
                ErrorForm::Object,
            ),
        ),
        (
            r#"{"error":{"code":20,"message":"not supported","data":null},"id":6}"#,
            false,
            refused(6, None, ErrorCode::Other, "not supported", ErrorForm::Object),
        ),
    ];
    for (line, same_bytes, expected) in cases {
        assert_eq!(parse(line), ServerMessage::Reply(expected.clone()), "{line}");
        if same_bytes {
            assert_eq!(to_text(&expected), line);
        }
    }
}

#[test]
fn a_call_is_granted_only_where_the_server_says_so() {
    for (line, granted) in [
        (r#"{"id":1,"result":true,"error":null}"#, true),
        (r#"{"id":1,"result":[null,"be10"]}"#, true),
        (r#"{"id":1,"result":false,"error":null}"#, false),
        (r#"{"id":1,"result":null,"error":null}"#, false),
        (r#"{"id":1,"error":null}"#, false),
        (r#"{"id":1,"result":true,"error":[20,"no"]}"#, false),
    ] {
        let ServerMessage::Reply(reply) = parse(line) else {
            panic!("{line}")
        };
        assert_eq!(reply.is_granted(), granted, "{line}");
    }
}

#[test]
fn a_subscription_is_read_in_both_dialects() {
    let solo = Subscribed {
        connection: None,
        extra_nonce1: hex::decode("bc4fe05100000000").unwrap(),
    };
    let mining_core = Subscribed {
        connection: Some(("0HLD7".to_owned(), "AionStratum/1.0.0".to_owned())),
        extra_nonce1: vec![0xbe, 0x10],
    };
    for (result, expected) in [
        (json!([null, "bc4fe05100000000"]), solo),
        (
            json!([["mining.notify", "0HLD7", "AionStratum/1.0.0"], "be10"]),
            mining_core,
        ),
    ] {
        assert_eq!(Subscribed::from_result(Some(&result)).unwrap(), expected);
        assert_eq!(expected.to_result(), result);
    }
    for (result, expected) in [
        (
            None,
            "mining.subscribe result: expected an array of 2, found nothing",
        ),
        (
            Some(json!(true)),
            "mining.subscribe result: expected an array of 2, found a boolean",
        ),
        (
            Some(json!([null, 5])),
            "mining.subscribe result[1]: expected a string, found a number",
        ),
        (
            Some(json!([null, "00".repeat(32)])),
            "mining.subscribe result[1]: expected 0 to 31 bytes in hex, found a string",
        ),
        (
            Some(json!([["mining.notify"], ""])),
            "mining.subscribe result[0]: expected [\"mining.notify\", connection id, version], found an array",
        ),
    ] {
        assert_eq!(
            Subscribed::from_result(result.as_ref()).unwrap_err().to_string(),
            expected
        );
    }
}

#[test]
fn a_malformed_message_is_refused_with_what_and_where() {
    let cases = [
        ("junk".to_owned(), "not JSON: expected value, at column 1"),
        ("[]".to_owned(), "the message is an array, not an object"),
        (r#"{"id":1}"#.to_owned(), "the message has no method"),
        (
            r#"{"method":null,"result":true}"#.to_owned(),
            "the message has no method",
        ),
        (
            r#"{"method":"mining.sing"}"#.to_owned(),
            "unknown method \"mining.sing\"",
        ),
        (
            r#"{"method":"mining.notify","params":["1"]}"#.to_owned(),
            "mining.notify params: expected an array of 4, found an array",
        ),
        (
            format!(r#"{{"method":"mining.notify","params":["",true,"{TARGET}","{HASH}"]}}"#),
            "mining.notify params[0]: expected a job id, found a string",
        ),
        (
            format!(r#"{{"method":"mining.notify","params":["1",1,"{TARGET}","{HASH}"]}}"#),
            "mining.notify params[1]: expected a boolean, found a number",
        ),
        (
            format!(r#"{{"method":"mining.notify","params":["1",true,"{TARGET}","00"]}}"#),
            "mining.notify params[3]: expected 64 hex digits, found a string",
        ),
        (
            r#"{"method":"mining.set_difficulty","params":[0]}"#.to_owned(),
            "mining.set_difficulty params[0]: expected a number above 0 or 64 hex digits, found a number",
        ),
        (
            r#"{"method":"mining.set_extranonce","params":["0"]}"#.to_owned(),
            "mining.set_extranonce params[0]: expected 0 to 31 bytes in hex, found a string",
        ),
        (
            r#"{"method":"client.reconnect","params":["a",70000]}"#.to_owned(),
            "client.reconnect params[1]: expected a port, found a number",
        ),
        (
            r#"{"id":1,"error":"no"}"#.to_owned(),
            "reply error: expected an array or an object, found a string",
        ),
        (
            r#"{"id":1,"error":[20]}"#.to_owned(),
            "reply error: expected [code, text] or [code, text, data], found an array",
        ),
        (
            r#"{"id":1,"error":{"code":"20","message":"no"}}"#.to_owned(),
            "reply error code: expected a whole number, found a string",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(
            ServerMessage::parse(&line).unwrap_err().to_string(),
            expected,
            "{line}"
        );
    }
}

#[test]
fn every_code_keeps_its_number() {
    for number in [-1, 0, 19, 20, 21, 22, 23, 24, 25, 26, i64::MIN, i64::MAX] {
        assert_eq!(ErrorCode::from_number(number).number(), number);
    }
}

#[test]
fn each_dialect_writes_its_own_lines() {
    let error = |form| Reply {
        id: Id::new(4),
        result: Some(json!(false)),
        error: Some(ReplyError {
            code: ErrorCode::Rejected,
            message: "stale share".to_owned(),
            form,
        }),
    };
    let replies = [
        (
            Dialect::Solo,
            Reply::success(Id::new(3), true),
            r#"{"id":3,"result":true,"error":null}"#,
        ),
        (
            Dialect::MiningCore,
            Reply::success(Id::new(3), true),
            r#"{"result":true,"error":null,"id":3}"#,
        ),
        (
            Dialect::MiningCore,
            Reply::success(Id::ABSENT, true),
            r#"{"result":true,"error":null}"#,
        ),
        (
            Dialect::MiningCore,
            error(ErrorForm::Object),
            r#"{"result":false,"error":{"code":-1,"message":"stale share","data":null},"id":4}"#,
        ),
        (
            Dialect::MiningCore,
            Reply {
                result: None,
                ..error(ErrorForm::Object)
            },
            r#"{"error":{"code":-1,"message":"stale share","data":null},"id":4}"#,
        ),
    ];
    for (dialect, reply, line) in replies {
        assert_eq!(dialect.reply_line(&reply), format!("{line}\n"));
        assert_eq!(parse(line), ServerMessage::Reply(reply), "read back");
    }
    let job = Notification::Notify(Notify {
        job_id: "0000002a".to_owned(),
        clean: true,
        target: bytes(TARGET),
        header_hash: bytes(HASH),
    });
    let notifications = [
        (
            Dialect::Solo,
            job.clone(),
            format!(
                r#"{{"id":null,"method":"mining.notify","params":["0000002a",true,"{TARGET}","{HASH}"]}}"#
            ),
        ),
        (
            Dialect::MiningCore,
            job,
            format!(
                r#"{{"jsonrpc":"2.0","method":"mining.notify","params":["0000002a",true,"{TARGET}","{HASH}"]}}"#
            ),
        ),
        (
            Dialect::MiningCore,
            Notification::SetTarget(bytes(TARGET)),
            format!(r#"{{"jsonrpc":"2.0","method":"mining.set_target","params":["{TARGET}"]}}"#),
        ),
        (
            Dialect::MiningCore,
            Notification::SetDifficulty(ShareDifficulty::Number(1024.0)),
            r#"{"jsonrpc":"2.0","method":"mining.set_difficulty","params":[1024.0]}"#.to_owned(),
        ),
    ];
    for (dialect, notification, line) in notifications {
        assert_eq!(dialect.notification_line(&notification), format!("{line}\n"));
        assert_eq!(
            parse(&line),
            ServerMessage::Notification(notification),
            "read back"
        );
    }
}
