//! Version, sizes and limits of the protocol.

/// The version that both server families name.
pub const VERSION: &str = "AionStratum/1.0.0";

/// Hex digits of nTime: the unix time in seconds, big-endian, zero-padded.
pub const NTIME_DIGITS: usize = 16;

/// Hex digits of a whole nonce: extraNonce1 and extraNonce2 together.
pub const NONCE_DIGITS: usize = 64;

/// Bitcoin's compact size of 1408, which stands before a solution on the wire.
pub const SOLUTION_PREFIX: &str = "fd8005";

/// Hex digits of a submitted solution: the prefix and 1408 bytes.
pub const SOLUTION_DIGITS: usize = SOLUTION_PREFIX.len() + 2 * 1408;

/// The most bytes a solo pool holds of a client: complete lines that came in the same read count too.
pub const CLIENT_BUFFER_LIMIT: usize = 10_240;

/// The longest line that a MiningCore server takes; no server is known to send a longer one.
pub const SERVER_LINE_LIMIT: usize = 32_768;

/// True for `AionStratum/1` and `AionStratum/1.` followed by digits and dots: minor versions change nothing here.
pub fn is_supported_version(version: &str) -> bool {
    let Some(rest) = version.strip_prefix("AionStratum/1") else {
        return false;
    };
    rest.is_empty()
        || rest.strip_prefix('.').is_some_and(|minor| {
            minor
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_one_is_supported_and_no_other() {
        for good in [
            "AionStratum/1.0.0",
            "AionStratum/1",
            "AionStratum/1.2",
            "AionStratum/1.10.3",
        ] {
            assert!(is_supported_version(good), "{good}");
        }
        for bad in [
            "",
            "AionStratum/2.0.0",
            "AionStratum/10",
            "AionStratum/1.",
            "AionStratum/1.x",
            "aionstratum/1.0.0",
            "EthereumStratum/1.0.0",
        ] {
            assert!(!is_supported_version(bad), "{bad:?}");
        }
    }
}
