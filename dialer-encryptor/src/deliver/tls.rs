//! Whom does a server over TLS have to be, and how are its connections tied together?

use crate::error::{RunError, shown};
use std::path::Path;
use std::sync::Arc;
use suppaftp::rustls::crypto::ring;
use suppaftp::rustls::pki_types::CertificateDer;
use suppaftp::rustls::pki_types::pem::PemObject;
use suppaftp::rustls::version::{TLS12, TLS13};
use suppaftp::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

/// What a connection is made with: TLS 1.2 first, then 1.3.
///
/// Servers take a file only over a connection that resumes the session of the first one
/// (`require_ssl_reuse` of vsftpd). A session of TLS 1.2 can be resumed for each file; the tickets of
/// 1.3 are for one use each, and new ones come over connections that nobody reads from.
#[derive(Debug, Clone)]
pub struct Trust {
    /// For each version, in the order that they are tried in.
    pub versions: [Arc<ClientConfig>; 2],
}

/// Trusts who has a certificate signed by the one in `ca`, or by one that this machine trusts.
///
/// # Errors
/// When the file cannot be read, or nobody is trusted.
pub fn trust(ca: Option<&Path>) -> Result<Trust, RunError> {
    let mut roots = RootCertStore::empty();
    let place = match ca {
        Some(path) => {
            for certificate in read(path)? {
                // One that makes no sense is not trusted; others in the file may be.
                let _ = roots.add(certificate);
            }
            shown(path)
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            "the certificates of this machine, or name one as ca under [deliver]".to_string()
        }
    };
    if roots.is_empty() {
        let reason = "there is no certificate in it to trust".to_string();
        return Err(RunError::Setting { place, reason });
    }
    Ok(Trust { versions: [config(&TLS12, &roots)?, config(&TLS13, &roots)?] })
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, RunError> {
    let unreadable = |reason: String| RunError::Setting { place: shown(path), reason };
    let octets = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    CertificateDer::pem_slice_iter(&octets)
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(error.to_string()))
}

fn config(
    version: &'static SupportedProtocolVersion,
    roots: &RootCertStore,
) -> Result<Arc<ClientConfig>, RunError> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .map(|it| Arc::new(it.with_root_certificates(roots.clone()).with_no_client_auth()))
        .map_err(|error| RunError::Setting {
            place: "the setting tls under [deliver]".to_string(),
            reason: error.to_string(),
        })
}
