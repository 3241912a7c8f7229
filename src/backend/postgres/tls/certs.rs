//! Reads the TLS files: root certificates, and the client certificate with its key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::KeywordLookup;
use crate::backend::postgres::conninfo::conninfo_error::ConninfoError;

/// Trusted root certificates.
#[derive(Debug, Clone)]
pub(crate) struct TrustRoots {
    /// Path of the file, or `system`.
    pub(crate) name: String,
    pub(crate) anchors: Arc<RootCertStore>,
    /// All certificates in the file. The server's own certificate can be one of them.
    pub(crate) certificates: Arc<[CertificateDer<'static>]>,
}

impl TrustRoots {
    /// Reads the file in `sslrootcert`, or the user's default `root.crt`.
    /// As in libpq, a missing file is an error only if certificates must be verified. If it exists, every mode with TLS
    /// verifies the chain.
    pub(crate) fn read(
        sslrootcert: Option<&str>,
        default_path: Option<PathBuf>,
        is_required: bool,
    ) -> Result<Option<TrustRoots>, ConninfoError> {
        if sslrootcert == Some("system") {
            return Ok(Some(system_roots()));
        }
        match sslrootcert.map(PathBuf::from).or(default_path) {
            Some(path) if path.exists() => roots_from_file(&path).map(Some),
            Some(path) if is_required => Err(ConninfoError::MissingRootCertificate(
                path.display().to_string(),
            )),
            None if is_required => Err(ConninfoError::MissingRootCertificate(
                "~/.postgresql/root.crt".to_owned(),
            )),
            _ => Ok(None),
        }
    }
}

fn system_roots() -> TrustRoots {
    let mut anchors = RootCertStore::empty();
    anchors.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    TrustRoots {
        name: "system".to_owned(),
        anchors: Arc::new(anchors),
        certificates: Arc::new([]),
    }
}

fn roots_from_file(path: &Path) -> Result<TrustRoots, ConninfoError> {
    let exact = read_certificates("the root certificate file", path)?;
    let mut anchors = RootCertStore::empty();
    anchors.add_parsable_certificates(exact.iter().cloned());
    Ok(TrustRoots {
        name: path.display().to_string(),
        anchors: Arc::new(anchors),
        certificates: exact.into(),
    })
}

/// Client certificate and key for servers that request one.
pub(crate) struct ClientCert {
    pub(crate) path: String,
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl ClientCert {
    /// Reads `sslcert` and `sslkey`, by default the user's `postgresql.crt` and `postgresql.key`.
    /// Without a certificate file, returns `None`.
    pub(crate) fn read(
        get: KeywordLookup<'_>,
        file: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<Option<ClientCert>, ConninfoError> {
        let usual = || file("postgresql.crt").filter(|path| path.exists());
        let Some(path) = get("sslcert").map(PathBuf::from).or_else(usual) else {
            return Ok(None);
        };
        let key_path = get("sslkey")
            .map(PathBuf::from)
            .or_else(|| file("postgresql.key"));
        let key_path = key_path.unwrap_or_else(|| path.with_extension("key"));
        let chain = read_certificates("the client certificate", &path)?;
        let key = PrivateKeyDer::from_pem_file(&key_path).map_err(|cause| {
            ConninfoError::UnusableFile {
                what: "the client key",
                file: key_path.display().to_string(),
                cause: describe_key_error(&key_path, &cause),
            }
        })?;
        Ok(Some(ClientCert {
            path: path.display().to_string(),
            chain,
            key,
        }))
    }
}

fn describe_key_error(path: &Path, cause: &rustls_pki_types::pem::Error) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if text.contains("ENCRYPTED") {
        return "it is encrypted, which is not supported; write a plain copy with \
                `openssl pkey -in <key> -out <copy>`, `chmod 600` it and name it in sslkey"
            .to_owned();
    }
    match cause {
        rustls_pki_types::pem::Error::Io(cause) => cause.to_string(),
        _ => "it holds no private key in PEM form".to_owned(),
    }
}

fn read_certificates(
    what: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, ConninfoError> {
    let fault = |cause: String| ConninfoError::UnusableFile {
        what,
        file: path.display().to_string(),
        cause,
    };
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| fault(cause.to_string()))?;
    if found.is_empty() {
        return Err(fault("it holds no certificate in PEM form".to_owned()));
    }
    Ok(found)
}
