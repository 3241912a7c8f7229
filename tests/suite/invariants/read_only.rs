//! A run writes nothing. The tests read the server log after a run with every option, and the files on disk.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::check::{TARGET, healthy_arm_endpoint};
use crate::support::arm::ArmEndpoint;
use crate::support::program::{self, TOKEN};
use crate::support::{fleet, pg};

/// Starts a server that logs every statement with the name of its role.
fn logging_server() -> pg::PgServer {
    let settings = [("log_statement", "all"), ("log_line_prefix", "%u: ")];
    let server = pg::PgServer::start(17, &settings);
    server.run(
        "postgres",
        "CREATE ROLE auditor LOGIN; GRANT pg_monitor TO auditor",
    );
    server.run("postgres", "CREATE DATABASE shop OWNER auditor");
    server.run("shop", "CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item VALUES (1, 'a'); CREATE EXTENSION pgcrypto");
    server
}

const NETWORK: &str = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-prod";
const SERVER: &str = "11111111-2222-4333-8444-555555555555/rg-orders-prod/orders-target";

/// Options that this run cannot include: another scope than the target, a recording instead of servers, less output on
/// stderr, and sign-in to Microsoft Entra ID.
const EXCLUDED_OPTIONS: [&str; 13] = [
    "--location",
    "--subscription",
    "--only",
    "--plan",
    "--migration",
    "--from",
    "--max-age",
    "--quiet",
    "--help",
    "--auth",
    "--source-auth",
    "--target-auth",
    "--skip",
];

/// The arguments of a run with every option that can be combined.
fn all_options(source: &str) -> Vec<&str> {
    let mut args = vec![
        "check",
        "--source",
        source,
        "--target",
        TARGET,
        "--target-url",
        source,
    ];
    args.extend([
        "--mode",
        "online",
        "--database",
        "shop",
        "--migration-user",
        "auditor",
        "--target-user",
        "auditor",
    ]);
    args.extend([
        "--overwrite",
        "--identity-migrates",
        "--source-id",
        SERVER,
        "--source-kind",
        "on-premises",
    ]);
    args.extend([
        "--source-exposure",
        "private",
        "--source-vcores",
        "4",
        "--source-memory-gib",
        "16",
    ]);
    args.extend([
        "--source-vnet",
        NETWORK,
        "--source-address",
        "10.20.0.5",
        "--source-reached-from",
        "10.0.0.0/8",
    ]);
    args.extend([
        "--source-tls",
        "require",
        "--runtime-server",
        SERVER,
        "--cloud",
        "AzureCloud",
        "--timeout",
        "5m",
    ]);
    args.extend([
        "--api-version",
        "2024-08-01",
        "--strict",
        "--allow-unknown",
        "target-locked",
        "--fail-on",
        "never",
    ]);
    args.extend([
        "--record",
        "kept",
        "--redact",
        "--out",
        "reports",
        "--format",
        "json",
        "--verbose",
        "-vv",
    ]);
    args
}

#[test]
fn the_run_uses_every_option() {
    let source = String::new();
    let used = all_options(&source);
    let help = program::run(&["check", "--help"], &[]).stdout;
    let options = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"));
    let options = options.map(|o| o.trim_end_matches(|c: char| !c.is_ascii_lowercase()));
    let unused: BTreeSet<&str> = options.filter(|o| !used.contains(o)).collect();
    let expected = EXCLUDED_OPTIONS.into_iter().chain(["--check"]);
    assert_eq!(unused, expected.collect(), "an option that no proof covers");
}

/// Runs the program in `home`, with all its user directories there.
fn run_in(args: &[&str], arm: &ArmEndpoint, home: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flexready"));
    command.args(args).env_clear().current_dir(home);
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

/// Returns the statements of role `auditor`, each on one line.
fn auditor_statements(log: &str) -> Vec<String> {
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
        let statement_text = line.strip_prefix("auditor: LOG:  ");
        is_ours = statement_text.is_some();
        all.extend(statement_text.map(|s| s.trim_start_matches("statement: ").to_owned()));
    }
    all
}

/// Runs the program as role `auditor`. Asserts that the server log contains only guarded reads, and the disk only the
/// requested files.
fn assert_only_reads(server: &pg::PgServer, arm: &ArmEndpoint, args: &[&str], code: i32) {
    let home = tempfile::tempdir().unwrap();
    let plan = format!(
        "[[migration]]\nname = \"shop\"\nsource = \"{}\"\ntarget = \"{SERVER}\"\n",
        source_conninfo(server)
    );
    std::fs::write(home.path().join("flexready.toml"), plan).unwrap();
    let next_transaction_id = "SELECT txid_snapshot_xmax(txid_current_snapshot())";
    let before = server.query("postgres", next_transaction_id);
    let logged = server.log().len();
    let ran = run_in(args, arm, home.path());
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(code), "{errors}");
    assert_eq!(
        server.query("postgres", next_transaction_id),
        before,
        "no transaction on the server got a number, so none wrote"
    );
    assert_only_guarded_reads(&server.log()[logged..]);
    let files = std::fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let expected = ["flexready.toml", "kept", "reports"].map(str::to_owned);
    assert_eq!(files.collect::<BTreeSet<_>>(), BTreeSet::from(expected));
}

/// Asserts that the log contains only reads, each in a separate guarded transaction.
fn assert_only_guarded_reads(log: &str) {
    let all = auditor_statements(log);
    let count = |is: &dyn Fn(&str) -> bool| all.iter().filter(|s| is(s)).count();
    let guards = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY NOT DEFERRABLE; SELECT pg_catalog.set_config(";
    let opened = count(&|s| s.starts_with(guards));
    let closed = count(&|s| s == "ROLLBACK");
    let read =
        count(&|s| s.starts_with("SELECT pg_catalog.current_setting('transaction_read_only'), "));
    assert!(opened > 50, "{opened} transactions");
    assert_eq!((opened, closed), (read, read));
    assert_eq!(opened + closed + read, all.len(), "{all:#?}");
}

fn source_conninfo(server: &pg::PgServer) -> String {
    let (host, port) = (server.host(), server.port());
    format!("host={host} port={port} user=auditor dbname=shop")
}

#[test]
fn a_check_only_reads() {
    let (server, arm) = (logging_server(), healthy_arm_endpoint());
    assert_only_reads(&server, &arm, &all_options(&source_conninfo(&server)), 0);
    let seen = arm.requests();
    let are_gets = seen.iter().all(|request| request.method == "GET");
    assert!(seen.len() >= 10 && are_gets, "{} requests", seen.len());
}

/// An audit of a fleet with its sources only reads, too. The only POST is the query of Azure Resource Graph, whose API
/// requires it.
#[test]
fn an_audit_only_reads() {
    let (server, arm) = (logging_server(), fleet::fleet_endpoint(2, 3, 1000));
    let subscriptions = [fleet::subscription_id(0), fleet::subscription_id(1)];
    let mut args = vec![
        "audit",
        "--plan",
        "flexready.toml",
        "--location",
        "germanywestcentral",
        "--tier",
        "GeneralPurpose",
    ];
    args.extend(subscriptions.iter().flat_map(|s| ["--subscription", s]));
    args.extend([
        "--record",
        "kept",
        "--out",
        "reports",
        "--format",
        "ndjson",
        "--strict",
        "--fail-on",
        "never",
        "-vvv",
    ]);
    assert_only_reads(&server, &arm, &args, 0);
    let seen = arm.requests();
    let posted: BTreeSet<&str> = seen
        .iter()
        .filter(|r| r.method != "GET")
        .map(|r| r.path.as_str())
        .collect();
    assert_eq!(
        posted,
        BTreeSet::from(["/providers/Microsoft.ResourceGraph/resources"])
    );
    assert!(seen.len() > 40, "{} requests", seen.len());
}
