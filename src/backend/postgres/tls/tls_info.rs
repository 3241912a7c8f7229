//! Describes a TLS session: protocol version, cipher, and the kind of server certificate.

use ring::digest::{SHA256, SHA384, SHA512, digest};
use rustls::{ClientConnection, ProtocolVersion};
use serde_json::{Value, json};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::db::rfc5912;

use super::CertDer;

/// Parameters of a TLS session.
#[derive(Debug, Clone)]
pub(crate) struct TlsInfo {
    version: &'static str,
    cipher: Option<String>,
    self_signed: Option<bool>,
    /// Channel binding data (`tls-server-end-point`) for SCRAM-SHA-256-PLUS.
    pub(crate) channel_binding: Option<Vec<u8>>,
}

impl TlsInfo {
    pub(crate) fn from_session(session: &ClientConnection) -> TlsInfo {
        let leaf = session.peer_certificates().and_then(<[_]>::first);
        let parsed = leaf.and_then(parse_certificate);
        TlsInfo {
            version: match session.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
                _ => "TLSv1.2",
            },
            cipher: session
                .negotiated_cipher_suite()
                .and_then(|s| s.suite().as_str().map(str::to_owned)),
            self_signed: parsed.as_ref().map(is_self_signed),
            channel_binding: leaf
                .zip(parsed.as_ref())
                .and_then(|(der, parsed)| end_point_binding(der, parsed)),
        }
    }

    /// Returns the `tls` member of a connection's answer. Protocol names are those of `pg_stat_ssl`.
    pub(crate) fn to_json(&self) -> Value {
        let certificate = match self.self_signed {
            Some(true) => "self-signed",
            Some(false) => "ca-signed",
            None => "none",
        };
        json!({ "version": self.version, "certificate": certificate, "cipher": self.cipher })
    }
}

pub(crate) fn parse_certificate(der: &CertDer<'_>) -> Option<Certificate> {
    Certificate::from_der(der).ok()
}

fn is_self_signed(certificate: &Certificate) -> bool {
    certificate.tbs_certificate.issuer == certificate.tbs_certificate.subject
}

/// Returns the channel binding of RFC 5929, section 4.1: the certificate's hash, with the hash function of its
/// signature. SHA-256 replaces MD5 and SHA-1. Signatures without such a function (Ed25519, RSA-PSS) have no channel
/// binding, so SCRAM runs without it.
fn end_point_binding(der: &CertDer<'_>, certificate: &Certificate) -> Option<Vec<u8>> {
    let algorithm = match certificate.signature_algorithm.oid {
        rfc5912::SHA_1_WITH_RSA_ENCRYPTION
        | rfc5912::SHA_256_WITH_RSA_ENCRYPTION
        | rfc5912::ECDSA_WITH_SHA_256 => &SHA256,
        rfc5912::SHA_384_WITH_RSA_ENCRYPTION | rfc5912::ECDSA_WITH_SHA_384 => &SHA384,
        rfc5912::SHA_512_WITH_RSA_ENCRYPTION | rfc5912::ECDSA_WITH_SHA_512 => &SHA512,
        _ => return None,
    };
    Some(digest(algorithm, der).as_ref().to_vec())
}
