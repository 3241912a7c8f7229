//! The six values of `sslmode` against the certificates that servers use.

mod faulty;

use flexready::question::{Answer, RefusalKind};
use serde_json::Value;

use super::certificates::Certificates;
use super::{about, given, refused};
use crate::support::pg::{Options, Server};

const HBA: &str = "\
    hostssl all by_cert 127.0.0.1/32 cert\n\
    hostssl all only_tls 127.0.0.1/32 trust\n\
    hostnossl all only_plain 127.0.0.1/32 trust\n\
    host all by_scram 127.0.0.1/32 scram-sha-256\n\
    host all postgres 127.0.0.1/32 trust\n";

fn server(made: &Certificates, name: &str, more: &[(&str, &str)]) -> Server {
    let (certificate, key) = (
        made.text(&format!("{name}.crt")),
        made.text(&format!("{name}.key")),
    );
    let authority = made.text("ca.crt");
    let mut settings = vec![("ssl", "on"), ("ssl_ca_file", "ca.crt")];
    settings.extend(more);
    let server = Server::start_with(
        16,
        Options {
            settings: &settings,
            hba: Some(HBA),
            files: &[
                ("server.crt", &certificate),
                ("server.key", &key),
                ("ca.crt", &authority),
            ],
            ..Options::default()
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
async fn connect(server: &Server, rest: &str) -> Answer {
    let user = if rest.contains("user=") {
        ""
    } else {
        "user=postgres"
    };
    about(&format!(
        "host=localhost hostaddr=127.0.0.1 port={} dbname=postgres {user} {rest}",
        server.port()
    ))
    .await
}

/// Asserts the result of a connection: `Ok` with the kind of certificate (`plain` without TLS), or `Err` with a part of
/// the message.
async fn holds(server: &Server, rest: &str, expected: Result<&str, &str>) {
    let answer = connect(server, rest).await;
    match expected {
        Ok(kind) => {
            let tls = &given(&answer)["tls"];
            let found = tls["certificate"].as_str().unwrap_or("plain");
            assert_eq!(found, kind, "{rest}");
        }
        Err(piece) => {
            let refusal = refused(&answer);
            assert!(refusal.message.contains(piece), "{rest}: {refusal}");
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_plain_or_unreachable() {
    let server = Server::start(16, &[]);
    for mode in ["disable", "allow", "prefer"] {
        holds(&server, &format!("sslmode={mode}"), Ok("plain")).await;
    }
    let answer = connect(&server, "sslmode=require").await;
    assert_eq!(refused(&answer).kind, RefusalKind::Unreachable);
    assert!(refused(&answer).message.contains("does not speak TLS"));
}

#[tokio::test]
async fn a_certificate_of_an_authority_works_in_every_sslmode() {
    let made = Certificates::new();
    let server = server(&made, "san", &[]);
    let (ca, other) = (made.path("ca.crt"), made.path("other.crt"));
    let (ca, other) = (ca.display(), other.display());
    holds(&server, "sslmode=disable", Ok("plain")).await;
    holds(&server, "sslmode=allow", Ok("plain")).await;
    for mode in ["prefer", "require"] {
        holds(&server, &format!("sslmode={mode}"), Ok("ca-signed")).await;
    }
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        holds(
            &server,
            &format!("sslmode={mode} sslrootcert={ca}"),
            Ok("ca-signed"),
        )
        .await;
    }
    let unsigned = "no certificate of sslrootcert";
    for mode in ["require", "verify-ca", "verify-full"] {
        holds(
            &server,
            &format!("sslmode={mode} sslrootcert={other}"),
            Err(unsigned),
        )
        .await;
    }
    holds(
        &server,
        "sslmode=verify-full sslrootcert=system",
        Err(unsigned),
    )
    .await;
    holds(
        &server,
        &format!("sslmode=prefer sslrootcert={other}"),
        Ok("plain"),
    )
    .await;
    let elsewhere = format!("host=127.0.0.1 sslmode=verify-full sslrootcert={ca}");
    holds(&server, &elsewhere, Err("is for DnsName(\"localhost\")")).await;
    holds(&server, &elsewhere.replace("full", "ca"), Ok("ca-signed")).await;
}

#[tokio::test]
async fn pg_hba_rules_for_tls_only_and_plain_only_are_followed() {
    let made = Certificates::new();
    let server = server(&made, "san", &[]);
    holds(&server, "user=only_tls sslmode=allow", Ok("ca-signed")).await;
    holds(&server, "user=only_plain sslmode=prefer", Ok("plain")).await;
    holds(
        &server,
        "user=only_tls sslmode=disable",
        Err("no pg_hba.conf entry"),
    )
    .await;
    holds(
        &server,
        "user=only_plain sslmode=require",
        Err("no pg_hba.conf entry"),
    )
    .await;
    let nobody = connect(&server, "user=nobody_knows sslmode=prefer").await;
    assert!(
        refused(&nobody).message.contains("with or without TLS"),
        "{nobody:?}"
    );
}

#[tokio::test]
async fn a_client_certificate_signs_in() {
    let made = Certificates::new();
    let server = server(&made, "san", &[]);
    let (certificate, key) = (made.path("client.crt"), made.path("client.key"));
    let with = format!(
        "user=by_cert sslmode=require sslcert={} sslkey={}",
        certificate.display(),
        key.display()
    );
    let answer = connect(&server, &with).await;
    assert_eq!(given(&answer)["auth_method"], "trust");
    holds(&server, "user=by_cert sslmode=require", Err("certificate")).await;
}

#[tokio::test]
async fn channel_binding_needs_tls_and_scram() {
    let made = Certificates::new();
    for name in ["san", "v1rsa"] {
        let server = server(&made, name, &[]);
        let bound = "user=by_scram password=secret channel_binding=require";
        let answer: Answer = connect(&server, &format!("{bound} sslmode=require")).await;
        let value: &Value = given(&answer);
        assert_eq!(value["auth_method"], "scram-sha-256");
        holds(
            &server,
            &format!("{bound} sslmode=disable"),
            Err("channel_binding=require"),
        )
        .await;
        holds(
            &server,
            "channel_binding=require sslmode=require",
            Err("channel_binding=require"),
        )
        .await;
    }
}
