//! Whose word a pool's certificate must have.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::ConfigError;

/// The root certificates that a pool's own must lead to, ready for use.
#[derive(Clone)]
pub struct Roots {
    file: Option<PathBuf>,
    client: Arc<ClientConfig>,
}

/// Built once: parsing the store takes longer than a handshake.
static PUBLIC: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
    client(RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    })
});

impl Roots {
    /// The roots that browsers know, as they were when this was built.
    pub fn public() -> Self {
        Roots {
            file: None,
            client: PUBLIC.clone(),
        }
    }

    /// The certificates of a PEM file and no others.
    ///
    /// # Errors
    /// [`ConfigError::Certificates`] where the file cannot be read, has no certificate, or one that cannot be a root.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let wrong = |reason: String| ConfigError::Certificates {
            path: path.to_owned(),
            reason,
        };
        let mut store = RootCertStore::empty();
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            store.add(certificate).map_err(|error| wrong(error.to_string()))?;
        }
        if store.is_empty() {
            return Err(wrong("no certificate in it".to_owned()));
        }
        Ok(Roots {
            file: Some(path.to_owned()),
            client: client(store),
        })
    }

    pub(super) fn client(&self) -> Arc<ClientConfig> {
        self.client.clone()
    }
}

fn client(roots: RootCertStore) -> Arc<ClientConfig> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has suites for both versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

impl fmt::Debug for Roots {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Roots").field(&self.file).finish()
    }
}

/// The same store, not one of the same certificates.
impl PartialEq for Roots {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.client, &other.client)
    }
}

impl Eq for Roots {}
