//! Connections through PgBouncer: the pooler and its pool mode are detected.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use flexready::verdict::Status;
use serde_json::json;
use tempfile::TempDir;

use super::{live_backend, online_migration, run_checks};
use crate::support::pg::{self, PgServer};

/// A running PgBouncer in front of a server. Dropping it ends the process.
struct PgBouncer {
    process: Child,
    port: u16,
    _home: TempDir,
}

impl PgBouncer {
    fn start(server: &PgServer, settings: &str) -> PgBouncer {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\n{settings}\n",
            server.port()
        );
        let file = home.path().join("pgbouncer.ini");
        fs::write(&file, text).unwrap();
        let mut command = Command::new("/usr/sbin/pgbouncer");
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            // PgBouncer does not run as root
            command.args(["-u", "nobody"]);
        }
        let started = command
            .arg("-q")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = started.unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => {
                panic!("pgbouncer is missing (Debian: apt-get install pgbouncer): run tests/run.sh")
            }
            _ => panic!("pgbouncer does not start: {error}"),
        });
        let pooler = PgBouncer {
            process,
            port,
            _home: home,
        };
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(since.elapsed().as_secs() < 20, "pgbouncer does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        pooler
    }

    fn conninfo(&self) -> String {
        format!(
            "host=127.0.0.1 port={} user=postgres dbname=postgres",
            self.port
        )
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_pooler_is_reported_with_its_pool_mode() {
    let server = pg::server(16);
    for (settings, expected) in [
        (
            "pool_mode = transaction",
            "B server: a pooler answers, which gives each transaction another connection",
        ),
        (
            "pool_mode = transaction\ndefault_pool_size = 1",
            "B server: a pooler answers, which gives each transaction another connection",
        ),
        (
            "pool_mode = transaction\nserver_round_robin = 1",
            "B server: a pooler answers, which gives each transaction another connection",
        ),
        (
            "pool_mode = session",
            "W server: a pooler answers, which keeps a connection for each session",
        ),
        (
            "pool_mode = session\ndefault_pool_size = 1",
            "W server: a pooler answers; how it shares its connections did not show",
        ),
    ] {
        let pooler = PgBouncer::start(server, settings);
        let migration = online_migration("postgres", "postgres", json!({}));
        let seen = run_checks(&migration, &live_backend(&pooler.conninfo())).await;
        assert_eq!(
            seen.describe("source-behind-pooler"),
            expected,
            "{settings}"
        );
    }
}

#[tokio::test]
async fn statement_pooling_makes_sql_checks_unknown() {
    let pooler = PgBouncer::start(pg::server(16), "pool_mode = statement");
    let migration = online_migration("postgres", "postgres", json!({}));
    let seen = run_checks(&migration, &live_backend(&pooler.conninfo())).await;
    assert!(
        seen.with_status(Status::Pass)
            .iter()
            .all(|id| id.starts_with("source-")),
        "{:?}",
        seen.with_status(Status::Pass)
    );
    let why = seen.describe("wal-level-not-logical");
    assert!(
        why.starts_with("? ") && why.contains("transaction"),
        "{why}"
    );
}
