//! TLS with libpq's semantics on rustls: the six `sslmode` values, and certificates that libpq accepts but plain rustls
//! rejects. When TLS is tried is decided in `dial`.

mod certificate;
mod explain;
mod material;
mod verify;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub(super) use certificate::Seen;
pub(super) use explain::explain;

use super::conninfo::error::ConninfoError;
use material::{Identity, Roots};
use verify::Verifier;

/// The six `sslmode` values, weakest first.
/// <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// TLS parameters of a connection, with their files read.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) mode: Mode,
    /// `sslnegotiation=direct`: TLS from the first byte (PostgreSQL 17).
    pub(super) direct: bool,
    pub(super) roots: Option<Roots>,
    config: Option<Arc<ClientConfig>>,
}

/// Looks up the value of a keyword.
type Get<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

impl Policy {
    /// Reads the keywords and their files. `file` returns the user's default file of a name, such as `root.crt`.
    pub(super) fn read(
        get: Get<'_>,
        file: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<Policy, ConninfoError> {
        let mode = mode(get)?;
        let direct = direct(get, mode)?;
        let versions = versions(get)?;
        if mode == Mode::Disable {
            return Ok(Policy {
                mode,
                direct,
                roots: None,
                config: None,
            });
        }
        let roots = Roots::read(get("sslrootcert"), file("root.crt"), mode >= Mode::VerifyCa)?;
        let is_from_file = roots.is_some() && get("sslrootcert") != Some("system");
        if let Some(list) = file("root.crl").filter(|list| is_from_file && list.exists()) {
            return Err(ConninfoError::UsualRevocations(list.display().to_string()));
        }
        let identity = match get("sslcertmode") {
            Some("disable") => None,
            _ => Identity::read(get, file)?,
        };
        let config = config(
            mode,
            direct,
            &versions,
            roots.as_ref(),
            identity,
            get("sslsni") != Some("0"),
        )?;
        Ok(Policy {
            mode,
            direct,
            roots,
            config: Some(Arc::new(config)),
        })
    }

    pub(super) fn checks_name(&self) -> bool {
        self.mode == Mode::VerifyFull
    }

    /// Performs the handshake on a connection to `host`.
    pub(super) async fn handshake(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> io::Result<(tokio_rustls::client::TlsStream<TcpStream>, Seen)> {
        let config = self
            .config
            .clone()
            .ok_or_else(|| io::Error::other("TLS is switched off"))?;
        let name = server_name(host, &stream)?;
        let stream = TlsConnector::from(config).connect(name, stream).await?;
        let seen = Seen::of(stream.get_ref().1);
        Ok((stream, seen))
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

fn mode(get: Get<'_>) -> Result<Mode, ConninfoError> {
    let system = get("sslrootcert") == Some("system");
    let mode = match get("sslmode") {
        None if system => Mode::VerifyFull,
        None | Some("prefer") => Mode::Prefer,
        Some("disable") => Mode::Disable,
        Some("allow") => Mode::Allow,
        Some("require") => Mode::Require,
        Some("verify-ca") => Mode::VerifyCa,
        Some("verify-full") => Mode::VerifyFull,
        Some(_) => {
            return Err(ConninfoError::Value {
                keyword: "sslmode",
                expected: "disable, allow, prefer, require, verify-ca or verify-full",
            });
        }
    };
    if system && mode != Mode::VerifyFull {
        return Err(ConninfoError::WeakSystemRoots);
    }
    Ok(mode)
}

fn direct(get: Get<'_>, mode: Mode) -> Result<bool, ConninfoError> {
    match get("sslnegotiation") {
        None | Some("postgres") => Ok(false),
        Some("direct") if mode >= Mode::Require => Ok(true),
        Some(_) => Err(ConninfoError::Value {
            keyword: "sslnegotiation",
            expected: "postgres, or direct together with sslmode=require or stronger",
        }),
    }
}

/// Returns the allowed TLS versions. rustls supports 1.2 and newer, and 1.2 is also libpq's default minimum.
fn versions(get: Get<'_>) -> Result<Vec<&'static SupportedProtocolVersion>, ConninfoError> {
    let bound = |keyword: &'static str| {
        let bad = ConninfoError::Value {
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
        return Err(ConninfoError::Value {
            keyword: "ssl_max_protocol_version",
            expected: "TLSv1.2 or TLSv1.3, and no less than ssl_min_protocol_version",
        });
    }
    Ok(allowed)
}

fn config(
    mode: Mode,
    direct: bool,
    versions: &[&'static SupportedProtocolVersion],
    roots: Option<&Roots>,
    identity: Option<Identity>,
    sni: bool,
) -> Result<ClientConfig, ConninfoError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(
        roots,
        mode == Mode::VerifyFull,
        provider.signature_verification_algorithms,
    );
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("the provider has suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config =
        match identity {
            None => builder.with_no_client_auth(),
            Some(Identity { file, chain, key }) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|cause| ConninfoError::File {
                    what: "the client certificate",
                    file,
                    cause: cause.to_string(),
                })?,
        };
    config.enable_sni = sni;
    if direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(config)
}

/// A certificate in DER form.
type Der<'a> = CertificateDer<'a>;
