//! Certificates that libpq accepts and rustls does not accept by default.

use super::super::certificates::Certificates;
use super::super::{expect_body, refused};
use super::{assert_connects, connect, start_tls_server};

#[tokio::test]
async fn a_certificate_with_only_a_common_name_fails_verify_full() {
    let certificates = Certificates::new();
    let server = start_tls_server(&certificates, "cn", &[]);
    let ca = certificates.path("ca.crt");
    assert_connects(&server, "sslmode=require", Ok("ca-signed")).await;
    assert_connects(
        &server,
        &format!("sslmode=verify-ca sslrootcert={}", ca.display()),
        Ok("ca-signed"),
    )
    .await;
    let full = format!("sslmode=verify-full sslrootcert={}", ca.display());
    assert_connects(&server, &full, Err("no subject alternative name")).await;
}

#[tokio::test]
async fn a_certificate_of_an_authority_can_be_the_server_certificate() {
    let certificates = Certificates::new();
    let server = start_tls_server(&certificates, "self", &[]);
    let (own, ca) = (certificates.path("self.crt"), certificates.path("ca.crt"));
    assert_connects(&server, "sslmode=require", Ok("self-signed")).await;
    for mode in ["require", "verify-ca"] {
        assert_connects(
            &server,
            &format!("sslmode={mode} sslrootcert={}", own.display()),
            Ok("self-signed"),
        )
        .await;
    }
    let full = format!("sslmode=verify-full sslrootcert={}", own.display());
    assert_connects(&server, &full, Err("no subject alternative name")).await;
    let other = format!("sslmode=verify-ca sslrootcert={}", ca.display());
    assert_connects(&server, &other, Err("authority's certificate as its own")).await;
}

#[tokio::test]
async fn certificates_of_x509_version_1_fail_verify_full() {
    let certificates = Certificates::new();
    for (name, newest) in [
        ("v1", "TLSv1.3"),
        ("v1", "TLSv1.2"),
        ("v1rsa", "TLSv1.3"),
        ("v1rsa", "TLSv1.2"),
    ] {
        let server = start_tls_server(&certificates, name, &[("ssl_max_protocol_version", newest)]);
        let own = certificates.path(&format!("{name}.crt"));
        assert_connects(&server, "sslmode=prefer", Ok("self-signed")).await;
        let required = connect(&server, "sslmode=require").await;
        assert_eq!(expect_body(&required)["tls"]["version"], newest);
        let only_tls_1_3 = "sslmode=require ssl_min_protocol_version=TLSv1.3";
        match newest {
            "TLSv1.3" => assert_connects(&server, only_tls_1_3, Ok("self-signed")).await,
            _ => {
                assert_connects(
                    &server,
                    only_tls_1_3,
                    Err("no TLS version or cipher in common"),
                )
                .await
            }
        }
        assert_connects(
            &server,
            &format!("sslmode=verify-ca sslrootcert={}", own.display()),
            Ok("self-signed"),
        )
        .await;
        let full = format!("sslmode=verify-full sslrootcert={}", own.display());
        assert_connects(&server, &full, Err("version 1")).await;
        let other = format!(
            "sslmode=verify-ca sslrootcert={}",
            certificates.path("ca.crt").display()
        );
        assert_connects(&server, &other, Err("version 1")).await;
    }
}

#[tokio::test]
async fn an_expired_certificate_fails_when_it_is_verified() {
    let certificates = Certificates::new();
    let server = start_tls_server(&certificates, "expired", &[]);
    assert_connects(&server, "sslmode=require", Ok("self-signed")).await;
    let own = certificates.path("expired.crt");
    for mode in ["require", "verify-ca", "verify-full"] {
        let rest = format!("sslmode={mode} sslrootcert={}", own.display());
        let answer = connect(&server, &rest).await;
        let why = &refused(&answer).message;
        assert!(
            why.contains("has expired")
                && why.contains("renew it")
                && why.contains("sslmode=require"),
            "{rest}: {why}"
        );
    }
}

#[tokio::test]
async fn a_sha_1_signature_fails_when_it_is_verified() {
    let certificates = Certificates::new();
    // OpenSSL serves such a certificate only at security level 0
    let server = start_tls_server(
        &certificates,
        "sha1",
        &[("ssl_ciphers", "DEFAULT@SECLEVEL=0")],
    );
    let ca = certificates.path("ca.crt");
    assert_connects(&server, "sslmode=require", Ok("ca-signed")).await;
    let rest = format!("sslmode=verify-full sslrootcert={}", ca.display());
    let answer = connect(&server, &rest).await;
    let why = &refused(&answer).message;
    assert!(
        why.contains("SHA-1") && why.contains("sslmode=require"),
        "{why}"
    );
}

/// OpenSSL supports these keys, and rustls does not. Every mode that requires TLS fails.
#[tokio::test]
async fn keys_that_rustls_does_not_support_fail_every_mode_that_requires_tls() {
    let certificates = Certificates::new();
    for name in ["rsa1024", "p521"] {
        let server = start_tls_server(
            &certificates,
            name,
            &[("ssl_ciphers", "DEFAULT@SECLEVEL=0")],
        );
        assert_connects(&server, "sslmode=prefer", Ok("plain")).await;
        let answer = connect(&server, "sslmode=require").await;
        let why = &refused(&answer).message;
        assert!(
            why.contains("RSA under 2048 bits")
                && why.contains("P-521")
                && why.contains("sslmode=disable"),
            "{name}: {why}"
        );
    }
}
