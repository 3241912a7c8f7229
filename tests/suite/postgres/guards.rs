//! What a session cannot do, and what it must leave unchanged.

use std::time::{Duration, Instant};

use flexready::backend::Backend;
use flexready::backend::postgres::PostgresBackend;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::queries::Query;
use flexready::question::{FailureKind, Side};
use serde_json::json;

use super::{database, expect_body, refused, sql_question, test_query};
use crate::support::pg;

const QUERIES: &[Query] = &[
    test_query("write", &[(0, "SELECT nextval('public.s') AS n")]),
    test_query(
        "lift",
        &[(
            0,
            "SELECT set_config('transaction_read_only', 'off', false) AS value",
        )],
    ),
    test_query("sleep", &[(0, "SELECT pg_sleep(90)")]),
    test_query("lock", &[(0, "SELECT count(*) AS n FROM public.locked")]),
    test_query(
        "settings",
        &[(
            0,
            "SELECT name, setting, reset_val, source FROM pg_settings WHERE name IN \
             ('statement_timeout', 'lock_timeout', 'search_path', 'bytea_output', 'application_name') ORDER BY name",
        )],
    ),
    test_query(
        "session",
        &[(
            0,
            "SELECT current_setting('flexready.migration_user') AS migration_user, current_setting('standard_conforming_strings') AS strings, \
             current_setting('transaction_isolation') AS isolation, current_setting('transaction_deferrable') AS deferrable, \
             quote_ident('plain') AS quoted",
        )],
    ),
];

#[tokio::test]
async fn nothing_can_be_written_on_any_major() {
    for major in pg::majors() {
        let server = pg::server(major);
        let name = server.create_database("guards");
        server.run(&name, "CREATE SEQUENCE s");
        let database = database(&server.conninfo(&name)).with_queries(QUERIES);
        let answers = database
            .ask(&[
                sql_question(&name, "write"),
                sql_question(&name, "lift"),
                sql_question(&name, "write"),
            ])
            .await;
        for answer in &answers {
            let state = refused(answer).status.as_deref();
            assert!(
                matches!(state, Some("25006" | "25001" | "22023")),
                "{major}: {answer:?}"
            );
        }
        let last = server.query(&name, "SELECT is_called FROM s");
        assert_eq!(last[0][0].as_deref(), Some("f"), "{major}");
    }
}

/// On PostgreSQL 10, a `statement_timeout` that is set within a message does not apply to that message.
/// From 11 on, it does.
#[tokio::test]
async fn a_slow_statement_only_loses_its_own_answer_after_30_seconds() {
    let slow = async |major: u32| {
        let server = pg::server(major);
        let database = database(&server.conninfo("postgres")).with_queries(QUERIES);
        let start = Instant::now();
        let answers = database
            .ask(&[
                sql_question("postgres", "sleep"),
                sql_question("postgres", "session"),
            ])
            .await;
        let refusal = refused(&answers[0]);
        assert_eq!(
            (refusal.kind, refusal.status.as_deref()),
            (FailureKind::Timeout, Some("57014"))
        );
        assert!(
            (29..60).contains(&start.elapsed().as_secs()),
            "{major}: {:?}",
            start.elapsed()
        );
        expect_body(&answers[1]);
    };
    tokio::join!(slow(10), slow(11), slow(18));
}

#[tokio::test]
async fn a_locked_table_fails_after_the_lock_timeout() {
    let server = pg::server(15);
    let name = server.create_database("locked");
    server.run(&name, "CREATE TABLE locked (i int)");
    let holder = server.open_session(&name);
    holder.run("BEGIN");
    holder.run("LOCK TABLE locked");
    let database = database(&server.conninfo(&name)).with_queries(QUERIES);
    let answers = database
        .ask(&[sql_question(&name, "lock"), sql_question(&name, "session")])
        .await;
    assert_eq!(refused(&answers[0]).kind, FailureKind::Timeout);
    assert_eq!(
        refused(&answers[0]).code.as_deref(),
        Some("lock_not_available")
    );
    expect_body(&answers[1]);
}

/// The checks read the values of the source from `reset_val`, so it must not show the values of this session.
#[tokio::test]
async fn values_of_the_source_stay_visible_for_parameters_set_by_the_session() {
    let settings = [
        ("statement_timeout", "12345"),
        ("lock_timeout", "678"),
        ("search_path", "elsewhere"),
        ("bytea_output", "escape"),
        ("standard_conforming_strings", "off"),
        ("quote_all_identifiers", "on"),
        ("default_transaction_isolation", "serializable"),
        ("default_transaction_deferrable", "on"),
    ];
    let server = pg::PgServer::start(11, &settings);
    let database = database(&server.conninfo("postgres")).with_queries(QUERIES);
    let answers = database
        .ask(&[
            sql_question("postgres", "settings"),
            sql_question("postgres", "session"),
        ])
        .await;
    let rows = expect_body(&answers[0]).as_array().unwrap();
    let column =
        |member: &str| -> Vec<&str> { rows.iter().map(|r| r[member].as_str().unwrap()).collect() };
    assert_eq!(
        column("name"),
        [
            "application_name",
            "bytea_output",
            "lock_timeout",
            "search_path",
            "statement_timeout"
        ]
    );
    assert_eq!(
        column("setting"),
        ["flexready", "hex", "2000", "pg_catalog, pg_temp", "30000"]
    );
    assert_eq!(
        column("reset_val"),
        ["", "escape", "678", "elsewhere", "12345"]
    );
    assert_eq!(
        expect_body(&answers[1]),
        &json!([{
            "migration_user": "migrator", "strings": "on", "isolation": "read committed", "deferrable": "off", "quoted": "plain"
        }])
    );
}

/// A login such as `name@server`, or one that a pooler maps, is not a role. Without a migration user, the role of the
/// session is used.
#[tokio::test]
async fn the_migration_user_defaults_to_the_role_of_the_session() {
    for major in pg::majors() {
        let server = pg::server(major);
        let access =
            ConnectOptions::resolve(Some(&server.conninfo("postgres")), &|_| None).unwrap();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        let database = PostgresBackend::new(access, Side::Source, String::new(), deadline);
        let database = database.with_queries(QUERIES);
        let answers = database.ask(&[sql_question("postgres", "session")]).await;
        let row = &expect_body(&answers[0])[0];
        assert_eq!(row["migration_user"], server.superuser(), "{major}");
    }
}

/// Behind a pooler, another client uses the connection next.
#[tokio::test]
async fn no_parameter_stays_set_between_questions() {
    let server = pg::PgServer::start(16, &[("log_statement", "all")]);
    let database = database(&server.conninfo("postgres")).with_queries(QUERIES);
    expect_body(&database.ask(&[sql_question("postgres", "session")]).await[0]);
    let log = server.log();
    let statements: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("statement:"))
        .collect();
    let guard_lines: Vec<&&str> = statements
        .iter()
        .filter(|line| line.contains("set_config"))
        .collect();
    assert_eq!(guard_lines.len(), 2, "{log}");
    assert!(guard_lines.iter().all(|line| !line.contains("false)")
        && line.contains(
            "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY NOT DEFERRABLE; "
        )));
    assert_eq!(log.matches("statement: ROLLBACK").count(), 2, "{log}");
    assert!(!log.contains("statement: SET"), "{log}");
}
