//! TLS for those who connect to the proxy.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::ConfigError;

/// A certificate and its key, ready for use.
#[derive(Clone)]
pub struct Identity {
    certificate: PathBuf,
    server: Arc<ServerConfig>,
}

impl Identity {
    /// Reads two PEM files: the certificate with what leads to its root, and its key.
    ///
    /// # Errors
    /// [`ConfigError::Certificates`] or [`ConfigError::Key`], where one cannot be read or they do not fit.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, ConfigError> {
        let bad_certificate = |reason: String| ConfigError::Certificates {
            path: certificate.to_owned(),
            reason,
        };
        let bad_key = |reason: String| ConfigError::Key {
            path: key.to_owned(),
            reason,
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| bad_certificate(error.to_string()))?;
        if chain.is_empty() {
            return Err(bad_certificate("no certificate in it".to_owned()));
        }
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| bad_key(error.to_string()))?;
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has suites for both versions")
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .map_err(|error| bad_key(error.to_string()))?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Identity {
            certificate: certificate.to_owned(),
            server: Arc::new(server),
        })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.server.clone())
    }
}

/// Without the key.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Identity")
            .field(&self.certificate)
            .finish()
    }
}
