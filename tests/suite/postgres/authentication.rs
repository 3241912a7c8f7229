//! Authentication: each method, failures, and the password file.

use flexready::backend::Backend;
use flexready::backend::postgres::PostgresBackend;
use flexready::question::{Failure, FailureKind, Question, Side};
use serde_json::Value;
use tokio::time::Instant;

use super::{RUN_TIMEOUT, about, connect_options, expect_body, refused};
use crate::support::pg::{PgServer, ServerOptions};

/// Starts a server with users that are named after their authentication method. Every password is `secret`.
fn server() -> PgServer {
    let hba = "\
        host all by_trust 127.0.0.1/32 trust\n\
        host all by_md5 127.0.0.1/32 md5\n\
        host all by_scram 127.0.0.1/32 scram-sha-256\n\
        host all by_password 127.0.0.1/32 password\n\
        host all by_ident 127.0.0.1/32 ident\n\
        host all turned_away 127.0.0.1/32 reject\n\
        host all by_gss 127.0.0.1/32 trust\n";
    let server = PgServer::start_with_options(
        15,
        ServerOptions {
            hba: Some(hba),
            ..ServerOptions::default()
        },
    );
    server.run(
        "postgres",
        "SET password_encryption = 'md5'; CREATE ROLE by_md5 LOGIN PASSWORD 'secret'",
    );
    server.run(
        "postgres",
        "SET password_encryption = 'scram-sha-256'; CREATE ROLE by_scram LOGIN PASSWORD 'secret'",
    );
    for role in ["by_trust", "by_password", "turned_away", "by_ident"] {
        server.run(
            "postgres",
            &format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"),
        );
    }
    server
}

#[tokio::test]
async fn every_method_with_the_right_the_wrong_and_no_password() {
    let server = server();
    let uri = |user: &str, password: &str| {
        format!(
            "postgresql://{user}:{password}@127.0.0.1:{}/postgres",
            server.port()
        )
    };
    for (user, method) in [
        ("by_md5", "md5"),
        ("by_scram", "scram-sha-256"),
        ("by_password", "password"),
    ] {
        let answer = about(&uri(user, "secret")).await;
        assert_eq!(expect_body(&answer)["auth_method"], method);
        let wrong = about(&uri(user, "wrong")).await;
        assert_eq!(refused(&wrong).kind, FailureKind::Unauthenticated);
        assert_eq!(
            refused(&wrong).code.as_deref(),
            Some("invalid_password"),
            "{user}"
        );
        let none = about(&uri(user, "")).await;
        assert_eq!(refused(&none).kind, FailureKind::Unauthenticated);
        assert!(refused(&none).message.contains("PGPASSWORD"), "{none:?}");
    }
    assert_eq!(
        expect_body(&about(&uri("by_trust", "")).await)["auth_method"],
        "trust"
    );
    // libpq variables apply to the source only, so the advice for the target must not name them
    let (side, database) = (Side::Target, "postgres".to_owned());
    let deadline = Instant::now() + RUN_TIMEOUT;
    let target = PostgresBackend::new(
        connect_options(&uri("by_scram", "")),
        side,
        String::new(),
        deadline,
    );
    let none = target.ask(&[Question::Connection { side, database }]).await;
    let message = &refused(&none[0]).message;
    for advice in ["FLEXREADY_TARGET_URL", "target_password_env", "PGPASSFILE"] {
        assert!(message.contains(advice), "{message}");
    }
    assert!(!message.contains("set PGPASSWORD"), "{message}");
}

#[tokio::test]
async fn failures_keep_the_message_of_the_server() {
    let server = server();
    let ask = async |user: &str, database: &str| -> Failure {
        let answer = about(&format!(
            "postgresql://{user}@127.0.0.1:{}/{database}",
            server.port()
        ))
        .await;
        refused(&answer).clone()
    };
    let rejected = ask("turned_away", "postgres").await;
    assert_eq!(
        (rejected.kind, rejected.status.as_deref()),
        (FailureKind::Unauthenticated, Some("28000"))
    );
    assert!(
        rejected.message.contains("pg_hba.conf rejects"),
        "{rejected}"
    );
    let unknown = ask("nobody_knows", "postgres").await;
    assert!(
        unknown.message.contains("no pg_hba.conf entry"),
        "{unknown}"
    );
    let absent = ask("by_trust", "absent").await;
    assert_eq!(
        (absent.kind, absent.code.as_deref()),
        (FailureKind::NotFound, Some("invalid_catalog_name"))
    );
    server.run("postgres", "CREATE DATABASE closed ALLOW_CONNECTIONS false");
    let closed = ask("by_trust", "closed").await;
    assert_eq!(
        closed.code.as_deref(),
        Some("object_not_in_prerequisite_state"),
        "{closed}"
    );
    server.run("postgres", "CREATE DATABASE private; ");
    server.run("postgres", "REVOKE CONNECT ON DATABASE private FROM public");
    let private = ask("by_trust", "private").await;
    assert_eq!(private.kind, FailureKind::Forbidden);
    assert!(
        private
            .message
            .contains("detail: User does not have CONNECT privilege"),
        "{private}"
    );
    server.run("postgres", "ALTER ROLE by_trust CONNECTION LIMIT 0");
    assert_eq!(ask("by_trust", "postgres").await.kind, FailureKind::Busy);
}

#[tokio::test]
async fn a_password_file_provides_the_password_of_the_host() {
    let server = server();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pass");
    std::fs::write(
        &path,
        format!("127.0.0.1:{}:*:by_scram:secret\n", server.port()),
    )
    .unwrap();
    std::os::unix::fs::chown(&path, None, None).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&path, mode).unwrap();
    let conninfo = format!(
        "host=127.0.0.1 port={} user=by_scram dbname=postgres passfile='{}'",
        server.port(),
        path.display()
    );
    let answer = about(&conninfo).await;
    let value: &Value = expect_body(&answer);
    assert_eq!(value["auth_method"], "scram-sha-256");
}
