//! The load that a check adds to a busy source: CPU, locks and sessions. Also a source without free connections.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::check::source_conninfo;
use crate::support::pg::{self, PgServer, SqlSession};
use crate::support::program::{ProgramOutput, run};

/// The default scenario of pgbench with four clients. Dropping it stops pgbench.
struct PgbenchLoad(Child);

impl PgbenchLoad {
    fn start(server: &PgServer, database: &str) -> PgbenchLoad {
        let pgbench = |args: &[&str]| {
            let mut command = Command::new(pg::servers_dir().join("15/bin/pgbench"));
            command.args(["--host", server.host(), "--username", "postgres"]);
            command.args(["--port", &server.port().to_string()]);
            command.args(args).arg(database);
            command
        };
        let made = pgbench(&["--initialize", "--scale=2", "--quiet"])
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let mut load = pgbench(&["--client=4", "--jobs=2", "--time=600", "--no-vacuum"]);
        PgbenchLoad(
            load.stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }
}

impl Drop for PgbenchLoad {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn check_bank(server: &PgServer) -> ProgramOutput {
    let source = source_conninfo(server, "bank").replace("user=postgres", "user=auditor");
    run(
        &[
            "check",
            "--only",
            "source",
            "--source",
            &source,
            "--database",
            "bank",
            "--mode",
            "online",
            "--format",
            "json",
        ],
        &[],
    )
}

/// What the source shows of the sessions of the check during the run.
#[derive(Default)]
struct SessionFootprint {
    cpu_ticks: BTreeMap<String, u64>,
    most_sessions: usize,
    most_locks: u64,
    lock_modes: Vec<String>,
    blocked_sessions: u64,
}

impl SessionFootprint {
    fn measure(&mut self, observer: &SqlSession) {
        let ours = "SELECT pid FROM pg_stat_activity WHERE usename = 'auditor'";
        let pids: Vec<String> = observer
            .query(ours)
            .into_iter()
            .filter_map(|row| row.into_iter().next()?)
            .collect();
        self.most_sessions = self.most_sessions.max(pids.len());
        for pid in &pids {
            if let Some(ticks) = cpu_ticks(pid) {
                self.cpu_ticks.insert(pid.clone(), ticks);
            }
        }
        let locks = format!(
            "SELECT count(*), string_agg(DISTINCT mode, ',') FROM pg_locks WHERE pid IN ({ours}) AND locktype <> 'virtualxid'"
        );
        let row = observer.query(&locks).remove(0);
        let count = row[0].as_deref().unwrap().parse().unwrap();
        self.most_locks = self.most_locks.max(count);
        self.lock_modes.extend(row[1].clone());
        let waiting = format!(
            "SELECT count(*) FROM pg_stat_activity a WHERE usename <> 'auditor' AND pg_blocking_pids(a.pid) && ARRAY({ours})"
        );
        self.blocked_sessions += observer.query(&waiting)[0][0]
            .as_deref()
            .unwrap()
            .parse::<u64>()
            .unwrap();
    }
}

/// The CPU time of a backend in hundredths of a second.
fn cpu_ticks(pid: &str) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    Some(after[11].parse::<u64>().ok()? + after[12].parse::<u64>().ok()?)
}

#[test]
fn a_check_does_not_block_a_busy_source() {
    if pg::lacks_debian_packages() {
        eprintln!("not run: FLEXREADY_WITHOUT_PACKAGES is set");
        return;
    }
    let server = PgServer::start(15, &[]);
    server.run(
        "postgres",
        "CREATE ROLE auditor LOGIN; GRANT pg_monitor TO auditor",
    );
    server.run("postgres", "CREATE DATABASE bank");
    let load = PgbenchLoad::start(&server, "bank");
    let committed = || -> u64 {
        let count = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'bank'";
        server.query("bank", count)[0][0]
            .as_deref()
            .unwrap()
            .parse()
            .unwrap()
    };
    let before = committed();
    let done = AtomicBool::new(false);
    let (ran, footprint) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (eye, mut felt) = (server.open_session("postgres"), SessionFootprint::default());
            while !done.load(Ordering::Relaxed) {
                felt.measure(&eye);
                std::thread::sleep(Duration::from_millis(2));
            }
            felt
        });
        let ran = check_bank(&server);
        done.store(true, Ordering::Relaxed);
        (ran, watch.join().unwrap())
    });
    let transactions = committed() - before;
    drop(load);
    assert!([0, 1, 3].contains(&ran.code), "{}", ran.stderr);
    let refusals = ran.json()["migrations"][0]["reads"]["refusals"].to_string();
    assert!(!refusals.contains("imeout"), "{refusals}");
    let seconds = footprint.cpu_ticks.values().sum::<u64>() as f64 / 100.0;
    eprintln!(
        "{seconds:.2} CPU seconds in {} backends, {} at a time, {} locks at most, {transactions} transactions meanwhile",
        footprint.cpu_ticks.len(),
        footprint.most_sessions,
        footprint.most_locks
    );
    assert!(transactions > 0, "the source was at work");
    assert_eq!(footprint.blocked_sessions, 0, "nobody waits for us");
    assert!(
        (1..=4).contains(&footprint.most_sessions),
        "{} sessions",
        footprint.most_sessions
    );
    let modes: Vec<&str> = footprint
        .lock_modes
        .iter()
        .flat_map(|m| m.split(','))
        .collect();
    assert!(
        modes.iter().all(|mode| *mode == "AccessShareLock"),
        "{modes:?}"
    );
    assert!(footprint.most_locks < 400, "{} locks", footprint.most_locks);
    assert!(seconds < 5.0, "{seconds} CPU seconds");
}

/// Only superuser connections are left. The run ends immediately, reports why, and uses none of them.
#[test]
fn a_source_without_free_connections_is_reported() {
    let server = PgServer::start(
        16,
        &[
            ("max_connections", "8"),
            ("superuser_reserved_connections", "2"),
            ("max_wal_senders", "2"),
        ],
    );
    server.run(
        "postgres",
        "CREATE ROLE auditor LOGIN; GRANT pg_monitor TO auditor",
    );
    server.run("postgres", "CREATE DATABASE bank");
    let held: Vec<SqlSession> = (0..6).map(|_| server.open_session("postgres")).collect();
    let ran = check_bank(&server);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    let report = ran.json();
    let refusals = report["migrations"][0]["reads"]["refusals"]
        .as_array()
        .unwrap();
    assert!(
        refusals
            .iter()
            .any(|r| r["reason"].as_str().unwrap().contains("53300")),
        "{refusals:?}"
    );
    assert_eq!(report["ready_to_migrate"], false);
    held.iter().for_each(|session| session.run("SELECT 1"));
    drop(held);
}
