//! The workload of the source: connections, table sizes, standbys, and whether it is read-only.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use flexready::config::MigrationMode;

use super::fake_standby::connect_standby;
use super::{SourceRun, string_set};
use crate::support::pg;
use crate::support::pg::PgServer;

const WORKLOAD_CHECKS: &[&str] = &[
    "source-is-standby",
    "source-read-only",
    "database-not-selected",
    "source-connections-short",
    "large-table-single-stream",
    "table-bloat-high",
    "replicas-over-limit",
    "too-many-databases",
];

/// A superuser can set table sizes in the catalog. 3,000,000 pages are 23 GiB, and 200,000 pages are 1.5 GiB.
const LARGE_TABLES: &str = "CREATE TABLE split (id int PRIMARY KEY); CREATE TABLE \"No key\" (id bigint); \
    CREATE UNIQUE INDEX ON \"No key\" (id) WHERE id > 0; CREATE TABLE two (a int, b int, PRIMARY KEY (a, b)); \
    CREATE TABLE bloated (x int); INSERT INTO bloated SELECT generate_series(1, 100); DELETE FROM bloated WHERE x > 50; \
    CREATE TABLE tidy (x int); INSERT INTO tidy SELECT generate_series(1, 100); \
    UPDATE pg_class SET relpages = 3000000 WHERE relname IN ('split', 'No key', 'two'); \
    UPDATE pg_class SET relpages = 200000 WHERE relname IN ('bloated', 'tidy')";

#[test]
fn problems_of_a_busy_source_are_found() {
    std::thread::scope(|scope| {
        for major in [10, 13, 18] {
            scope.spawn(move || assert_busy_source(major));
        }
    });
}

fn assert_busy_source(major: u32) {
    let server = PgServer::start(major, &[("max_connections", "30")]);
    let run = SourceRun::new(&server, &[]);
    let shop = server.create_database("shop");
    assert_eq!(
        run.findings(WORKLOAD_CHECKS),
        BTreeSet::new(),
        "{major}: healthy"
    );

    server.run(&shop, LARGE_TABLES);
    wait_for_dead_rows(&server, &shop);
    server.run(
        "postgres",
        "CREATE TABLE own (x int); CREATE ROLE migrator LOGIN CONNECTION LIMIT 5",
    );
    server.run("postgres", "CREATE DATABASE archive");
    server.run(
        "postgres",
        "ALTER DATABASE archive SET default_transaction_read_only = on",
    );
    server.run(
        "postgres",
        "ALTER ROLE migrator SET default_transaction_read_only = 't'",
    );
    let found = |check: &str, object: &str| format!("{check} {object}");
    let of_tables = [
        found(
            "large-table-single-stream",
            &format!("{shop}/table/public.No key"),
        ),
        found(
            "large-table-single-stream",
            &format!("{shop}/table/public.two"),
        ),
        found("table-bloat-high", &format!("{shop}/table/public.bloated")),
    ];
    let mut expected = string_set(of_tables.clone());
    let not_selected =
        ["postgres", "archive"].map(|d| found("database-not-selected", &format!("database/{d}")));
    expected.extend(not_selected);
    assert_eq!(
        SourceRun::new(&server, &[&shop]).findings(WORKLOAD_CHECKS),
        expected,
        "{major}"
    );

    let mut expected = string_set(of_tables.clone());
    expected.insert(found("source-read-only", "database/archive"));
    assert_eq!(run.findings(WORKLOAD_CHECKS), expected, "{major}: all");

    let migrator = SourceRun {
        user: "migrator",
        ..SourceRun::new(&server, &[])
    };
    let mut expected = string_set(of_tables.clone());
    expected.insert(found("source-read-only", "role/migrator"));
    expected.insert(found("source-connections-short", "role/migrator"));
    assert_eq!(
        migrator.findings(WORKLOAD_CHECKS),
        expected,
        "{major}: as migrator"
    );

    let busy: Vec<_> = (0..11).map(|_| server.open_session("postgres")).collect();
    let short = found("source-connections-short", "server");
    assert!(run.findings(WORKLOAD_CHECKS).contains(&short), "{major}");
    drop(busy);
}

/// Waits for the row counters, which the counting backend reports with a delay.
fn wait_for_dead_rows(server: &PgServer, database: &str) {
    let session = server.open_session(database);
    let since = Instant::now();
    let dead = "SELECT pg_stat_get_dead_tuples('bloated'::regclass) > 0 AND pg_stat_get_live_tuples('tidy'::regclass) > 0";
    while session.query(dead)[0][0].as_deref() != Some("t") {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "the rows are not counted"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn standbys_are_counted_by_roles_that_can_see_them() {
    for major in [10, 16] {
        let server = PgServer::start(major, &[("max_wal_senders", "12")]);
        server.run("postgres", "CREATE ROLE plain LOGIN");
        let run = SourceRun::new(&server, &[]);
        let plain = SourceRun {
            user: "plain",
            ..SourceRun::new(&server, &[])
        };
        let check = &["replicas-over-limit"];
        assert_eq!(plain.findings(check), BTreeSet::new());
        let mut followers: Vec<_> = (1..=5)
            .map(|n| connect_standby(&server, &format!("replica{n}")))
            .collect();
        followers.push(connect_standby(&server, "pg_receivewal"));
        assert_eq!(run.findings(check), BTreeSet::new(), "{major}");
        followers.push(connect_standby(&server, "replica6"));
        assert_eq!(
            run.findings(check),
            string_set(["replicas-over-limit server".to_owned()]),
            "{major}"
        );
        assert_eq!(
            plain.findings(check),
            string_set(["replicas-over-limit ?".to_owned()]),
            "{major}"
        );
    }
}

#[test]
fn a_standby_is_detected() {
    let server = PgServer::start(17, &[]);
    server.run("postgres", "CREATE TABLE own (x int)");
    server.stop();
    std::fs::write(server.data_dir().join("standby.signal"), "").unwrap();
    server.restart();
    let mut run = SourceRun::new(&server, &[]);
    for (mode, severity) in [
        (MigrationMode::Offline, "Warning"),
        (MigrationMode::Online, "Blocker"),
    ] {
        run.mode = mode;
        let outcome = run.outcomes(&["source-is-standby"]).remove(0);
        let found = outcome.findings.first().expect("a standby");
        assert_eq!(format!("{:?}", found.severity), format!("Some({severity})"));
    }
}

#[test]
fn nine_databases_are_too_many_for_one_migration() {
    let server = PgServer::start(14, &[]);
    let names: Vec<String> = (0..9).map(|_| server.create_database("shop")).collect();
    let few: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
    let check = &["too-many-databases"];
    assert_eq!(
        SourceRun::new(&server, &few).findings(check),
        BTreeSet::new()
    );
    assert_eq!(
        SourceRun::new(&server, &[]).findings(check),
        string_set(["too-many-databases server".to_owned()])
    );
}

#[test]
fn locks_count_tables_and_indexes_on_every_major() {
    for major in pg::majors() {
        let server = pg::server(major);
        let name = server.create_database("counts");
        server.run(&name, "CREATE TABLE t (id int PRIMARY KEY, x int); CREATE INDEX ON t (x); CREATE VIEW v AS TABLE t");
        let text = flexready::queries::find("relation_counts")
            .unwrap()
            .text(server.major() * 10_000)
            .unwrap();
        let row = &server.query(&name, &text)[0];
        assert_eq!(
            row[..2],
            [Some("1".to_owned()), Some("2".to_owned())],
            "{major}"
        );
    }
}
