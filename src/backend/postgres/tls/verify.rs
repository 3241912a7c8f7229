//! Verifies server certificates as libpq does.
//!
//! - Without root certificates, any certificate is accepted. This includes X.509 version 1, CA certificates, and
//!   certificates without names, which plain rustls rejects.
//! - With root certificates, the chain must lead to one of them. A certificate in the root file itself is trusted.
//! - `verify-full` also verifies the host name.
//! - In every mode, the server must prove that it has the certificate's key. Channel binding depends on it.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, PeerMisbehaved, SignatureScheme};
use rustls_pki_types::{ServerName, SubjectPublicKeyInfoDer, UnixTime};
use x509_cert::Version;
use x509_cert::der::Encode;

use super::CertDer;
use super::certs::TrustRoots;
use super::tls_info::parse_certificate;

#[derive(Debug)]
pub(crate) struct ServerVerifier {
    roots: Option<TrustRoots>,
    verifies_host_name: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerVerifier {
    pub(crate) fn new(
        roots: Option<&TrustRoots>,
        verifies_host_name: bool,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        ServerVerifier {
            roots: roots.cloned(),
            verifies_host_name,
            algorithms,
        }
    }

    fn verify_chain(
        &self,
        roots: &TrustRoots,
        leaf: &CertDer<'_>,
        others: &[CertDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        if roots.certificates.iter().any(|trusted| trusted == leaf) {
            return check_validity(leaf, now);
        }
        let leaf = ParsedCertificate::try_from(leaf)?;
        verify_server_cert_signed_by_trust_anchor(
            &leaf,
            &roots.anchors,
            others,
            now,
            self.algorithms.all,
        )
    }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertDer<'_>,
        others: &[CertDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            self.verify_chain(roots, leaf, others, now)?;
        }
        if self.verifies_host_name {
            verify_server_name(&ParsedCertificate::try_from(leaf)?, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match v1_certificate_key(leaf) {
            Some((_, key)) => verify_signature_with_key(&key, message, signed, &self.algorithms),
            None => verify_tls12_signature(message, leaf, signed, &self.algorithms),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match v1_certificate_key(leaf) {
            Some((info, _)) => {
                verify_tls13_signature_with_raw_key(message, &info, signed, &self.algorithms)
            }
            None => verify_tls13_signature(message, leaf, signed, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Returns the key of an X.509 version 1 certificate, which rustls cannot parse: as SubjectPublicKeyInfo and as raw
/// bits.
fn v1_certificate_key(leaf: &CertDer<'_>) -> Option<(SubjectPublicKeyInfoDer<'static>, Vec<u8>)> {
    let body = parse_certificate(leaf)?.tbs_certificate;
    if body.version != Version::V1 {
        return None;
    }
    let info = body.subject_public_key_info.to_der().ok()?;
    Some((
        info.into(),
        body.subject_public_key_info
            .subject_public_key
            .raw_bytes()
            .to_vec(),
    ))
}

fn verify_signature_with_key(
    key: &[u8],
    message: &[u8],
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let candidates = algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == signed.scheme);
    let (_, candidates) =
        candidates.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    candidates
        .iter()
        .any(|algorithm| {
            algorithm
                .verify_signature(key, message, signed.signature())
                .is_ok()
        })
        .then(HandshakeSignatureValid::assertion)
        .ok_or_else(|| CertificateError::BadSignature.into())
}

/// Checks the validity period. A certificate that is trusted directly can still be expired.
fn check_validity(leaf: &CertDer<'_>, now: UnixTime) -> Result<(), Error> {
    let validity = parse_certificate(leaf)
        .ok_or(CertificateError::BadEncoding)?
        .tbs_certificate
        .validity;
    let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
    if now.as_secs() < seconds(validity.not_before) {
        return Err(CertificateError::NotValidYet.into());
    }
    if now.as_secs() > seconds(validity.not_after) {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}
