//! Explains failed TLS handshakes and what to do about them.

use std::io;

use rustls::{AlertDescription, CertificateError, Error};

use super::{TlsPolicy, TrustRoots};

/// OpenSSL, and so libpq, supports these keys. Every `sslmode` with TLS verifies the signature of the handshake.
const UNSUPPORTED_KEY_ADVICE: &str = "its certificate has a key that this tool does not verify (RSA under 2048 bits, ECDSA P-521, Ed448): \
    give the server another certificate, or use sslmode=disable where the network is trusted";
/// As in libpq, certificates are not verified without a root certificate.
const UNVERIFIED_ADVICE: &str = ", or use sslmode=require without a root certificate (no sslrootcert, no ~/.postgresql/root.crt)";

/// Describes a failed handshake with `host`.
pub(crate) fn explain_handshake_error(error: &io::Error, policy: &TlsPolicy, host: &str) -> String {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>())
    {
        Some(Error::InvalidCertificate(fault)) => explain_certificate_error(fault, policy, host),
        Some(Error::PeerIncompatible(_))
        | Some(Error::AlertReceived(AlertDescription::ProtocolVersion)) => format!(
            "the server and this tool have no TLS version or cipher in common ({}); this tool speaks TLS 1.2 and 1.3",
            inner_message(error)
        ),
        Some(Error::AlertReceived(AlertDescription::HandshakeFailure)) => format!(
            "the server ended the TLS handshake: no cipher in common, it wants a client certificate (sslcert, sslkey), \
             or {UNSUPPORTED_KEY_ADVICE}"
        ),
        _ if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the server closed the connection during the TLS handshake".to_owned()
        }
        _ => format!("the TLS handshake failed: {}", inner_message(error)),
    }
}

fn explain_certificate_error(fault: &CertificateError, policy: &TlsPolicy, host: &str) -> String {
    let roots = policy
        .roots
        .as_ref()
        .map_or("none", |roots: &TrustRoots| roots.name.as_str());
    match fault {
        CertificateError::UnknownIssuer => format!(
            "no certificate of sslrootcert ({roots}) has signed the server's certificate; name the file with the \
             certificate authority's certificate, or with the server's own if it is self-signed"
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!(
                "the server's certificate is not for the host name `{host}`{}; connect by a name that it has, renew it with \
             `subjectAltName = DNS:{host}`, or use sslmode=verify-ca",
                presented_names(fault)
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!(
                "the server's certificate has expired; renew it on the server{UNVERIFIED_ADVICE}"
            )
        }
        CertificateError::BadSignature => {
            format!("the server cannot be verified: {UNSUPPORTED_KEY_ADVICE}")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet; compare the clocks of server and client"
                .to_owned()
        }
        CertificateError::Other(inner) => explain_other_error(&format!("{:?}", inner.0)),
        other if is_weak_signature(other) => format!(
            "the server's certificate is signed with SHA-1 or another algorithm that is no longer safe; renew it on the \
             server{UNVERIFIED_ADVICE}"
        ),
        other => format!("the server's certificate is refused: {other}"),
    }
}

fn is_weak_signature(fault: &CertificateError) -> bool {
    format!("{fault:?}").contains("UnsupportedSignatureAlgorithm")
}

/// Lists the names in the certificate. libpq uses the common name of a certificate without alternative names.
fn presented_names(fault: &CertificateError) -> String {
    match fault {
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            " (it has no subject alternative name; libpq would compare the common name, this tool does not)".to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let mut shown = presented.clone();
            shown.truncate(5);
            format!(" (it is for {})", shown.join(", "))
        }
        _ => String::new(),
    }
}

/// Describes errors of the certificate library (webpki). They have no public type here, but documented names.
fn explain_other_error(inner: &str) -> String {
    if inner.contains("UnsupportedCertVersion") {
        return "the server's certificate is X.509 version 1; libpq accepts it, this tool cannot verify it: use \
                sslmode=require without a root certificate, or sslmode=verify-ca with the server's own certificate as \
                sslrootcert, or renew it as version 3 (`openssl req -x509 -addext subjectAltName=DNS:<host>`)"
            .to_owned();
    }
    if inner.contains("CaUsedAsEndEntity") {
        return "the server uses a certificate authority's certificate as its own; libpq accepts it, this tool only when \
                sslrootcert holds exactly this certificate: put it there, use sslmode=require without a root \
                certificate, or give the server a certificate of its own"
            .to_owned();
    }
    format!("the server's certificate is refused: {inner}")
}

/// Returns the text of the inner error.
fn inner_message(error: &io::Error) -> String {
    error
        .get_ref()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
