//! Sessions without sockets.

use proptest::prelude::*;
use stratum::ServerMessage;

use super::*;
use crate::Limits;
use crate::admission::Doors;
use crate::ban::BanList;
use crate::board::Board;
use crate::extra_nonce::ExtraNonces;

fn service(dialect: Dialect) -> Arc<Service> {
    let mut config = Config::new(4).unwrap();
    config.dialect = dialect;
    config.first_job = Some(1);
    let bans = BanList::new(None);
    let board = Board::new(config).0;
    board.publish(Template {
        number: 1,
        parent: [0; 32],
        mine_hash: [1; 32],
        target: aion_pow::target::Target::from_be_bytes([1; 32]),
    });
    Arc::new(Service {
        board,
        doors: Doors::new(Limits::default(), bans.clone()),
        bans,
        extra_nonces: ExtraNonces::new(dialect, None),
    })
}

/// Any JSON, with the words of the protocol among its strings.
fn any_json() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("1".to_owned()),
        Just("00000001".to_owned()),
        Just("AionStratum/1.0.0".to_owned()),
        Just(format!("0xa0{}", "1f".repeat(31))),
        Just("000000005acfd2a0".to_owned()),
        Just("0".repeat(48)),
        Just("0".repeat(60)),
        Just(format!("fd8005{}", "0".repeat(2816))),
        ".*",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..7).prop_map(Value::from),
            proptest::collection::hash_map("[a-z]{0,3}", inner, 0..3).prop_map(Value::from_iter),
        ]
    })
}

fn any_call() -> impl Strategy<Value = String> {
    let methods = prop_oneof![
        Just("mining.subscribe"),
        Just("mining.authorize"),
        Just("mining.submit"),
        Just("mining.extranonce.subscribe"),
        Just("mining.other"),
    ];
    let params = prop_oneof![
        any_json(),
        proptest::collection::vec(any_json(), 0..7).prop_map(Value::from)
    ];
    (any_json(), methods, params)
        .prop_map(|(id, method, params)| json!({ "id": id, "method": method, "params": params }).to_string())
}

proptest! {
    #[test]
    fn whatever_a_client_says_each_line_back_is_a_message(
        calls in proptest::collection::vec(any_call(), 0..12),
        is_solo: bool,
    ) {
        let dialect = if is_solo { Dialect::Solo } else { Dialect::MiningCore };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut session = Session::new(1, IpAddr::from([192, 0, 2, 1]), service(dialect));
        for call in calls {
            let mut answer = String::new();
            runtime.block_on(session.hear(&call, &mut answer)).unwrap();
            for line in answer.split_inclusive('\n') {
                let text = line.strip_suffix('\n').expect("a whole line");
                prop_assert!(!text.contains('\r'));
                prop_assert!(ServerMessage::parse(text).is_ok(), "{}", text);
            }
        }
    }
}

#[tokio::test]
async fn a_subscribe_is_refused_while_all_of_two_bytes_are_in_use() {
    let service = service(Dialect::MiningCore);
    let mut taken: Vec<_> = (0..1 << 16)
        .map(|_| service.extra_nonces.take().unwrap())
        .collect();
    let mut session = Session::new(1, IpAddr::from([192, 0, 2, 1]), service);
    let subscribe = r#"{"id":1,"method":"mining.subscribe","params":["m","AionStratum/1.0.0"]}"#;
    let mut answer = String::new();
    session.hear(subscribe, &mut answer).await.unwrap();
    assert_eq!(
        answer,
        concat!(
            r#"{"result":false,"error":{"code":20,"message":"no extraNonce1 is free: 65536 are in use","data":null},"id":1}"#,
            "\n"
        )
    );
    taken.pop();
    for _ in 0..2 {
        answer.clear();
        session.hear(subscribe, &mut answer).await.unwrap();
        assert!(
            answer.starts_with(r#"{"result":[["mining.notify","00001""#),
            "{answer}"
        );
    }
}
