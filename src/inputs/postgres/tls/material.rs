//! Reads the TLS files: root certificates, and the client certificate with its key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::super::conninfo::error::ConninfoError;
use super::Get;

/// Trusted root certificates.
#[derive(Debug, Clone)]
pub(in super::super) struct Roots {
    /// Path of the file, or `system`.
    pub(in super::super) name: String,
    pub(super) anchors: Arc<RootCertStore>,
    /// All certificates in the file. The server's own certificate can be one of them.
    pub(super) exact: Arc<[CertificateDer<'static>]>,
}

impl Roots {
    /// Reads the file in `sslrootcert`, or the user's default `root.crt`.
    /// As in libpq, a missing file is an error only if certificates must be verified. If it exists, every mode with TLS
    /// verifies the chain.
    pub(super) fn read(
        given: Option<&str>,
        usual: Option<PathBuf>,
        needed: bool,
    ) -> Result<Option<Roots>, ConninfoError> {
        if given == Some("system") {
            return Ok(Some(system()));
        }
        match given.map(PathBuf::from).or(usual) {
            Some(path) if path.exists() => from_file(&path).map(Some),
            Some(path) if needed => Err(ConninfoError::NoRoots(path.display().to_string())),
            None if needed => Err(ConninfoError::NoRoots("~/.postgresql/root.crt".to_owned())),
            _ => Ok(None),
        }
    }
}

fn system() -> Roots {
    let mut anchors = RootCertStore::empty();
    anchors.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Roots {
        name: "system".to_owned(),
        anchors: Arc::new(anchors),
        exact: Arc::new([]),
    }
}

fn from_file(path: &Path) -> Result<Roots, ConninfoError> {
    let exact = certificates("the root certificate file", path)?;
    let mut anchors = RootCertStore::empty();
    anchors.add_parsable_certificates(exact.iter().cloned());
    Ok(Roots {
        name: path.display().to_string(),
        anchors: Arc::new(anchors),
        exact: exact.into(),
    })
}

/// Client certificate and key for servers that request one.
pub(super) struct Identity {
    pub(super) file: String,
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Reads `sslcert` and `sslkey`, by default the user's `postgresql.crt` and `postgresql.key`.
    /// Without a certificate file, returns `None`.
    pub(super) fn read(
        get: Get<'_>,
        file: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<Option<Identity>, ConninfoError> {
        let usual = || file("postgresql.crt").filter(|path| path.exists());
        let Some(path) = get("sslcert").map(PathBuf::from).or_else(usual) else {
            return Ok(None);
        };
        let key_path = get("sslkey")
            .map(PathBuf::from)
            .or_else(|| file("postgresql.key"));
        let key_path = key_path.unwrap_or_else(|| path.with_extension("key"));
        let chain = certificates("the client certificate", &path)?;
        let key = PrivateKeyDer::from_pem_file(&key_path).map_err(|cause| ConninfoError::File {
            what: "the client key",
            file: key_path.display().to_string(),
            cause: key_fault(&key_path, &cause),
        })?;
        Ok(Some(Identity {
            file: path.display().to_string(),
            chain,
            key,
        }))
    }
}

fn key_fault(path: &Path, cause: &rustls_pki_types::pem::Error) -> String {
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

fn certificates(
    what: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, ConninfoError> {
    let fault = |cause: String| ConninfoError::File {
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
