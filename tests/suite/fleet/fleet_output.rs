//! Fleet-level results in every format and in `diff`. The fleet table is never readier than the reports of its
//! migrations.

use std::path::Path;

use serde_json::Value;

use super::{join_args, subscription_args};
use crate::reports::{run_ado_check, shared_folder};
use crate::support::arm::Reply;
use crate::support::fleet::{fleet_endpoint, subscription_id};
use crate::support::program::{run, run_with_arm};

/// Replays a recorded fleet in this format.
fn replay_in_format(path: &str, format: &str) -> String {
    run(&["audit", "--from", path, "--format", format], &[]).stdout
}

/// The rows of a CSV file, by column name.
pub fn csv_rows(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

pub fn assert_collisions_in_every_format(path: &str, databases: usize) {
    let all = csv_rows(&replay_in_format(path, "csv"));
    let collide = all
        .iter()
        .filter(|r| r["check"] == "fleet-databases-collide");
    let collide: Vec<_> = collide.collect();
    assert_eq!(collide.len(), databases);
    assert_eq!(
        (
            collide[0]["migration"].as_str(),
            collide[0]["severity"].as_str()
        ),
        ("a; b", "blocker")
    );
    assert!(collide[0]["message"].contains("both write database"));
    let junit = replay_in_format(path, "junit");
    assert!(
        junit.contains("name=\"flexready fleet\"") && junit.contains("failures=\"1\" errors=\"0\""),
        "{junit}"
    );
    let sarif: Value = serde_json::from_str(&replay_in_format(path, "sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results[0]["ruleId"], "fleet-databases-collide");
    let whole: Vec<Value> = replay_in_format(path, "ndjson")
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(
        whole.last().unwrap()["fleet"]["collisions"]
            .as_array()
            .unwrap()
            .len(),
        databases
    );
}

#[test]
fn an_unread_scope_is_in_every_format_and_is_a_regression() {
    let folder = tempfile::tempdir().unwrap();
    let recording = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (before, after) = (recording("before"), recording("after"));
    let arm = fleet_endpoint(2, 2, 1000);
    let two = subscription_args(2);
    let record = |into: &str, more: &[&str]| {
        let first = [&["audit", "--name", "*1", "--record", into], more].concat();
        run_with_arm(&arm, &join_args(&first, &two), &[])
    };
    assert_eq!(record(&before, &[]).code, 0);
    let graph = "/providers/Microsoft.ResourceGraph/resources";
    arm.route(graph, Reply::error(403, "AccessDenied", "no"));
    let id = subscription_id(1);
    let list = format!("/subscriptions/{id}/providers/Microsoft.DBforPostgreSQL/flexibleServers");
    arm.route(&list, Reply::error(403, "AuthorizationFailed", "no"));
    let out = recording("out");
    let ran = record(&after, &["--out", &out]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);

    let place = format!("/subscriptions/{id}");
    let row = &csv_rows(&replay_in_format(&after, "csv"))[0];
    assert_eq!(
        (row["check"].as_str(), row["status"].as_str()),
        ("fleet-not-read", "unknown")
    );
    assert_eq!(row["object"], place);
    let whole = std::fs::read_to_string(Path::new(&out).join("TEST-flexready.xml")).unwrap();
    assert!(
        whole.contains("tests=\"4\" failures=\"0\" errors=\"1\""),
        "{whole}"
    );
    assert!(whole.contains("could not be read [fleet]") && whole.contains(&place));
    let junit = replay_in_format(&after, "junit");
    assert!(junit.contains("failures=\"0\" errors=\"1\""), "{junit}");
    let sarif: Value = serde_json::from_str(&replay_in_format(&after, "sarif")).unwrap();
    let run_of = &sarif["runs"][0];
    assert_eq!(run_of["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run_of["results"][0]["ruleId"], "fleet-not-read");
    assert_eq!(run_of["results"][0]["properties"]["unknown"], true);
    if let Some(shared) = shared_folder() {
        let file = |name: &str| Path::new(&out).join(name).to_str().unwrap().to_owned();
        let (junit, sarif) = (file("TEST-flexready.xml"), file("sarif/flexready.sarif"));
        run_ado_check(&shared, &["--junit", &junit, "--sarif", &sarif]);
    }

    let diff = run(&["diff", &before, &after], &[]);
    assert_eq!(diff.code, 1, "{}", diff.stdout);
    assert!(
        diff.stdout.contains(&format!("new: not read: {place}")),
        "{}",
        diff.stdout
    );
    assert_eq!(run(&["diff", &after, &after], &[]).code, 0);
}

#[test]
fn an_audit_of_targets_names_its_limits_and_the_unknown_checks() {
    let arm = fleet_endpoint(1, 3, 1000);
    let within = subscription_args(1);
    let page = run_with_arm(&arm, &join_args(&["audit"], &within), &[]).stdout;
    assert!(
        page.contains(
            "3 of 3  judged as a target alone, which is no word on a migration as a whole"
        ),
        "{page}"
    );
    assert!(page.contains("3 of 3  not answered: "), "{page}");
    assert!(page.contains("target-user-lacks-rights"), "{page}");
}

#[test]
fn a_run_without_checks_is_not_ready() {
    let baseline = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/baseline");
    let baseline = baseline.to_str().unwrap();
    let (check, skip) = (
        ["--check", "target-not-deployed"],
        ["--skip", "target-not-deployed"],
    );
    let first = ["check", "--from", baseline, "--format"];
    let judged = |format| run(&[&first[..], &[format], &check, &skip].concat(), &[]);
    let ran = judged("json");
    assert_eq!(ran.code, 3);
    let reason = ran.json()["exit_reason"].to_string();
    assert!(reason.contains("no check was run"), "{reason}");
    assert!(
        judged("junit").stdout.contains("errors=\"1\""),
        "a suite without tests is green"
    );

    let arm = fleet_endpoint(1, 2, 1000);
    let within = subscription_args(1);
    let audit = ["audit", "--check", "nsg-blocks-source", "--format", "json"];
    let ran = run_with_arm(&arm, &join_args(&audit, &within), &[]);
    assert_eq!(ran.code, 3);
    let reason = ran.json()["exit_reason"].to_string();
    assert!(reason.contains("no check was run on 2 of 2"), "{reason}");
}
