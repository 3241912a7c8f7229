//! The six values of `sslmode` against the certificates that servers use.

mod unusual_certificates;

use flexready::question::{Answer, FailureKind};
use serde_json::Value;

use super::certificates::Certificates;
use super::{about, expect_body, refused};
use crate::support::pg::{PgServer, ServerOptions};

const HBA_RULES: &str = "\
    hostssl all by_cert 127.0.0.1/32 cert\n\
    hostssl all only_tls 127.0.0.1/32 trust\n\
    hostnossl all only_plain 127.0.0.1/32 trust\n\
    host all by_scram 127.0.0.1/32 scram-sha-256\n\
    host all postgres 127.0.0.1/32 trust\n";

fn start_tls_server(
    certificates: &Certificates,
    name: &str,
    extra_settings: &[(&str, &str)],
) -> PgServer {
    let (certificate, key) = (
        certificates.read_pem(&format!("{name}.crt")),
        certificates.read_pem(&format!("{name}.key")),
    );
    let authority = certificates.read_pem("ca.crt");
    let mut settings = vec![("ssl", "on"), ("ssl_ca_file", "ca.crt")];
    settings.extend(extra_settings);
    let server = PgServer::start_with_options(
        16,
        ServerOptions {
            settings: &settings,
            hba: Some(HBA_RULES),
            files: &[
                ("server.crt", &certificate),
                ("server.key", &key),
                ("ca.crt", &authority),
            ],
            ..ServerOptions::default()
        },
    );
    for role in ["by_cert", "only_tls", "only_plain", "by_scram"] {
        server.run(
            "postgres",
            &format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"),
        );
    }
    server
}

/// Connects to the server by the host name in its certificates.
async fn connect(server: &PgServer, options: &str) -> Answer {
    let user = if options.contains("user=") {
        ""
    } else {
        "user=postgres"
    };
    about(&format!(
        "host=localhost hostaddr=127.0.0.1 port={} dbname=postgres {user} {options}",
        server.port()
    ))
    .await
}

/// Asserts the result of a connection: `Ok` with the kind of certificate (`plain` without TLS), or `Err` with a part of
/// the message.
async fn assert_connects(server: &PgServer, options: &str, expected: Result<&str, &str>) {
    let answer = connect(server, options).await;
    match expected {
        Ok(kind) => {
            let tls = &expect_body(&answer)["tls"];
            let found = tls["certificate"].as_str().unwrap_or("plain");
            assert_eq!(found, kind, "{options}");
        }
        Err(piece) => {
            let refusal = refused(&answer);
            assert!(refusal.message.contains(piece), "{options}: {refusal}");
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_plain_or_unreachable() {
    let server = PgServer::start(16, &[]);
    for mode in ["disable", "allow", "prefer"] {
        assert_connects(&server, &format!("sslmode={mode}"), Ok("plain")).await;
    }
    let answer = connect(&server, "sslmode=require").await;
    assert_eq!(refused(&answer).kind, FailureKind::Unreachable);
    assert!(refused(&answer).message.contains("does not speak TLS"));
}

#[tokio::test]
async fn a_certificate_of_an_authority_works_in_every_sslmode() {
    let certificates = Certificates::new();
    let server = start_tls_server(&certificates, "san", &[]);
    let (ca, other) = (certificates.path("ca.crt"), certificates.path("other.crt"));
    let (ca, other) = (ca.display(), other.display());
    assert_connects(&server, "sslmode=disable", Ok("plain")).await;
    assert_connects(&server, "sslmode=allow", Ok("plain")).await;
    for mode in ["prefer", "require"] {
        assert_connects(&server, &format!("sslmode={mode}"), Ok("ca-signed")).await;
    }
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        assert_connects(
            &server,
            &format!("sslmode={mode} sslrootcert={ca}"),
            Ok("ca-signed"),
        )
        .await;
    }
    let unsigned = "no certificate of sslrootcert";
    for mode in ["require", "verify-ca", "verify-full"] {
        assert_connects(
            &server,
            &format!("sslmode={mode} sslrootcert={other}"),
            Err(unsigned),
        )
        .await;
    }
    assert_connects(
        &server,
        "sslmode=verify-full sslrootcert=system",
        Err(unsigned),
    )
    .await;
    assert_connects(
        &server,
        &format!("sslmode=prefer sslrootcert={other}"),
        Ok("plain"),
    )
    .await;
    let by_address = format!("host=127.0.0.1 sslmode=verify-full sslrootcert={ca}");
    assert_connects(&server, &by_address, Err("is for DnsName(\"localhost\")")).await;
    assert_connects(&server, &by_address.replace("full", "ca"), Ok("ca-signed")).await;
}

#[tokio::test]
async fn pg_hba_rules_for_tls_only_and_plain_only_are_followed() {
    let certificates = Certificates::new();
    let server = start_tls_server(&certificates, "san", &[]);
    assert_connects(&server, "user=only_tls sslmode=allow", Ok("ca-signed")).await;
    assert_connects(&server, "user=only_plain sslmode=prefer", Ok("plain")).await;
    assert_connects(
        &server,
        "user=only_tls sslmode=disable",
        Err("no pg_hba.conf entry"),
    )
    .await;
    assert_connects(
        &server,
        "user=only_plain sslmode=require",
        Err("no pg_hba.conf entry"),
    )
    .await;
    let unmatched = connect(&server, "user=nobody_knows sslmode=prefer").await;
    assert!(
        refused(&unmatched).message.contains("with or without TLS"),
        "{unmatched:?}"
    );
}

#[tokio::test]
async fn a_client_certificate_signs_in() {
    let certificates = Certificates::new();
    let server = start_tls_server(&certificates, "san", &[]);
    let (certificate, key) = (
        certificates.path("client.crt"),
        certificates.path("client.key"),
    );
    let with = format!(
        "user=by_cert sslmode=require sslcert={} sslkey={}",
        certificate.display(),
        key.display()
    );
    let answer = connect(&server, &with).await;
    assert_eq!(expect_body(&answer)["auth_method"], "trust");
    assert_connects(&server, "user=by_cert sslmode=require", Err("certificate")).await;
}

#[tokio::test]
async fn channel_binding_needs_tls_and_scram() {
    let certificates = Certificates::new();
    for name in ["san", "v1rsa"] {
        let server = start_tls_server(&certificates, name, &[]);
        let bound = "user=by_scram password=secret channel_binding=require";
        let answer: Answer = connect(&server, &format!("{bound} sslmode=require")).await;
        let value: &Value = expect_body(&answer);
        assert_eq!(value["auth_method"], "scram-sha-256");
        assert_connects(
            &server,
            &format!("{bound} sslmode=disable"),
            Err("channel_binding=require"),
        )
        .await;
        assert_connects(
            &server,
            "channel_binding=require sslmode=require",
            Err("channel_binding=require"),
        )
        .await;
    }
}
