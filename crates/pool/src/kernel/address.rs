//! Where a kernel is.

use std::fmt;
use std::str::FromStr;

use hyper::Uri;
use thiserror::Error;

/// `http://HOST:PORT[/PATH]`. Kernels speak no TLS: one far away is reached through a forwarder on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelAddress {
    /// `HOST:PORT`
    pub(crate) authority: String,
    /// Beginning with a slash, with the query if there is one.
    pub(crate) path: String,
}

/// A text that is no kernel's address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not http://HOST:PORT, as in http://127.0.0.1:8545")]
pub struct KernelAddressError(String);

impl FromStr for KernelAddress {
    type Err = KernelAddressError;

    fn from_str(text: &str) -> Result<Self, KernelAddressError> {
        let wrong = || KernelAddressError(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let authority = uri.authority().ok_or_else(wrong)?;
        let port = authority.port_u16().filter(|&port| port > 0);
        if uri.scheme_str() != Some("http") || authority.as_str().contains('@') || port.is_none() {
            return Err(wrong());
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(KernelAddress {
            authority: authority.to_string(),
            path: path.to_owned(),
        })
    }
}

impl fmt::Display for KernelAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The path may carry a key.
        write!(f, "http://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_with_host_and_port() {
        for (good, authority, path) in [
            ("http://127.0.0.1:8545", "127.0.0.1:8545", "/"),
            ("http://node.example:80/", "node.example:80", "/"),
            ("http://[::1]:8545/rpc?key=a", "[::1]:8545", "/rpc?key=a"),
        ] {
            let address: KernelAddress = good.parse().expect(good);
            assert_eq!((&*address.authority, &*address.path), (authority, path), "{good}");
            assert!(!address.to_string().contains("key"));
        }
        for bad in [
            "",
            "127.0.0.1:8545",
            "https://h:1",
            "http://",
            "http://h",
            "http://h:0",
            "http://h:65536",
            "http://user:word@h:1",
            "http://h:1/a b",
            "http://h:1/\r\nX: 1",
        ] {
            let error = bad.parse::<KernelAddress>().expect_err(bad);
            assert_eq!(error, KernelAddressError(bad.to_owned()));
        }
    }
}
