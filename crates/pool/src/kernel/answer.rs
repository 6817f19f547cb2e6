//! What a kernel's results say, in the forms of both kernels.

use aion_pow::solution::SOLUTION_BYTES;
use aion_pow::target::Target;
use serde_json::Value;

use super::rpc::Fault;
use super::words;
use crate::Template;

/// The result of `getblocktemplate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    Template(Template),
    /// There is none now, in the kernel's words.
    NoneNow {
        message: String,
    },
}

/// The result of `getHeaderByBlockNumber`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Header {
    Sealed {
        mine_hash: [u8; 32],
        /// Big-endian; `None` where the kernel gives none that can be read.
        nonce: Option<[u8; 32]>,
        /// 1408 bytes, or `None` likewise.
        solution: Option<Vec<u8>>,
    },
    /// No block of that number, or none with a proof of work: the kernel's code.
    Nothing { code: i64 },
}

/// Reads a template. `height` is an integer, in hex by `0x`; `target` may lack its leading zeros.
pub(crate) fn work(result: &Value) -> Result<Work, Fault> {
    let wrong = |field, expected| Fault::Field {
        call: "getblocktemplate",
        field,
        expected,
    };
    if result.get("headerHash").is_none()
        && let Some(code) = result.get("code").and_then(Value::as_i64)
    {
        let message = result.get("message").and_then(Value::as_str);
        return Ok(Work::NoneNow {
            message: message.map_or_else(|| format!("code {code}"), words),
        });
    }
    let digits = |field| text(result, field);
    let hash = |field| {
        digits(field)
            .and_then(full_hash)
            .ok_or(wrong(field, "64 hex digits"))
    };
    let target = digits("target")
        .and_then(padded)
        .filter(|target| *target != [0; 32])
        .ok_or(wrong("target", "1 to 64 hex digits above 0"))?;
    Ok(Work::Template(Template {
        number: result
            .get("height")
            .and_then(integer)
            .ok_or(wrong("height", "a whole number"))?,
        parent: hash("previousblockhash")?,
        mine_hash: hash("headerHash")?,
        target: Target::from_be_bytes(target),
    }))
}

/// Reads a header's hash and seal; codes other than 0 say that there is none.
pub(crate) fn header(result: &Value) -> Result<Header, Fault> {
    let mine_hash = text(result, "headerHash").and_then(full_hash);
    match (mine_hash, result.get("code").and_then(Value::as_i64)) {
        (Some(mine_hash), _) => Ok(Header::Sealed {
            mine_hash,
            nonce: text(result, "nonce").and_then(padded),
            solution: text(result, "solution")
                .and_then(|digits| hex::decode(digits).ok())
                .filter(|solution| solution.len() == SOLUTION_BYTES),
        }),
        (None, Some(code)) if code != 0 => Ok(Header::Nothing { code }),
        _ => Err(Fault::Field {
            call: "getHeaderByBlockNumber",
            field: "headerHash",
            expected: "64 hex digits",
        }),
    }
}

/// Reads the verdict of `validateaddress`.
pub(crate) fn is_valid_address(result: &Value) -> Result<bool, Fault> {
    result
        .get("isvalid")
        .and_then(Value::as_bool)
        .ok_or(Fault::Field {
            call: "validateaddress",
            field: "isvalid",
            expected: "a boolean",
        })
}

/// A member's text without `0x`.
fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    let text = object.get(field)?.as_str()?;
    Some(text.strip_prefix("0x").unwrap_or(text))
}

fn full_hash(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

/// The Rust kernel leaves leading zeros out, down to odd counts of digits.
fn padded(digits: &str) -> Option<[u8; 32]> {
    if digits.is_empty() || digits.len() > 64 {
        return None;
    }
    full_hash(&format!("{digits:0>64}"))
}

fn integer(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
        other => other.as_u64(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const HASH: &str = "faaddba8d50819c7e9127ff4ccc560713ae65f4b8be844392cf90032891b1226";

    fn template() -> Value {
        json!({
            "previousblockhash": "11".repeat(32),
            "height": 700_023,
            "target": format!("000000{}", "ab".repeat(29)),
            "headerHash": HASH,
            "blockBaseReward": "14bf8ad0a8dd8000",
            "blockTxFee": "0",
        })
    }

    fn with(field: &str, value: Value) -> Value {
        let mut template = template();
        template[field] = value;
        template
    }

    #[test]
    fn templates_of_both_kernels_are_read() {
        let Ok(Work::Template(expected)) = work(&template()) else {
            panic!("a template");
        };
        assert_eq!((expected.number, expected.parent), (700_023, [0x11; 32]));
        for (name, result) in [
            ("height in hex", with("height", json!("0xaae77"))),
            ("target minimal", with("target", json!("ab".repeat(29)))),
            (
                "target minimal by 0x",
                with("target", json!(format!("0x{}", "ab".repeat(29)))),
            ),
            ("hash by 0x", with("headerHash", json!(format!("0x{HASH}")))),
            ("a code beside", with("code", json!(0))),
        ] {
            assert_eq!(work(&result), Ok(Work::Template(expected)), "{name}");
        }
    }

    #[test]
    fn no_template_now_is_no_fault() {
        for (result, expected) in [
            (
                json!({"message": "PoS block\n expected", "code": -1}),
                "PoS block expected",
            ),
            (json!({"code": -1}), "code -1"),
        ] {
            let message = expected.to_owned();
            assert_eq!(work(&result), Ok(Work::NoneNow { message }));
        }
    }

    #[test]
    fn a_bad_template_is_refused_by_the_name_of_its_field() {
        for (name, field, result) in [
            ("null", "target", Value::Null),
            ("true", "target", json!(true)),
            ("empty", "target", json!({})),
            ("no target", "target", with("target", Value::Null)),
            ("target empty", "target", with("target", json!(""))),
            ("target 0", "target", with("target", json!("0".repeat(64)))),
            (
                "target of 65 digits",
                "target",
                with("target", json!("1".repeat(65))),
            ),
            ("target no hex", "target", with("target", json!("g"))),
            ("height negative", "height", with("height", json!(-1))),
            ("height a fraction", "height", with("height", json!(1.5))),
            ("height bare digits", "height", with("height", json!("700023"))),
            ("hash short", "headerHash", with("headerHash", json!(&HASH[..62]))),
            (
                "no parent",
                "previousblockhash",
                with("previousblockhash", Value::Null),
            ),
        ] {
            match work(&result) {
                Err(Fault::Field { field: found, .. }) => assert_eq!(found, field, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    #[test]
    fn headers_of_both_kernels_are_read() {
        let mine_hash = hex::decode(HASH).unwrap().try_into().unwrap();
        let mut nonce = [0; 32];
        nonce[31] = 0x1f;
        let sealed = |nonce, solution| {
            Ok(Header::Sealed {
                mine_hash,
                nonce,
                solution,
            })
        };
        for (result, expected) in [
            (
                json!({"code": 0, "headerHash": HASH, "nonce": format!("{:0>64}", "1f"), "solution": "ab".repeat(1408)}),
                sealed(Some(nonce), Some(vec![0xab; 1408])),
            ),
            (
                json!({"headerHash": format!("0x{HASH}"), "nonce": "0x1f", "solution": "0xab"}),
                sealed(Some(nonce), None),
            ),
            (json!({"code": 0, "headerHash": HASH}), sealed(None, None)),
            (
                json!({"code": -2, "message": "not found"}),
                Ok(Header::Nothing { code: -2 }),
            ),
            (json!({"code": -4}), Ok(Header::Nothing { code: -4 })),
        ] {
            assert_eq!(header(&result), expected, "{result}");
        }
        for bad in [
            json!(null),
            json!({}),
            json!({"code": 0}),
            json!({"headerHash": "12"}),
        ] {
            assert!(header(&bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_field_gives_a_template_or_the_name_of_a_field(
            field in proptest::sample::select(vec!["height", "target", "headerHash", "previousblockhash", "code"]),
            value in prop_oneof![
                any::<i64>().prop_map(Value::from),
                any::<f64>().prop_map(Value::from),
                "(0x)?[0-9a-fg]{0,66}".prop_map(Value::from),
                ".*".prop_map(Value::from),
                Just(Value::Null),
                Just(json!([{}])),
            ],
        ) {
            match work(&with(field, value)) {
                Ok(Work::Template(template)) => prop_assert!(template.target > Target::from_be_bytes([0; 32])),
                Err(Fault::Field { field: named, .. }) => prop_assert_eq!(named, field),
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn an_address_is_valid_only_where_the_kernel_says_so() {
        assert_eq!(
            is_valid_address(&json!({"isvalid": true, "ismine": false})),
            Ok(true)
        );
        assert_eq!(is_valid_address(&json!({"isvalid": false})), Ok(false));
        for bad in [json!(null), json!(true), json!({"isvalid": "true"})] {
            assert!(is_valid_address(&bad).is_err());
        }
    }
}
