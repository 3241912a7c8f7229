//! Online migrations from real servers: every problem, no problem, a standby, a role that expires during the run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flexready::backend::Backend;
use flexready::backend::live::LiveBackend;
use flexready::question::{Answer, Question};
use flexready::verdict::{Status, Verdict};
use serde_json::json;

use super::{live_backend, online_migration, run_checks};
use crate::support::pg::{PgServer, ServerOptions, SqlSession};

/// One major version for each variant of the catalogs.
const MAJORS: [u32; 4] = [10, 13, 16, 18];

const TROUBLED_SEED: &str = "
    CREATE TABLE keyed (id int PRIMARY KEY, x int);
    CREATE TABLE whole (x int);
    ALTER TABLE whole REPLICA IDENTITY FULL;
    CREATE TABLE indexed (x int NOT NULL UNIQUE);
    ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_x_key;
    CREATE UNLOGGED TABLE unlogged (x int);
    CREATE TABLE deferrable_key (id int PRIMARY KEY DEFERRABLE, x int);
    CREATE TABLE untouched (x int);
    CREATE TABLE nothing (id int PRIMARY KEY);
    ALTER TABLE nothing REPLICA IDENTITY NOTHING;
    CREATE TABLE lost (x int NOT NULL UNIQUE);
    ALTER TABLE lost REPLICA IDENTITY USING INDEX lost_x_key;
    ALTER TABLE lost DROP CONSTRAINT lost_x_key;
    CREATE TABLE parts (x int) PARTITION BY RANGE (x);
    CREATE TABLE \"Part 1\" PARTITION OF parts FOR VALUES FROM (0) TO (10);
    CREATE SEQUENCE numbers;
    INSERT INTO deferrable_key VALUES (1, 1);
    UPDATE deferrable_key SET x = 2;
    UPDATE keyed SET x = 1";

/// A backend that makes every transaction of another session two hours older.
struct AgedTransactions(LiveBackend);

#[async_trait]
impl Backend for AgedTransactions {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let mut answers = self.0.ask(questions).await;
        for (question, answer) in questions.iter().zip(&mut answers) {
            if question.key().ends_with("/transactions")
                && let Answer::Body(given) = answer
            {
                for row in given.json.as_array_mut().unwrap() {
                    row["seconds"] = json!(row["seconds"].as_i64().unwrap() + 7200);
                }
            }
        }
        answers
    }
}

/// Starts a server with too few slots and senders, and a database that cannot be replicated.
/// Also returns a session with an open transaction.
pub(crate) fn start_troubled_server(major: u32) -> (PgServer, SqlSession) {
    let mut settings = vec![
        ("max_replication_slots", "2"),
        ("max_wal_senders", "1"),
        ("wal_sender_timeout", "30s"),
    ];
    if major >= 13 {
        settings.push(("max_slot_wal_keep_size", "1GB"));
    }
    let server = PgServer::start(major, &settings);
    server.run("postgres", "CREATE DATABASE \"Shop's\"");
    server.run("Shop's", TROUBLED_SEED);
    let slots = server.open_session("Shop's");
    slots.run("SELECT pg_create_logical_replication_slot('feed', 'test_decoding')");
    slots.run("SELECT pg_create_physical_replication_slot('standby_gone', true)");
    wait_for_counters(&server);
    let writer = server.open_session("Shop's");
    writer.run("BEGIN");
    writer.run("INSERT INTO keyed VALUES (7, 7)");
    (server, writer)
}

/// Waits for the counters of a session. They arrive when the session ends, and up to PostgreSQL 14 with a delay.
fn wait_for_counters(server: &PgServer) {
    let since = Instant::now();
    let count = "SELECT pg_stat_get_tuples_updated('deferrable_key'::regclass)";
    while server.query("Shop's", count)[0][0].as_deref() != Some("1") {
        assert!(since.elapsed().as_secs() < 20, "no update was counted");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn every_problem_of_logical_replication_is_found() {
    let servers = MAJORS.map(|major| std::thread::spawn(move || start_troubled_server(major)));
    for (major, server) in MAJORS.into_iter().zip(servers) {
        let (server, _writer) = server.join().unwrap();
        let migration = online_migration("Shop's", "postgres", json!({}));
        let seen = run_checks(
            &migration,
            &AgedTransactions(live_backend(&server.conninfo("Shop's"))),
        )
        .await;
        let mut expected = vec![
            "inactive-replication-slot",
            "long-transaction",
            "replication-slots-short",
            "sequences-need-resync",
            "slot-wal-limited",
            "source-listens-locally",
            "source-tls-off",
            "table-without-identity",
            "wal-sender-times-out",
            "wal-senders-short",
        ];
        expected.retain(|id| *id != "slot-wal-limited" || major >= 13);
        assert_eq!(seen.failed_checks(), expected, "PostgreSQL {major}");
        assert_eq!(seen.with_status(Status::Unknown), [] as [&str; 0]);
        assert_eq!(seen.verdict, Verdict::NotReady);
        let tables: Vec<&str> = seen.describe("table-without-identity").lines().collect();
        let objects: Vec<&str> = tables.iter().map(|l| &l[..l.find(": ").unwrap()]).collect();
        assert_eq!(
            objects,
            [
                "B Shop's/table/public.deferrable_key",
                "W Shop's/table/public.Part 1",
                "W Shop's/table/public.lost",
                "W Shop's/table/public.nothing",
                "W Shop's/table/public.untouched",
            ],
            "PostgreSQL {major}"
        );
        let slots = seen.describe("replication-slots-short");
        assert!(
            slots.contains("0 of 2 replication slots are free"),
            "{slots}"
        );
        let idle = seen.describe("inactive-replication-slot");
        assert!(
            idle.contains("slot/feed") && idle.contains("slot/standby_gone"),
            "{idle}"
        );
        let open = seen.describe("long-transaction");
        assert!(
            open.starts_with("B session/") && open.contains("with changes"),
            "{open}"
        );
        assert_eq!(open.lines().count(), 1, "{open}");
    }
}

#[tokio::test]
async fn a_healthy_source_has_no_findings() {
    for major in [10, 14, 18] {
        let settings = [("wal_sender_timeout", "0"), ("listen_addresses", "*")];
        let server = PgServer::start(major, &settings);
        for extension in [
            "pg_stat_statements",
            "pgcrypto",
            "pg_trgm",
            "hstore",
            "citext",
            "postgres_fdw",
        ] {
            server.run("postgres", &format!("CREATE EXTENSION {extension}"));
        }
        server.run(
            "postgres",
            "CREATE TABLE orders (id uuid PRIMARY KEY, what hstore); CREATE SCHEMA audit; \
             CREATE TABLE audit.events (at timestamptz, what text, PRIMARY KEY (at, what)); \
             CREATE TEMP TABLE scratch (x int)",
        );
        let migration = online_migration("postgres", "postgres", json!({}));
        let seen = run_checks(&migration, &live_backend(&server.conninfo("postgres"))).await;
        // The test server has no certificate
        assert_eq!(
            seen.failed_checks(),
            ["source-tls-off"],
            "PostgreSQL {major}"
        );
        assert_eq!(
            seen.with_status(Status::Unknown),
            [] as [&str; 0],
            "PostgreSQL {major}"
        );
    }
}

#[tokio::test]
async fn a_replica_wal_level_and_an_unprivileged_role_are_reported() {
    let settings = [("wal_level", "replica"), ("max_wal_senders", "10")];
    let server = PgServer::start(15, &settings);
    server.run("postgres", "CREATE ROLE plain LOGIN");
    let other = server.open_session("postgres");
    other.run("BEGIN");
    let conninfo = server
        .conninfo("postgres")
        .replace("user=postgres", "user=plain");
    let migration = online_migration("postgres", "plain", json!({ "kind": null }));
    let seen = run_checks(&migration, &live_backend(&conninfo)).await;
    let log = seen.describe("wal-level-not-logical");
    assert_eq!(log, "B parameter/wal_level: `wal_level` is `replica`");
    let open = seen.describe("long-transaction");
    assert!(open.contains("not show when"), "{open}");
    assert_eq!(seen.with_status(Status::Unknown), ["long-transaction"]);
    server.run("postgres", "GRANT pg_monitor TO plain");
    let seen = run_checks(&migration, &live_backend(&conninfo)).await;
    assert_eq!(seen.with_status(Status::Unknown), [] as [&str; 0]);
}

#[tokio::test]
async fn a_standby_can_be_checked() {
    for major in [10, 12, 16] {
        let server = PgServer::start(major, &[("hot_standby", "on")]);
        server.run("postgres", "CREATE TABLE t (x int)");
        server.run(
            "postgres",
            "SELECT pg_create_physical_replication_slot('idle', true)",
        );
        server.stop();
        let (file, text) = match major {
            ..12 => ("recovery.conf", "standby_mode = 'on'\n"),
            _ => ("standby.signal", ""),
        };
        server.write_file(file, text);
        server.restart();
        let migration = online_migration("postgres", "postgres", json!({}));
        let seen = run_checks(&migration, &live_backend(&server.conninfo("postgres"))).await;
        assert_eq!(
            seen.with_status(Status::Unknown),
            [] as [&str; 0],
            "PostgreSQL {major}"
        );
        let failed = seen.failed_checks();
        assert!(failed.contains(&"inactive-replication-slot"), "{failed:?}");
        assert!(failed.contains(&"table-without-identity"), "{failed:?}");
    }
}

/// A backend that ends the validity of the role between the first and the second round of questions.
struct ExpiringRole<'s>(LiveBackend, &'s PgServer, AtomicUsize);

#[async_trait]
impl Backend for ExpiringRole<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        if self.2.fetch_add(1, Ordering::SeqCst) == 1 {
            self.1
                .run("postgres", "ALTER ROLE brief VALID UNTIL '2001-01-01'");
        }
        self.0.ask(questions).await
    }
}

#[tokio::test]
async fn a_role_that_expires_during_the_run_is_not_a_pass() {
    let hba = Some("host all all 127.0.0.1/32 scram-sha-256");
    let server = PgServer::start_with_options(
        16,
        ServerOptions {
            hba,
            ..ServerOptions::default()
        },
    );
    server.run("postgres", "CREATE DATABASE first");
    server.run("postgres", "CREATE DATABASE second");
    server.run(
        "postgres",
        "CREATE ROLE brief LOGIN PASSWORD 'not for long'; GRANT pg_monitor TO brief",
    );
    let mut migration = online_migration("first", "brief", json!({}));
    migration.databases = vec!["first".to_owned(), "second".to_owned()];
    let conninfo = server
        .conninfo("first")
        .replace("user=postgres", "user=brief password='not for long'");
    let source = ExpiringRole(live_backend(&conninfo), &server, AtomicUsize::new(0));
    let seen = run_checks(&migration, &source).await;
    let tables = seen.describe("table-without-identity");
    assert!(tables.starts_with("? 28P01 invalid_password"), "{tables}");
    assert!(
        seen.with_status(Status::Unknown)
            .contains(&"table-without-identity")
    );
    assert!(seen.verdict >= Verdict::Incomplete);
}
