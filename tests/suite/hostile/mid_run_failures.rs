//! Servers that fail during a run.

use super::{check_online, failed_questions};
use crate::support::pg::PgServer;
use crate::support::tcp_proxy::TcpProxy;

/// Creates two databases with one problem each, and returns their names.
fn create_two_databases(server: &PgServer) -> [&'static str; 2] {
    for name in ["one", "other"] {
        server.run("postgres", &format!("CREATE DATABASE {name}"));
        server.run(name, "CREATE UNLOGGED TABLE cache (id int)");
    }
    ["one", "other"]
}

const BOTH_DATABASES: [&str; 4] = ["--database", "one", "--database", "other"];

#[test]
fn a_view_that_times_out_only_affects_the_checks_that_need_it() {
    let server = PgServer::start(17, &[("allow_system_table_mods", "on")]);
    let [one, _] = create_two_databases(&server);
    server.run(
        one,
        "DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW pg_catalog.pg_available_extension_versions AS SELECT * FROM ('
           || rtrim(pg_get_viewdef('pg_available_extension_versions'::regclass), ';') || ') v WHERE pg_sleep(60) IS NOT NULL'; END $$;
         CREATE EXTENSION citext SCHEMA pg_catalog",
    );
    let ran = check_online(server.port(), one, &["--database", one]);
    let refused = failed_questions(&ran);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].0, "sql:source/one/extension_pins");
    assert!(refused[0].1.contains("timeout"), "{refused:?}");
    assert_eq!(ran.status("unlogged-table"), "fail");
    let report = ran.json();
    let checks = report["migrations"][0]["checks"].as_array().unwrap();
    let of = checks
        .iter()
        .find(|c| c["id"] == "extension-in-system-schema")
        .unwrap();
    assert!(of["missing"].to_string().contains("extension_pins"), "{of}");
}

#[test]
fn a_database_dropped_during_the_run_does_not_affect_others() {
    let server = PgServer::start(15, &[]);
    let [one, other] = create_two_databases(&server);
    let socket = server.socket_dir();
    let conninfo = format!(
        "host={} port={} user=postgres dbname=postgres",
        socket.display(),
        server.port()
    );
    let relay = TcpProxy::truncating(server.port(), move |database| {
        if database == other {
            crate::support::pg::SqlSession::open(&conninfo).run("DROP DATABASE other");
        }
        usize::MAX
    });
    let ran = check_online(relay.port(), one, &BOTH_DATABASES);
    let refused = failed_questions(&ran);
    assert!(!refused.is_empty());
    for (question, reason) in &refused {
        assert!(
            question.starts_with("sql:source/other/") && reason.contains("does not exist"),
            "{question}: {reason}"
        );
    }
    assert_unlogged_table_in_first_database(&ran);
}

/// The connection to one database breaks after its first answers.
#[test]
fn a_lost_connection_keeps_the_earlier_answers() {
    let server = PgServer::start(14, &[]);
    let [one, other] = create_two_databases(&server);
    let relay = TcpProxy::truncating(server.port(), move |database| {
        if database == other { 6_000 } else { usize::MAX }
    });
    let ran = check_online(relay.port(), one, &BOTH_DATABASES);
    let refused = failed_questions(&ran);
    let of_other = |question: &String| question.starts_with("sql:source/other/");
    assert!(
        refused.iter().all(|(question, _)| of_other(question)),
        "{refused:?}"
    );
    assert!(
        refused
            .iter()
            .all(|(_, reason)| reason.contains("connection")),
        "{refused:?}"
    );
    let asked = check_online(server.port(), one, &BOTH_DATABASES).json()["migrations"][0]["reads"]
        ["sql_queries"]
        .as_u64();
    let in_each = asked.unwrap() / 3;
    assert!(
        (1..in_each).contains(&(refused.len() as u64)),
        "{} of {asked:?}",
        refused.len()
    );
    assert_unlogged_table_in_first_database(&ran);
}

#[test]
fn a_server_at_its_connection_limit_is_read_with_the_remaining_connections() {
    let server = PgServer::start(
        13,
        &[
            ("max_connections", "8"),
            ("superuser_reserved_connections", "2"),
            ("max_wal_senders", "0"),
            ("wal_level", "minimal"),
        ],
    );
    let [one, _] = create_two_databases(&server);
    let mut held: Vec<_> = (0..7).map(|_| server.open_session("postgres")).collect();
    let ran = check_online(server.port(), one, &BOTH_DATABASES);
    assert_eq!(
        failed_questions(&ran),
        [],
        "one connection does for all databases"
    );
    assert_eq!(ran.status("unlogged-table"), "fail");

    held.push(server.open_session("postgres"));
    let ran = check_online(server.port(), one, &BOTH_DATABASES);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    let refused = failed_questions(&ran);
    assert!(!refused.is_empty());
    assert!(
        refused
            .iter()
            .all(|(_, reason)| reason.contains("too many clients")),
        "{refused:?}"
    );
    assert_eq!(ran.status("unlogged-table"), "unknown");
}

#[track_caller]
fn assert_unlogged_table_in_first_database(ran: &crate::support::program::ProgramOutput) {
    let report = ran.json();
    let checks = report["migrations"][0]["checks"].as_array().unwrap();
    let of = checks.iter().find(|c| c["id"] == "unlogged-table").unwrap();
    let (found, missing) = (of["findings"].to_string(), of["missing"].to_string());
    assert!(found.contains("one/table/public.cache"), "{of}");
    assert!(
        missing.contains("other") || found.contains("other/table/public.cache"),
        "{of}"
    );
}
