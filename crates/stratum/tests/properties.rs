//! Parsing is total, and what is written is read back.

use proptest::prelude::*;
use stratum::line::{to_line, to_text};
use stratum::{
    Authorize, Call, Credential, ErrorCode, ErrorForm, Id, LineBuffer, LineLimit, Notification, Notify,
    RawCall, Reply, ReplyError, Request, ServerMessage, ShareDifficulty, Submit, Subscribe,
};

fn id() -> impl Strategy<Value = Id> {
    prop_oneof![
        Just(Id::ABSENT),
        Just(Id::new(serde_json::Value::Null)),
        any::<i64>().prop_map(Id::new),
        any::<String>().prop_map(Id::new),
    ]
}

fn credential() -> impl Strategy<Value = Credential> {
    any::<String>().prop_map(Credential::new)
}

fn call() -> impl Strategy<Value = Call> {
    let request = prop_oneof![
        prop::collection::vec(any::<Option<String>>(), 0..=4)
            .prop_map(|params| Request::Subscribe(Subscribe { params })),
        Just(Request::ExtranonceSubscribe),
        (credential(), credential())
            .prop_map(|(worker, password)| Request::Authorize(Authorize { worker, password })),
        (credential(), any::<[String; 4]>()).prop_map(|(worker, [job_id, ntime, extra_nonce2, solution])| {
            Request::Submit(Submit {
                worker,
                job_id,
                ntime,
                extra_nonce2,
                solution,
            })
        }),
    ];
    (id(), request).prop_map(|(id, request)| Call { id, request })
}

fn notification() -> impl Strategy<Value = Notification> {
    prop_oneof![
        (
            "[0-9a-f]{1,16}",
            any::<bool>(),
            any::<[u8; 32]>(),
            any::<[u8; 32]>()
        )
            .prop_map(|(job_id, clean, target, header_hash)| {
                Notification::Notify(Notify {
                    job_id,
                    clean,
                    target,
                    header_hash,
                })
            }),
        any::<[u8; 32]>().prop_map(Notification::SetTarget),
        (1_u32..).prop_map(|n| Notification::SetDifficulty(ShareDifficulty::Number(f64::from(n) / 1024.0))),
        any::<[u8; 32]>().prop_map(|target| Notification::SetDifficulty(ShareDifficulty::Target(target))),
        prop::collection::vec(any::<u8>(), 0..32).prop_map(Notification::SetExtranonce),
        any::<(Option<String>, Option<u16>)>()
            .prop_map(|(host, port)| Notification::Reconnect { host, port }),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let form = prop_oneof![
        Just(ErrorForm::Pair),
        Just(ErrorForm::Triple),
        Just(ErrorForm::Object)
    ];
    let error = (any::<i64>(), any::<String>(), form).prop_map(|(code, message, form)| ReplyError {
        code: ErrorCode::from_number(code),
        message,
        form,
    });
    (id(), prop::option::of(any::<bool>()), prop::option::of(error)).prop_map(|(id, result, error)| Reply {
        id,
        result: result.map(Into::into),
        error,
    })
}

/// JSON that looks like a message, so that the checks behind the JSON parser are reached.
fn message_like() -> impl Strategy<Value = String> {
    let method = prop::sample::select(vec![
        "mining.subscribe",
        "mining.authorize",
        "mining.submit",
        "mining.notify",
        "mining.set_target",
        "mining.set_difficulty",
        "mining.set_extranonce",
        "client.reconnect",
        "other",
    ]);
    let value = prop::sample::select(vec![
        "null", "true", "-1", "1e308", "\"\"", "\"é\"", "\"00\"", "[]", "{}", "[[]]",
    ]);
    (method, prop::collection::vec(value, 0..7)).prop_map(|(method, params)| {
        format!(
            r#"{{"id":[],"method":"{method}","params":[{}]}}"#,
            params.join(",")
        )
    })
}

proptest! {
    #[test]
    fn any_bytes_give_lines_or_a_named_error(
        segments in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
        line_limit in any::<bool>(),
    ) {
        let limit = if line_limit { LineLimit::Line(32) } else { LineLimit::Buffered(32) };
        let mut buffer = LineBuffer::new(limit);
        'stream: for segment in segments {
            if buffer.push(&segment).is_err() {
                break;
            }
            loop {
                match buffer.next_line() {
                    Ok(Some(line)) => {
                        prop_assert!(!line.is_empty() && line.len() <= 32 && !line.contains('\n'));
                        let _ = (RawCall::parse(&line), Call::parse(&line), ServerMessage::parse(&line));
                    }
                    Ok(None) => break,
                    Err(_) => break 'stream,
                }
            }
        }
    }

    #[test]
    fn any_text_gives_a_message_or_a_named_error(text in prop_oneof![any::<String>(), message_like()]) {
        let _ = RawCall::parse(&text);
        let _ = Call::parse(&text);
        let _ = ServerMessage::parse(&text);
    }

    #[test]
    fn a_call_is_read_back_as_it_was_written(call in call()) {
        prop_assert_eq!(Call::parse(&to_text(&call)).unwrap(), call);
    }

    #[test]
    fn a_server_message_is_read_back_as_it_was_written(
        message in prop_oneof![
            notification().prop_map(ServerMessage::Notification),
            reply().prop_map(ServerMessage::Reply),
        ],
    ) {
        prop_assert_eq!(ServerMessage::parse(&to_text(&message)).unwrap(), message);
    }

    #[test]
    fn lines_survive_any_cut_of_the_stream(calls in prop::collection::vec(call(), 1..6), step in 1_usize..200) {
        let stream: String = calls.iter().map(to_line).collect();
        let mut buffer = LineBuffer::new(LineLimit::Line(1 << 20));
        let mut read = Vec::new();
        for segment in stream.as_bytes().chunks(step) {
            buffer.push(segment).unwrap();
            while let Some(line) = buffer.next_line().unwrap() {
                read.push(Call::parse(&line).unwrap());
            }
        }
        prop_assert_eq!(read, calls);
    }
}
