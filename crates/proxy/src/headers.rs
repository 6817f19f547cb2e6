//! The headers of every response.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::admission::Authority;

/// What isolates the page, so that it gets shared memory for threads. On every response: a worker's script needs
/// them as much as the page.
const ISOLATION: [(HeaderName, HeaderValue); 5] = [
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// For names with a hash of the content in them: what they name never changes.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Kept, but asked for again each time: the answer is mostly "304 Not Modified".
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// Adds what every response carries. `host` is `None` where the request's was refused.
pub(crate) fn isolate(headers: &mut HeaderMap, host: Option<&Authority>) {
    for (name, value) in ISOLATION {
        headers.insert(name, value);
    }
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(host)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// `'self'` covers WebSockets in new browsers only, so that they are named too; an IPv6 address cannot be, since the
/// policy's grammar has no brackets.
fn content_security_policy(host: Option<&Authority>) -> String {
    let named = host.filter(|authority| !authority.host.as_str().starts_with('['));
    let sockets = named.map_or_else(String::new, |Authority { host, port }| {
        let authority = port.map_or_else(
            || host.as_str().to_owned(),
            |port| format!("{}:{port}", host.as_str()),
        );
        format!(" ws://{authority} wss://{authority}")
    });
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'{sockets}; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// How long a file's response may be kept.
pub(crate) fn caching(path: &str, status: StatusCode) -> HeaderValue {
    match status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED
            if is_content_hashed(path) =>
        {
            IMMUTABLE
        }
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED => ASK_AGAIN,
        _ => NOT_KEPT,
    }
}

/// True for `name.HASH.ext`, HASH being 8 or more hex digits, as bundlers write them.
fn is_content_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = name.split('.').collect();
    let is_hash = |part: &&str| part.len() >= 8 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
    parts.len() >= 3 && parts[1..parts.len() - 1].iter().any(is_hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_content_hash_are_kept_for_good() {
        for name in [
            "/main.0123abcd.js",
            "/a/b/w.0123456789abcdef0123.wasm",
            "/main.0123abcd.js.map",
            "/x.ABCDEF01.css",
        ] {
            assert_eq!(caching(name, StatusCode::OK), IMMUTABLE, "{name}");
            assert_eq!(caching(name, StatusCode::NOT_FOUND), NOT_KEPT, "{name}");
        }
        for name in [
            "/",
            "/index.html",
            "/main.js",
            "/0123abcd.js",
            "/main.0123abc.js",
            "/main.0123abcg.js",
            "/x/0123abcd",
        ] {
            assert_eq!(caching(name, StatusCode::OK), ASK_AGAIN, "{name}");
        }
    }
}
