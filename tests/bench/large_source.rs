//! A source with 100,000 tables with keys and TOAST tables, compared to `pg_dump --schema-only` and to psql with the
//! same queries in sequence. The server is created once, in several minutes, and stays with the other test servers.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use flexready::backend::recording::Recording;
use flexready::queries;

use crate::measure::{BenchRow, interleaved_medians, peak_memory_mb};
use crate::program;
use crate::support::pg;
use crate::support::pg::{PgServer, ServerOptions};

const MAJOR: u32 = 15;
const DATABASE: &str = "large";
const TABLES: usize = 100_000;
const SCHEMAS: usize = 100;
const REPETITIONS: usize = 3;

/// `pg_dump` locks every table, and so does a batch of `CREATE TABLE`.
const SETTINGS: [(&str, &str); 6] = [
    ("max_locks_per_transaction", "8192"),
    ("max_connections", "30"),
    ("shared_buffers", "256MB"),
    ("max_wal_size", "1GB"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
];

/// Prints the rows of the large source, or the reason why there are none.
pub fn print_rows() {
    if std::env::var_os("FLEXREADY_PG_SERVERS").is_none() {
        println!(
            "{TABLES} tables: not measured, as FLEXREADY_PG_SERVERS does not name the servers of tests/run.sh"
        );
        return;
    }
    let options = ServerOptions {
        settings: &SETTINGS,
        ..ServerOptions::default()
    };
    let server = PgServer::start_persistent(
        MAJOR,
        options,
        &pg::servers_dir().join("large-15"),
        create_tables,
    );
    let queries = query_script(&server);
    print_comparison(
        &server,
        "the pass over 100,000 tables",
        "pg_dump -s",
        "1/5 of",
        || pg_dump_command(&server),
    );
    print_comparison(
        &server,
        "the pass over 100,000 tables",
        "psql",
        "1.3 times",
        || psql_command(&server, queries.path()),
    );
    println!(
        "{:<36} {:>10.1} MB            limit 64 MB",
        "peak memory: 100,000 tables",
        peak_memory_mb(pass_command(&server))
    );
    let report = pass_command(&server)
        .output()
        .expect("the program runs")
        .stdout;
    println!(
        "{:<36} {:>10.3} MB            limit 1 MB",
        "report: 100,000 tables",
        report.len() as f64 / 1e6
    );
    server.stop();
}

fn print_comparison(
    server: &PgServer,
    what: &'static str,
    floor: &'static str,
    limit: &'static str,
    command: impl Fn() -> Command,
) {
    let is_there = Command::new(command().get_program())
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    match is_there {
        Ok(_) => println!(
            "{}",
            BenchRow::new(
                what,
                floor,
                interleaved_medians(REPETITIONS, command, || pass_command(server)),
                limit
            )
        ),
        Err(_) => println!(
            "{what:<36}        not held against {floor}: postgresql-client-15 is not installed"
        ),
    }
}

/// Creates the tables in batches, because each new table holds locks until the transaction ends.
fn create_tables(server: &PgServer) {
    println!("making {TABLES} tables, once");
    server.run("postgres", &format!("CREATE DATABASE {DATABASE}"));
    server.run(
        "postgres",
        "CREATE ROLE migrator LOGIN; GRANT pg_read_all_data TO migrator",
    );
    let session = server.open_session(DATABASE);
    for schema in 0..SCHEMAS {
        session.run(&format!("CREATE SCHEMA s{schema}"));
        session.run(&format!(
            "DO $$ BEGIN FOR n IN 1..{} LOOP EXECUTE format('CREATE TABLE s{schema}.t%s \
             (id bigint PRIMARY KEY, name text, amount numeric, at timestamptz, note text)', n); END LOOP; END $$",
            TABLES / SCHEMAS
        ));
    }
    // Autovacuum would have done this on a server in use.
    for catalog in [
        "pg_class",
        "pg_attribute",
        "pg_type",
        "pg_index",
        "pg_depend",
        "pg_constraint",
        "pg_namespace",
    ] {
        session.run(&format!("VACUUM ANALYZE {catalog}"));
    }
}

fn pass_command(server: &PgServer) -> Command {
    let source = server.conninfo(DATABASE);
    let mut command = program();
    command.args([
        "check",
        "--only",
        "source",
        "--database",
        DATABASE,
        "--format",
        "json",
    ]);
    command.args(["--migration-user", "migrator", "--source", &source]);
    command
}

fn pg_dump_command(server: &PgServer) -> Command {
    let mut command = Command::new("pg_dump");
    command.args(["--schema-only", "--dbname", &server.conninfo(DATABASE)]);
    command
}

fn psql_command(server: &PgServer, file: &Path) -> Command {
    let mut command = Command::new("psql");
    command
        .args(["-qX", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(file);
    command.args(["--dbname", &server.conninfo(DATABASE)]);
    command
}

/// Returns the queries of a run against this database as a psql script.
fn query_script(server: &PgServer) -> tempfile::NamedTempFile {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let recording = folder.path().join("recording");
    let ran = pass_command(server)
        .arg("--record")
        .arg(&recording)
        .output();
    assert!(ran.expect("the program runs").status.code() != Some(2));
    let recording = Recording::open(&recording).expect("the recording was just written");
    let mut script = tempfile::NamedTempFile::new().expect("a temporary file");
    let prefix = format!("sql:source/{DATABASE}/");
    let mut text =
        "SET search_path = pg_catalog, pg_temp; SET flexready.migration_user = 'migrator';\n"
            .to_owned();
    for name in recording
        .question_keys()
        .filter_map(|key| key.strip_prefix(&prefix))
    {
        let query = queries::find(name).and_then(|q| q.text(MAJOR * 10_000));
        text += &format!("{};\n", query.expect("what was asked is a query"));
    }
    script
        .write_all(text.as_bytes())
        .expect("the script is written");
    script
}
