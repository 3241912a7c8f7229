//! Connectivity of the source: tunnels, sockets, host names, TLS, and a real `pg_hba.conf`.

use std::net::TcpListener;

use flexready::config::{Migration, MigrationScope};
use flexready::facts::Facts;
use flexready::question::{Answers, Origin};
use flexready::verdict::{CheckOutcome, Policy, Status, evaluate};
use serde_json::json;
use time::OffsetDateTime;
use tokio::io::copy_bidirectional;

use super::{live_backend, live_backend_as, online_migration, run_checks};
use crate::support::pg;
use crate::support::pg::{PgServer, ServerOptions};

/// Opens a tunnel to the server, as `ssh -L` does. Returns its local port.
fn open_tunnel(server: &PgServer) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let far = (server.host(), server.port());
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = tokio::net::TcpStream::connect(far).await.unwrap();
                let _ = copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn tunnels_sockets_and_loopback_are_not_routable() {
    let server = pg::server(17);
    let tunnel_port = open_tunnel(server);
    let socket = server.socket_dir().to_str().unwrap().to_owned();
    for (host, port, expected) in [
        (
            "127.0.0.1",
            tunnel_port,
            "a tunnel, a proxy or a container's port leads from there to the server",
        ),
        (
            "localhost",
            tunnel_port,
            "a tunnel, a proxy or a container's port leads from there to the server",
        ),
        (
            socket.as_str(),
            server.port(),
            "it is a socket of the server's own machine",
        ),
        ("127.0.0.1", server.port(), "it is the server's own machine"),
    ] {
        let conninfo = format!("host={host} port={port} user=postgres dbname=postgres");
        let source_fields = json!({ "host": host, "port": port, "address": null });
        let seen = run_checks(
            &online_migration("postgres", "postgres", source_fields),
            &live_backend(&conninfo),
        )
        .await;
        let text = seen.describe("source-address-unroutable");
        assert!(
            text.starts_with("W server: ") && text.ends_with(expected),
            "{host}:{port}: {text}"
        );
        assert_eq!(seen.describe("source-behind-pooler"), "", "{host}:{port}");
        assert!(seen.failed_checks().contains(&"source-listens-locally"));
        let with_address = json!({ "host": host, "address": "10.20.0.5" });
        let seen = run_checks(
            &online_migration("postgres", "postgres", with_address),
            &live_backend(&conninfo),
        )
        .await;
        assert_eq!(
            seen.describe("source-address-unroutable"),
            "",
            "{host}:{port}"
        );
    }
}

#[tokio::test]
async fn a_server_without_tls_is_reported() {
    let server = pg::server(16);
    for (tls, expected) in [
        (
            json!(null),
            "W parameter/ssl: the source does not speak TLS: the migration has to be made with sslMode `Prefer`",
        ),
        (
            json!("require"),
            "B parameter/ssl: the source does not speak TLS, and the plan says `require`",
        ),
    ] {
        let migration = online_migration("postgres", "postgres", json!({ "tls": tls }));
        let seen = run_checks(&migration, &live_backend(&server.conninfo("postgres"))).await;
        assert_eq!(seen.describe("source-tls-off"), expected);
    }
    let demanding = format!("{} sslmode=require", server.conninfo("postgres"));
    let seen = run_checks(
        &online_migration("postgres", "postgres", json!({})),
        &live_backend(&demanding),
    )
    .await;
    let why = seen.describe("source-tls-off");
    assert!(
        why.starts_with("? the server does not speak TLS") && why.contains("sslmode=prefer"),
        "{why}"
    );
}

const HBA_RULES: &str = "
host    all         all       127.0.0.1/32  trust
host    sameuser    all       10.1.2.0/24   md5
hostnossl \"Odd db\" +staff   10.1.0.0/16   scram-sha-256
host    replication all       all           trust
host    all         \"all\"     10.9.0.0 255.255.0.0 reject
host    all         guest     10.1.2.0/24   reject
host    shop,app    all       10.1.2.0/24   md5
host    shop        all       .corp.example md5";

/// The outcome of the `pg_hba.conf` check, which needs the scope of a pair.
fn hba_outcome(migration: &Migration, answers: &Answers) -> CheckOutcome {
    let policy = Policy {
        only: vec!["source-hba-rejects-target".to_owned()],
        ..Policy::default()
    };
    let pair = Migration {
        scope: MigrationScope::Pair,
        ..migration.clone()
    };
    evaluate(&Facts::read(&pair, answers), &policy)
        .outcomes
        .pop()
        .unwrap()
}

#[tokio::test]
async fn pg_hba_rules_of_a_real_server_are_evaluated() {
    for major in [10, 15, 16, 18] {
        let server = PgServer::start_with_options(
            major,
            ServerOptions {
                hba: Some(HBA_RULES),
                ..ServerOptions::default()
            },
        );
        server.run("postgres", "CREATE ROLE staff; CREATE ROLE deputies IN ROLE staff; CREATE ROLE migrator LOGIN IN ROLE deputies; CREATE ROLE guest LOGIN");
        for database in ["migrator", "Odd db", "shop"] {
            server.run("postgres", &format!("CREATE DATABASE \"{database}\""));
        }
        for (database, user, from, status) in [
            ("migrator", "migrator", "10.1.2.0/24", Status::Pass),
            ("Odd db", "migrator", "10.1.7.0/24", Status::Pass),
            ("Odd db", "guest", "10.1.7.0/24", Status::Fail),
            ("shop", "migrator", "10.1.2.0/26", Status::Pass),
            ("shop", "guest", "10.1.2.0/26", Status::Fail),
            ("shop", "migrator", "10.9.1.0/24", Status::Fail),
            ("shop", "migrator", "10.1.0.0/16", Status::Unknown),
            ("shop", "migrator", "10.3.0.0/16", Status::Unknown),
            ("migrator", "migrator", "10.3.0.0/16", Status::Fail),
        ] {
            let mut migration =
                online_migration(database, "postgres", json!({ "reached_from": from }));
            migration.migration_user = Some(user.to_owned());
            let source = live_backend_as(&server.conninfo(database), Some(user));
            let start = Answers::new(OffsetDateTime::now_utc(), Origin::Recorded);
            let (answers, _) = flexready::collect_answers(&migration, &source, start).await;
            let outcome = hba_outcome(&migration, &answers);
            let messages: Vec<&str> = outcome
                .findings
                .iter()
                .map(|f| f.message.as_str())
                .chain(outcome.missing.iter().map(|m| m.reason.as_str()))
                .collect();
            assert_eq!(
                outcome.status, status,
                "PostgreSQL {major}: {user} into {database} from {from}: {messages:?}"
            );
        }
    }
}
