//! What a page may ask a node.

use serde_json::{Map, Value, json};

use super::Fault;

/// The longest id that is given back, in bytes of its text.
const ID_LIMIT: usize = 64;

/// The methods that pass: those that read a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `eth_getBlockByNumber [number, whole transactions]`
    BlockByNumber,
    /// `eth_getBlockByHash [hash, whole transactions]`
    BlockByHash,
    /// `getHeaderByBlockNumber [number]`
    HeaderByNumber,
}

/// Which block is meant. A number keeps the form in which it came: not every kernel takes every form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockName {
    /// A JSON integer.
    Integer(u64),
    /// A string of decimal digits.
    Decimal(u64),
    /// A string of hex digits after `0x`.
    Hex(u64),
    /// The newest block, by the name that all kernels know.
    Latest,
    /// A block hash.
    Hash([u8; 32]),
}

/// One request, read and found to be harmless.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// A number, a string or null; it comes back with the answer and is not shown to the node.
    pub id: Value,
    /// What is asked.
    pub method: Method,
    /// The block it is asked about.
    pub block: BlockName,
    /// Whether transactions are wanted whole; of no meaning to [`Method::HeaderByNumber`].
    pub whole_transactions: bool,
}

impl Method {
    const ALL: [Method; 3] = [Method::BlockByNumber, Method::BlockByHash, Method::HeaderByNumber];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Method::BlockByNumber => "eth_getBlockByNumber",
            Method::BlockByHash => "eth_getBlockByHash",
            Method::HeaderByNumber => "getHeaderByBlockNumber",
        }
    }
}

impl BlockName {
    /// The number, where it is one.
    pub fn number(&self) -> Option<u64> {
        match *self {
            BlockName::Integer(number) | BlockName::Decimal(number) | BlockName::Hex(number) => Some(number),
            BlockName::Latest | BlockName::Hash(_) => None,
        }
    }

    fn read(value: &Value) -> Option<BlockName> {
        let text = match value {
            Value::Number(number) => return number.as_u64().map(BlockName::Integer),
            Value::String(text) => text.as_str(),
            _ => return None,
        };
        if text == "latest" {
            return Some(BlockName::Latest);
        }
        // Rust's parsers take a sign, which no kernel does.
        let all = |digits: &str, is_digit: fn(&u8) -> bool| {
            !digits.is_empty() && digits.bytes().all(|byte| is_digit(&byte))
        };
        match text.strip_prefix("0x") {
            Some(digits) if digits.len() == 64 => {
                let mut hash = [0; 32];
                hex::decode_to_slice(digits, &mut hash).ok()?;
                Some(BlockName::Hash(hash))
            }
            Some(digits) if all(digits, u8::is_ascii_hexdigit) => {
                u64::from_str_radix(digits, 16).ok().map(BlockName::Hex)
            }
            None if all(text, u8::is_ascii_digit) => text.parse().ok().map(BlockName::Decimal),
            _ => None,
        }
    }

    fn write(&self) -> Value {
        match self {
            BlockName::Integer(number) => json!(number),
            BlockName::Decimal(number) => json!(number.to_string()),
            BlockName::Hex(number) => json!(format!("{number:#x}")),
            BlockName::Latest => json!("latest"),
            BlockName::Hash(hash) => json!(format!("0x{}", hex::encode(hash))),
        }
    }
}

impl Call {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Fault::NotJson`], [`Fault::Batch`], [`Fault::NotARequest`], [`Fault::Method`] or [`Fault::Params`].
    pub fn read(bytes: &[u8]) -> Result<Call, Fault> {
        let request = match serde_json::from_slice(bytes) {
            Ok(Value::Object(request)) => request,
            Ok(Value::Array(_)) => return Err(Fault::Batch),
            Ok(_) => return Err(Fault::NotARequest("it is no object")),
            Err(error) => return Err(Fault::NotJson(error.to_string())),
        };
        let method = request
            .get("method")
            .and_then(Value::as_str)
            .ok_or(Fault::NotARequest("its method is no string"))?;
        let method = Method::ALL
            .into_iter()
            .find(|known| known.name() == method)
            .ok_or(Fault::Method)?;
        let (block, whole_transactions) = read_params(method, &request)?;
        Ok(Call {
            id: read_id(&request)?,
            method,
            block,
            whole_transactions,
        })
    }

    /// The request as a node gets it: these members and no others.
    pub fn to_json(&self) -> String {
        let mut params = vec![self.block.write()];
        if self.method != Method::HeaderByNumber {
            params.push(json!(self.whole_transactions));
        }
        json!({ "jsonrpc": "2.0", "id": 1, "method": self.method.name(), "params": params }).to_string()
    }
}

fn read_id(request: &Map<String, Value>) -> Result<Value, Fault> {
    match request.get("id").unwrap_or(&Value::Null) {
        id @ (Value::Null | Value::Number(_)) => Ok(id.clone()),
        Value::String(text) if text.len() <= ID_LIMIT => Ok(json!(text)),
        _ => Err(Fault::NotARequest(
            "its id is no number and no string of at most 64 bytes",
        )),
    }
}

fn read_params(method: Method, request: &Map<String, Value>) -> Result<(BlockName, bool), Fault> {
    let params = match request.get("params") {
        Some(Value::Array(params)) => params.as_slice(),
        _ => return Err(Fault::Params("params are no array")),
    };
    let (block, whole_transactions) = match (method, params) {
        (_, [block]) => (block, false),
        (Method::BlockByNumber | Method::BlockByHash, [block, Value::Bool(whole)]) => (block, *whole),
        (Method::HeaderByNumber, _) => return Err(Fault::Params("wanted [number]")),
        _ => return Err(Fault::Params("wanted [block] or [block, boolean]")),
    };
    let block = BlockName::read(block).ok_or(Fault::Params(
        "the block is no integer of 64 bits (JSON, decimal or 0x hex), \"latest\" or 0x hash of 32 bytes",
    ))?;
    match (method, &block) {
        (Method::BlockByHash, BlockName::Hash(_)) => {}
        (Method::BlockByHash, _) => return Err(Fault::Params("wanted a block hash")),
        (_, BlockName::Hash(_)) => return Err(Fault::Params("wanted a block number")),
        (Method::HeaderByNumber, BlockName::Latest) => return Err(Fault::Params("wanted a block number")),
        _ => {}
    }
    Ok((block, whole_transactions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_reaches_the_node_in_our_own_words() {
        let hash = format!("0x{}", "Ab".repeat(32));
        for (request, expected) in [
            (
                r#"{"method":"eth_getBlockByNumber","params":[5,false],"id":9,"jsonrpc":"2.0","x":1}"#
                    .to_owned(),
                r#"{"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":[5,false]}"#.to_owned(),
            ),
            (
                r#"{"method":"eth_getBlockByNumber","params":["0x00fF",true],"id":"a"}"#.to_owned(),
                r#"{"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["0xff",true]}"#
                    .to_owned(),
            ),
            (
                r#"{"method":"eth_getBlockByNumber","params":["latest"]}"#.to_owned(),
                r#"{"id":1,"jsonrpc":"2.0","method":"eth_getBlockByNumber","params":["latest",false]}"#
                    .to_owned(),
            ),
            (
                r#"{"method":"getHeaderByBlockNumber","params":["0012"]}"#.to_owned(),
                r#"{"id":1,"jsonrpc":"2.0","method":"getHeaderByBlockNumber","params":["12"]}"#.to_owned(),
            ),
            (
                format!(r#"{{"method":"eth_getBlockByHash","params":["{hash}"]}}"#),
                format!(
                    r#"{{"id":1,"jsonrpc":"2.0","method":"eth_getBlockByHash","params":["{}",false]}}"#,
                    hash.to_lowercase()
                ),
            ),
        ] {
            assert_eq!(
                Call::read(request.as_bytes()).unwrap().to_json(),
                expected,
                "{request}"
            );
        }
    }

    #[test]
    fn what_a_node_never_hears() {
        let hash = format!("\"0x{}\"", "ab".repeat(32));
        let with =
            |method: &str, params: &str| format!(r#"{{"id":1,"method":"{method}","params":{params}}}"#);
        let block = "the block is no";
        for (name, request, expected) in [
            ("nothing", String::new(), "no JSON"),
            ("half an object", "{".into(), "no JSON"),
            ("a batch", "[]".into(), "batch"),
            (
                "a batch of one",
                format!("[{}]", with("getHeaderByBlockNumber", "[1]")),
                "batch",
            ),
            ("a number", "5".into(), "no object"),
            ("no method", "{}".into(), "method is no string"),
            ("a method of the pool", with("submitblock", "[]"), "not offered"),
            (
                "a method of accounts",
                with("eth_sendTransaction", "[{}]"),
                "not offered",
            ),
            (
                "another spelling",
                with("eth_getblockbynumber", "[1]"),
                "not offered",
            ),
            (
                "an object as id",
                r#"{"id":{},"method":"getHeaderByBlockNumber","params":[1]}"#.into(),
                "id is no number",
            ),
            (
                "an endless id",
                format!(
                    r#"{{"id":"{}","method":"getHeaderByBlockNumber","params":[1]}}"#,
                    "x".repeat(65)
                ),
                "id is no number",
            ),
            ("named params", with("eth_getBlockByNumber", "{}"), "no array"),
            ("no params", with("eth_getBlockByNumber", "[]"), "wanted [block]"),
            (
                "a third",
                with("eth_getBlockByNumber", "[1,true,1]"),
                "wanted [block]",
            ),
            (
                "a number as boolean",
                with("eth_getBlockByNumber", "[1,1]"),
                "wanted [block]",
            ),
            (
                "a boolean for a header",
                with("getHeaderByBlockNumber", "[1,true]"),
                "wanted [number]",
            ),
            (
                "a hash for a number",
                with("eth_getBlockByNumber", &format!("[{hash}]")),
                "wanted a block number",
            ),
            (
                "a number for a hash",
                with("eth_getBlockByHash", "[1]"),
                "wanted a block hash",
            ),
            (
                "the newest header",
                with("getHeaderByBlockNumber", "[\"latest\"]"),
                "wanted a block number",
            ),
            ("a minus", with("eth_getBlockByNumber", "[-1]"), block),
            ("a fraction", with("eth_getBlockByNumber", "[1.5]"), block),
            (
                "65 bits",
                with("eth_getBlockByNumber", "[\"0x10000000000000000\"]"),
                block,
            ),
            ("a plus", with("eth_getBlockByNumber", "[\"+1\"]"), block),
            ("a plus in hex", with("eth_getBlockByNumber", "[\"0x+1\"]"), block),
            ("no digits", with("eth_getBlockByNumber", "[\"0x\"]"), block),
            (
                "another tag",
                with("eth_getBlockByNumber", "[\"pending\"]"),
                block,
            ),
            ("an object", with("eth_getBlockByNumber", "[{}]"), block),
            ("null", with("eth_getBlockByNumber", "[null]"), block),
        ] {
            let fault = Call::read(request.as_bytes()).unwrap_err().to_string();
            assert!(fault.contains(expected), "{name}: {fault}");
        }
    }
}
