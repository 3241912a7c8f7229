//! Nothing is written anywhere: what the servers logged of a whole run with every option, and what lies on the disk after it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::check::{TARGET, healthy_arm};
use crate::support::arm::ArmEndpoint;
use crate::support::pg;
use crate::support::program::TOKEN;

/// A server that logs every statement with the name of its role.
fn server() -> pg::Server {
    let settings = [("log_statement", "all"), ("log_line_prefix", "%u: ")];
    let server = pg::Server::start(17, &settings);
    server.run(
        "postgres",
        "CREATE ROLE auditor LOGIN; GRANT pg_monitor TO auditor",
    );
    server.run("postgres", "CREATE DATABASE shop OWNER auditor");
    server.run("shop", "CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item VALUES (1, 'a'); CREATE EXTENSION pgcrypto");
    server
}

/// Everything that can be said of one run, in a folder of its own.
fn run(server: &pg::Server, arm: &ArmEndpoint, home: &Path) -> Output {
    let source = format!(
        "host={} port={} user=auditor dbname=shop",
        server.host(),
        server.port()
    );
    let network = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-prod";
    let runtime = "11111111-2222-4333-8444-555555555555/rg-orders-prod/orders-target";
    let mut command = Command::new(env!("CARGO_BIN_EXE_flexready"));
    command.args([
        "check",
        "--source",
        &source,
        "--target",
        TARGET,
        "--target-url",
        &source,
        "--mode",
        "online",
    ]);
    command.args([
        "--database",
        "shop",
        "--migration-user",
        "auditor",
        "--target-user",
        "auditor",
        "--overwrite",
        "--identity-migrates",
    ]);
    command.args([
        "--source-id",
        runtime,
        "--source-kind",
        "on-premises",
        "--source-exposure",
        "private",
        "--source-vcores",
        "4",
    ]);
    command.args([
        "--source-memory-gib",
        "16",
        "--source-vnet",
        network,
        "--source-address",
        "10.20.0.5",
    ]);
    command.args([
        "--source-reached-from",
        "10.0.0.0/8",
        "--source-tls",
        "require",
        "--strict",
        "--fail-on",
        "never",
        "-vvv",
    ]);
    command.args(["--record", "kept", "--out", "reports", "--format", "json"]);
    command.env_clear().current_dir(home);
    for variable in [
        "HOME",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
    ] {
        command.env(variable, home);
    }
    command
        .env("FLEXREADY_ARM_ENDPOINT", arm.url())
        .env("FLEXREADY_ACCESS_TOKEN", TOKEN);
    command.output().unwrap()
}

/// The statements of the auditor, each in one line.
fn statements(log: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut is_ours = false;
    for line in log.lines() {
        if let Some(more) = line.strip_prefix('\t') {
            if let Some(statement) = all.last_mut().filter(|_| is_ours) {
                statement.push(' ');
                statement.push_str(more.trim());
            }
            continue;
        }
        let said = line.strip_prefix("auditor: LOG:  ");
        is_ours = said.is_some();
        all.extend(said.map(|s| s.trim_start_matches("statement: ").to_owned()));
    }
    all
}

#[test]
fn a_whole_run_only_reads() {
    let (server, arm, home) = (server(), healthy_arm(), tempfile::tempdir().unwrap());
    let moved = "SELECT txid_snapshot_xmax(txid_current_snapshot())";
    let before = server.query("postgres", moved);
    let ran = run(&server, &arm, home.path());
    assert_eq!(
        ran.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert_eq!(
        server.query("postgres", moved),
        before,
        "no transaction on the server got a number, so none wrote"
    );

    let asked = statements(&server.log());
    let guards = "BEGIN TRANSACTION READ ONLY; SELECT pg_catalog.set_config(";
    let count = |is: &dyn Fn(&str) -> bool| asked.iter().filter(|s| is(s)).count();
    let opened = count(&|s| s.starts_with(guards));
    let closed = count(&|s| s == "ROLLBACK");
    let read =
        count(&|s| s.starts_with("SELECT pg_catalog.current_setting('transaction_read_only'), "));
    assert!(opened > 50, "{opened} transactions");
    assert_eq!(
        (opened, closed),
        (read, read),
        "each reading in a transaction of its own"
    );
    assert_eq!(
        opened + closed + read,
        asked.len(),
        "nothing else: {asked:#?}"
    );

    let seen = arm.seen();
    assert!(
        seen.len() >= 10 && seen.iter().all(|request| request.method == "GET"),
        "{} requests",
        seen.len()
    );
    let left = std::fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        left.collect::<BTreeSet<_>>(),
        BTreeSet::from(["kept".to_owned(), "reports".to_owned()])
    );
}
