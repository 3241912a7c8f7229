//! Load of a run on the source, in counts that do not depend on the clock: scans, locks, waits, connections.
//! Time and memory are measured in `tests/bench/`.

use crate::support::pg;
use crate::support::pg::{PgServer, SqlSession};
use crate::support::program::{ProgramOutput, run};
use crate::support::tcp_proxy::TcpProxy;

const TABLE_COUNT: u64 = 2000;

/// Creates a database that is large to the planner: many tables with primary keys and TOAST, and analyzed catalogs.
fn create_large_database(server: &PgServer) -> String {
    let name = server.create_database("large");
    let session = server.open_session(&name);
    session.run(&format!(
        "DO $$ BEGIN FOR n IN 1..{TABLE_COUNT} LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, note text)', n); END LOOP; END $$"
    ));
    session.run("SELECT lo_create(0)");
    session.run("ANALYZE");
    name
}

fn check_source(port: u16, database: &str, more: &[&str]) -> ProgramOutput {
    let source =
        format!("host=127.0.0.1 port={port} user=postgres sslmode=disable dbname={database}");
    let args = [
        "check", "--only", "source", "--source", &source, "--format", "json",
    ];
    run(&[&args[..], more].concat(), &[])
}

#[track_caller]
fn assert_all_answered(ran: &ProgramOutput) {
    let refusals = &ran.json()["migrations"][0]["reads"]["refusals"];
    assert_eq!(refusals, &serde_json::json!([]), "{}", ran.stderr);
}

/// The number of scans of the two largest catalogs, and the rows that were read, in multiples of the catalog's rows.
/// The second value includes full reads of an index, which do not count as scans.
fn catalog_scans(session: &SqlSession) -> (u64, f64) {
    let sum = |what: &str| {
        let of = |catalog: &str| what.replace("CATALOG", &format!("'{catalog}'::regclass"));
        let query = format!("SELECT {} + {}", of("pg_class"), of("pg_attribute"));
        session.query(&query).remove(0).remove(0).unwrap()
    };
    let passes = "(pg_stat_get_tuples_returned(CATALOG)
          + (SELECT sum(pg_stat_get_tuples_fetched(indexrelid)) FROM pg_index WHERE indrelid = CATALOG))
        / (SELECT reltuples FROM pg_class WHERE oid = CATALOG)";
    (
        sum("pg_stat_get_numscans(CATALOG)").parse().unwrap(),
        sum(passes).parse().unwrap(),
    )
}

/// The statistics of a session are only reported when it ends.
fn wait_for_sessions_to_end(session: &SqlSession) {
    let ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'flexready' OR pid <> pg_backend_pid() AND datname = current_database()";
    while session.query(ours)[0][0].as_deref() != Some("0") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn the_largest_catalogs_are_scanned_at_most_twelve_times() {
    // Each parallel worker would count as a separate scan.
    let server = PgServer::start(15, &[("max_parallel_workers_per_gather", "0")]);
    let name = create_large_database(&server);
    let session = server.open_session(&name);
    wait_for_sessions_to_end(&session);
    let before = catalog_scans(&session);
    let ran = check_source(server.port(), &name, &["--database", &name]);
    assert_all_answered(&ran);
    wait_for_sessions_to_end(&session);
    let after = catalog_scans(&session);
    let (counted, passes) = (after.0 - before.0, after.1 - before.1);
    assert!((1..=12).contains(&counted), "{counted} scans");
    assert!(passes <= 12.0, "the rows of {passes} scans");
}

/// EXCLUSIVE only permits ACCESS SHARE: a stronger lock request would run into the lock timeout.
#[test]
fn no_lock_stronger_than_access_share_is_taken() {
    for major in [11, 18] {
        let server = PgServer::start(major, &[]);
        let name = server.create_database("locked");
        let holder = server.open_session(&name);
        holder.run("CREATE TABLE t (id int PRIMARY KEY, note text); CREATE VIEW v AS TABLE t; SELECT lo_create(0)");
        let all = "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relkind = 'r'";
        let all = holder.query(all).remove(0).remove(0).unwrap();
        holder.run("BEGIN");
        holder.run(&format!("LOCK TABLE {all} IN EXCLUSIVE MODE"));
        assert_all_answered(&check_source(server.port(), &name, &["--database", &name]));
        holder.run("ROLLBACK");
    }
}

/// After the startup (start of the session, read-only proof), the program waits at most twice for each database.
/// One wait is for the questions about the server, in the connected database. The other is for the questions about the
/// database.
#[test]
fn the_program_waits_at_most_twice_per_database() {
    let server = pg::server(16);
    let names = [
        server.create_database("wait"),
        server.create_database("wait"),
    ];
    let relay = TcpProxy::counting_waits(server.port());
    let more = ["--database", &names[0], "--database", &names[1]];
    assert_all_answered(&check_source(relay.port(), &names[0], &more));
    let waits = relay.waits();
    let of = |name: &str| {
        *waits
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, waits)| waits)
            .unwrap()
    };
    assert_eq!((of(&names[0]), of(&names[1])), (2 + 2, 2 + 1), "{waits:?}");
    assert!(waits.iter().all(|(_, waits)| *waits <= 2 + 2), "{waits:?}");
}

#[test]
fn two_hundred_databases_use_four_connections() {
    let server = PgServer::start(15, &[]);
    let session = server.open_session("postgres");
    for n in 0..200 {
        session.run(&format!("CREATE DATABASE shop_{n} STRATEGY file_copy"));
    }
    drop(session);
    let relay = TcpProxy::forwarding(server.port());
    let ran = check_source(relay.port(), "postgres", &["--timeout", "5m"]);
    assert_all_answered(&ran);
    let databases = ran.json()["migrations"][0]["databases"]
        .as_array()
        .unwrap()
        .len();
    assert!(databases >= 200, "{databases} databases were judged");
    assert_eq!(relay.peak_connections(), 4);
}
