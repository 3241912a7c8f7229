//! The launcher of the test servers, which every other test against a real server uses.

use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use crate::support::pg::{self, PgServer, ServerOptions};

fn single_value(rows: pg::TextRows) -> String {
    assert_eq!((rows.len(), rows[0].len()), (1, 1), "one value: {rows:?}");
    rows[0][0].clone().expect("is not NULL")
}

#[test]
fn every_major_version_runs() {
    assert_eq!(pg::majors(), (10..=18).collect::<Vec<_>>());
    thread::scope(|scope| {
        for major in pg::majors() {
            scope.spawn(move || {
                let number: u32 =
                    single_value(pg::server(major).query("postgres", "SHOW server_version_num"))
                        .parse()
                        .unwrap();
                assert_eq!(number / 10_000, major);
            });
        }
    });
}

#[test]
fn every_call_creates_a_separate_database() {
    let server = pg::server(12);
    let (one, other) = (
        server.create_database("Odd \"name"),
        server.create_database("Odd \"name"),
    );
    assert_ne!(one, other);
    server.run(
        &one,
        "CREATE TABLE t (x int, y text); INSERT INTO t VALUES (1, NULL), (2, 'b')",
    );
    let rows = server.query(&one, "SELECT x, y FROM t ORDER BY x");
    assert_eq!(
        rows,
        [
            [Some("1".into()), None],
            [Some("2".into()), Some("b".into())]
        ]
    );
    let refused = server
        .open_session(&other)
        .try_query("SELECT * FROM t")
        .unwrap_err();
    assert!(refused.starts_with("42P01: "), "{refused}");
}

#[tokio::test]
async fn a_server_accepts_async_clients_over_tcp() {
    let server = pg::server(17);
    let (client, connection) =
        tokio_postgres::connect(&server.conninfo("postgres"), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    let port: i32 = client
        .query_one("SELECT inet_server_port()", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(port, i32::from(server.port()));
    assert_eq!(
        single_value(server.query("postgres", "SELECT current_user")),
        server.superuser()
    );
}

#[test]
fn a_dedicated_server_has_its_own_settings_and_log() {
    let server = PgServer::start(15, &[("work_mem", "3MB"), ("application_name", "it's")]);
    assert_eq!(
        single_value(server.query("postgres", "SHOW application_name")),
        "it's"
    );
    server.run("postgres", "ALTER SYSTEM SET log_statement = 'all'");
    server.reload();
    server.run("postgres", "SELECT 'seen in the log'");
    assert!(server.log().contains("seen in the log"), "{}", server.log());
    server.run("postgres", "ALTER SYSTEM SET max_connections = 50");
    server.restart();
    assert_eq!(
        single_value(server.query("postgres", "SHOW max_connections")),
        "50"
    );
}

#[test]
fn a_stopped_server_keeps_its_data_and_a_dropped_one_leaves_nothing() {
    let server = PgServer::start(18, &[]);
    let (port, data) = (server.port(), server.data_dir());
    server.stop();
    assert!(TcpStream::connect((server.host(), port)).is_err());
    assert!(data.exists());
    server.restart();
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!data.parent().unwrap().exists());
}

#[test]
fn the_launcher_connects_with_any_pg_hba() {
    let options = ServerOptions {
        hba: Some("host all all 127.0.0.1/32 reject"),
        files: &[("note", "for the server alone")],
        initdb_args: &["--encoding=LATIN1"],
        ..ServerOptions::default()
    };
    let server = PgServer::start_with_options(13, options);
    assert_eq!(
        single_value(server.query("postgres", "SHOW server_encoding")),
        "LATIN1"
    );
    assert_eq!(
        single_value(server.query("postgres", "SELECT pg_read_file('note')")),
        "for the server alone"
    );
}

#[test]
fn extensions_can_be_stubbed_and_their_control_files_broken() {
    let with = ServerOptions {
        stub_extensions: &[("timescaledb", "2.9.1"), ("citext", "9.9")],
        ..ServerOptions::default()
    };
    let server = PgServer::start_with_options(14, with);
    server.run(
        "postgres",
        "CREATE EXTENSION timescaledb; CREATE EXTENSION citext; CREATE EXTENSION hstore",
    );
    let versions = "SELECT string_agg(extversion, ' ' ORDER BY extname) FROM pg_extension WHERE extname IN ('citext', 'timescaledb')";
    assert_eq!(
        single_value(server.query("postgres", versions)),
        "9.9 2.9.1"
    );

    let all = "SELECT count(*) > 40 FROM pg_available_extensions";
    assert_eq!(single_value(pg::server(10).query("postgres", all)), "t");
    let broken = PgServer::start_with_options(
        10,
        ServerOptions {
            broken_controls: true,
            ..ServerOptions::default()
        },
    );
    let refused = broken.open_session("postgres").try_query(all).unwrap_err();
    assert!(refused.contains("trusted"), "{refused}");
}

#[test]
fn a_tablespace_directory_belongs_to_the_account_of_the_server() {
    let server = PgServer::start(11, &[]);
    let place = server.create_directory("space");
    server.run(
        "postgres",
        &format!("CREATE TABLESPACE space LOCATION '{}'", place.display()),
    );
    server.run("postgres", "CREATE TABLE t () TABLESPACE space");
}

#[test]
fn python_works_where_has_python_returns_true() {
    let server = pg::server(16);
    let session = server.open_session(&server.create_database("python"));
    let created = session.try_query("CREATE EXTENSION plpython3u");
    assert_eq!(
        created.is_ok(),
        pg::has_python(server.major()),
        "{created:?}"
    );
    if created.is_ok() {
        session.run("CREATE FUNCTION two() RETURNS int LANGUAGE plpython3u AS 'return 1 + 1'");
        assert_eq!(single_value(session.query("SELECT two()")), "2");
    }
}

/// The test below starts itself as a child and kills it. This variable is the file where the child writes its server.
const CHILD_VARIABLE: &str = "FLEXREADY_TEST_KILLED_CHILD";

#[test]
fn a_server_dies_with_killed_tests() {
    if let Some(note) = env::var_os(CHILD_VARIABLE) {
        return start_a_server_and_wait(note.as_ref());
    }
    let note = tempfile::NamedTempFile::new().unwrap();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "servers::a_server_dies_with_killed_tests"])
        .env(CHILD_VARIABLE, note.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let read = || fs::read_to_string(note.path()).unwrap();
    let started = wait_for(|| Some(read()).filter(|text| text.ends_with('\n')));
    let (port, home) = started.trim_end().split_once(' ').unwrap();
    let address = ("127.0.0.1", port.parse().unwrap());
    assert!(TcpStream::connect(address).is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for(|| TcpStream::connect(address).is_err().then_some(()));
    wait_for(|| (!Path::new(home).exists()).then_some(()));
}

fn start_a_server_and_wait(note: &Path) {
    let server = PgServer::start(16, &[]);
    let data = server.data_dir();
    let home = data.parent().unwrap().display();
    fs::write(note, format!("{} {home}\n", server.port())).unwrap();
    // Waits until it is killed, or until the parent process ends
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

#[track_caller]
fn wait_for<T>(mut condition: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        // While the machine also builds, initdb can need half a minute
        assert!(since.elapsed().as_secs() < 240, "has waited too long");
        thread::sleep(Duration::from_millis(10));
    }
}
