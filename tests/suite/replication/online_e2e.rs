//! An online migration end to end: the program, a real server with problems, the ARM endpoint, and the recording.

use serde_json::{Value, json};

use super::online_checks::start_troubled_server;
use crate::check::{TARGET, healthy_arm_endpoint, source_conninfo};
use crate::support::program::{ProgramOutput, read_files, run, run_with_arm};

/// Findings that the report must contain: check, part of the object, part of the message.
const EXPECTED_FINDINGS: &[(&str, &str, &str)] = &[
    (
        "replication-slots-short",
        "parameter/max_replication_slots",
        "0 of 2 replication slots are free",
    ),
    (
        "wal-senders-short",
        "parameter/max_wal_senders",
        "`max_wal_senders` is 1",
    ),
    ("wal-sender-times-out", "parameter/wal_sender_timeout", "30"),
    ("inactive-replication-slot", "slot/feed", "nobody reads"),
    (
        "inactive-replication-slot",
        "slot/standby_gone",
        "nobody reads",
    ),
    (
        "table-without-identity",
        "Shop's/table/public.deferrable_key",
        "deferrable",
    ),
    ("prepared-transaction", "orders-7", "prepared"),
    ("sequences-need-resync", "Shop's", "sequence"),
];

/// Every finding of the first migration, as check, object and message.
fn report_findings(ran: &ProgramOutput) -> Vec<(String, String, String)> {
    let report = ran.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for check in report["migrations"][0]["checks"].as_array().unwrap() {
        for found in check["findings"].as_array().unwrap() {
            all.push((
                text(&check["id"]),
                text(&found["object"]),
                text(&found["message"]),
            ));
        }
    }
    all
}

#[track_caller]
fn assert_finding(found: &[(String, String, String)], (id, object, message): (&str, &str, &str)) {
    let is_it = |(i, o, m): &&(String, String, String)| {
        i == id && o.contains(object) && m.contains(message)
    };
    let of_check: Vec<_> = found.iter().filter(|(i, ..)| i == id).collect();
    assert!(
        found.iter().find(is_it).is_some(),
        "{id} {object} {message}: {of_check:#?}"
    );
}

#[test]
fn an_online_migration_is_checked_end_to_end() {
    let (server, _writer) = start_troubled_server(16);
    let session = server.open_session("Shop's");
    session.run("BEGIN; INSERT INTO keyed VALUES (8, 8); PREPARE TRANSACTION 'orders-7'");
    let arm = healthy_arm_endpoint();
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("recording");
    let database = "'Shop\\'s'";
    let ran = run_with_arm(
        &arm,
        &[
            "check",
            "--source",
            &source_conninfo(&server, database),
            "--database",
            "Shop's",
            "--target",
            TARGET,
            "--mode",
            "online",
            "--source-address",
            "10.20.0.5",
            "--record",
            recording.to_str().unwrap(),
            "--format",
            "json",
        ],
        &[],
    );
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let all = report_findings(&ran);
    EXPECTED_FINDINGS
        .iter()
        .for_each(|expected| assert_finding(&all, *expected));
    // The transaction of the writer is only seconds old
    assert_eq!(ran.status("long-transaction"), "pass");
    let slots = server.query("postgres", "SELECT count(*) FROM pg_replication_slots");
    assert_eq!(slots[0][0].as_deref(), Some("2"), "nothing was created");

    age_transactions(&recording);
    let ran = run(
        &[
            "check",
            "--from",
            recording.to_str().unwrap(),
            "--format",
            "json",
        ],
        &[],
    );
    let all = report_findings(&ran);
    EXPECTED_FINDINGS
        .iter()
        .for_each(|wanted| assert_finding(&all, *wanted));
    assert_finding(&all, ("long-transaction", "session/", "with changes"));
}

/// Makes every transaction in a recording two hours older.
fn age_transactions(recording: &std::path::Path) {
    let manifest = read_files(recording)
        .into_iter()
        .find(|(n, _)| n == "manifest.json");
    let manifest: Value = serde_json::from_str(&manifest.unwrap().1).unwrap();
    let answers = manifest["answers"].as_array().unwrap();
    let entry = answers
        .iter()
        .find(|a| a["question"].as_str().unwrap().ends_with("/transactions"))
        .unwrap();
    let path = recording.join(entry["file"].as_str().unwrap());
    let mut rows: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for row in rows.as_array_mut().unwrap() {
        row["seconds"] = json!(row["seconds"].as_i64().unwrap() + 7200);
    }
    std::fs::write(&path, rows.to_string()).unwrap();
}
