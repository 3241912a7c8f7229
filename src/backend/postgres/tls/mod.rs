//! TLS with libpq's semantics on rustls: the six `sslmode` values, and certificates that libpq accepts but plain rustls
//! rejects. When TLS is tried is decided in `dial`.

mod certs;
mod handshake_error;
mod tls_info;
mod verify;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use certs::{ClientCert, TrustRoots};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use verify::ServerVerifier;

use super::conninfo::conninfo_error::ConninfoError;

pub(super) use handshake_error::explain_handshake_error;
pub(super) use tls_info::TlsInfo;

/// The six `sslmode` values, weakest first.
/// <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TlsMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// TLS parameters of a connection, with their files read.
#[derive(Debug, Clone)]
pub(crate) struct TlsPolicy {
    pub(crate) mode: TlsMode,
    /// `sslnegotiation=direct`: TLS from the first byte (PostgreSQL 17).
    pub(crate) is_direct: bool,
    pub(crate) roots: Option<TrustRoots>,
    client_config: Option<Arc<ClientConfig>>,
}

/// Looks up the value of a keyword.
type KeywordLookup<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

impl TlsPolicy {
    /// Reads the keywords and their files. `file` returns the user's default file of a name, such as `root.crt`.
    pub(crate) fn read(
        get: KeywordLookup<'_>,
        file: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<TlsPolicy, ConninfoError> {
        let mode = parse_mode(get)?;
        let direct = parse_direct(get, mode)?;
        let versions = parse_versions(get)?;
        if mode == TlsMode::Disable {
            return Ok(TlsPolicy {
                mode,
                is_direct: direct,
                roots: None,
                client_config: None,
            });
        }
        let roots = TrustRoots::read(
            get("sslrootcert"),
            file("root.crt"),
            mode >= TlsMode::VerifyCa,
        )?;
        let is_from_file = roots.is_some() && get("sslrootcert") != Some("system");
        if let Some(list) = file("root.crl").filter(|list| is_from_file && list.exists()) {
            return Err(ConninfoError::UnsupportedRevocationList(
                list.display().to_string(),
            ));
        }
        let identity = match get("sslcertmode") {
            Some("disable") => None,
            _ => ClientCert::read(get, file)?,
        };
        let config = build_client_config(
            mode,
            direct,
            &versions,
            roots.as_ref(),
            identity,
            get("sslsni") != Some("0"),
        )?;
        Ok(TlsPolicy {
            mode,
            is_direct: direct,
            roots,
            client_config: Some(Arc::new(config)),
        })
    }

    pub(crate) fn verifies_host_name(&self) -> bool {
        self.mode == TlsMode::VerifyFull
    }

    /// Performs the handshake on a connection to `host`.
    pub(crate) async fn handshake(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> io::Result<(tokio_rustls::client::TlsStream<TcpStream>, TlsInfo)> {
        let config = self
            .client_config
            .clone()
            .ok_or_else(|| io::Error::other("TLS is switched off"))?;
        let name = server_name(host, &stream)?;
        let stream = TlsConnector::from(config).connect(name, stream).await?;
        let tls_info = TlsInfo::from_session(stream.get_ref().1);
        Ok((stream, tls_info))
    }
}

/// Returns the name to verify and to send as SNI. A host that is not a DNS name is replaced by the peer's address.
/// Such a host only works if names are not verified.
fn server_name(host: &str, stream: &TcpStream) -> io::Result<ServerName<'static>> {
    match ServerName::try_from(host.trim_end_matches('.').to_owned()) {
        Ok(name) => Ok(name),
        Err(_) => Ok(ServerName::IpAddress(stream.peer_addr()?.ip().into())),
    }
}

fn parse_mode(get: KeywordLookup<'_>) -> Result<TlsMode, ConninfoError> {
    let system = get("sslrootcert") == Some("system");
    let mode = match get("sslmode") {
        None if system => TlsMode::VerifyFull,
        None | Some("prefer") => TlsMode::Prefer,
        Some("disable") => TlsMode::Disable,
        Some("allow") => TlsMode::Allow,
        Some("require") => TlsMode::Require,
        Some("verify-ca") => TlsMode::VerifyCa,
        Some("verify-full") => TlsMode::VerifyFull,
        Some(_) => {
            return Err(ConninfoError::InvalidValue {
                keyword: "sslmode",
                expected: "disable, allow, prefer, require, verify-ca or verify-full",
            });
        }
    };
    if system && mode != TlsMode::VerifyFull {
        return Err(ConninfoError::SystemRootsNeedVerifyFull);
    }
    Ok(mode)
}

fn parse_direct(get: KeywordLookup<'_>, mode: TlsMode) -> Result<bool, ConninfoError> {
    match get("sslnegotiation") {
        None | Some("postgres") => Ok(false),
        Some("direct") if mode >= TlsMode::Require => Ok(true),
        Some(_) => Err(ConninfoError::InvalidValue {
            keyword: "sslnegotiation",
            expected: "postgres, or direct together with sslmode=require or stronger",
        }),
    }
}

/// Returns the allowed TLS versions. rustls supports 1.2 and newer, and 1.2 is also libpq's default minimum.
fn parse_versions(
    get: KeywordLookup<'_>,
) -> Result<Vec<&'static SupportedProtocolVersion>, ConninfoError> {
    let bound = |keyword: &'static str| {
        let bad = ConninfoError::InvalidValue {
            keyword,
            expected: "TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3",
        };
        match get(keyword).map(str::to_ascii_lowercase).as_deref() {
            None | Some("") => Ok(None),
            Some("tlsv1") => Ok(Some(0)),
            Some("tlsv1.1") => Ok(Some(1)),
            Some("tlsv1.2") => Ok(Some(2)),
            Some("tlsv1.3") => Ok(Some(3)),
            Some(_) => Err(bad),
        }
    };
    let least = bound("ssl_min_protocol_version")?.unwrap_or(2);
    let most = bound("ssl_max_protocol_version")?.unwrap_or(3);
    let known = [(2, &TLS12), (3, &TLS13)];
    let allowed = known
        .into_iter()
        .filter(|(n, _)| (least..=most).contains(n));
    let allowed: Vec<_> = allowed.map(|(_, version)| version).collect();
    if allowed.is_empty() {
        return Err(ConninfoError::InvalidValue {
            keyword: "ssl_max_protocol_version",
            expected: "TLSv1.2 or TLSv1.3, and no less than ssl_min_protocol_version",
        });
    }
    Ok(allowed)
}

fn build_client_config(
    mode: TlsMode,
    is_direct: bool,
    versions: &[&'static SupportedProtocolVersion],
    roots: Option<&TrustRoots>,
    client_cert: Option<ClientCert>,
    send_sni: bool,
) -> Result<ClientConfig, ConninfoError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = ServerVerifier::new(
        roots,
        mode == TlsMode::VerifyFull,
        provider.signature_verification_algorithms,
    );
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("the provider has suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match client_cert {
        None => builder.with_no_client_auth(),
        Some(ClientCert {
            path: file,
            chain,
            key,
        }) => builder.with_client_auth_cert(chain, key).map_err(|cause| {
            ConninfoError::UnusableFile {
                what: "the client certificate",
                file,
                cause: cause.to_string(),
            }
        })?,
    };
    config.enable_sni = send_sni;
    if is_direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(config)
}

/// A certificate in DER form.
type CertDer<'a> = CertificateDer<'a>;
