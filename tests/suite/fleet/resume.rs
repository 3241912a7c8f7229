//! Ctrl-C leaves a report and a recording. `--resume` completes the recording and only repeats the questions that
//! failed.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{expected_verdicts, join_args, subscription_args, verdicts};
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::fleet::{fleet_endpoint, subscription_id};
use crate::support::program::{ProgramOutput, TOKEN, run, run_with_arm};

fn failed_questions(recording: &Path) -> usize {
    let text = std::fs::read(recording.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    let answers = manifest["answers"].as_array().unwrap().iter();
    let open = answers.filter(|a| {
        a["refused"]["kind"]
            .as_str()
            .is_some_and(|kind| kind != "not_found")
    });
    open.count()
}

#[test]
fn resume_lists_a_subscription_that_failed_before() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let arm = fleet_endpoint(2, 2, 1000);
    let graph = "/providers/Microsoft.ResourceGraph/resources";
    arm.route(graph, Reply::error(403, "AccessDenied", "no"));
    let id = subscription_id(1);
    let list = format!("/subscriptions/{id}/providers/Microsoft.DBforPostgreSQL/flexibleServers");
    arm.route(&list, Reply::error(403, "AuthorizationFailed", "no"));
    let within = subscription_args(2);
    let record = [
        "audit",
        "--format",
        "json",
        "--record",
        first.to_str().unwrap(),
    ];
    let ran = run_with_arm(&arm, &join_args(&record, &within), &[]);
    assert_eq!((verdicts(&ran.json()).len(), ran.code), (2, 1));
    assert_unlisted_scopes_stay_unread(&arm, &first, folder.path());
    let row = format!(
        "/subscriptions/{id}/resourceGroups/rg-orders-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/pg-1-0001"
    );
    arm.route(&list, Reply::json(json!({"value": [{ "id": row }]})));
    let before = arm.requests().len();
    let resume = [
        "audit",
        "--format",
        "json",
        "--resume",
        first.to_str().unwrap(),
        "--record",
        second.to_str().unwrap(),
    ];
    let ran = run_with_arm(&arm, &join_args(&resume, &within), &[]);
    let report = ran.json();
    assert_eq!(verdicts(&report).len(), 3, "{}", ran.stderr);
    assert_eq!(report["fleet"]["unread"], json!([]));
    let again = arm.requests()[before..]
        .iter()
        .filter(|s| s.path.contains("pg-0-"))
        .count();
    assert_eq!(again, 0, "what was answered is not asked again");
}

/// Resumes with fewer scopes, with more scopes, and with a plan that does not match the recording.
fn assert_unlisted_scopes_stay_unread(arm: &ArmEndpoint, first: &Path, folder: &Path) {
    let resumed = |more: &[&str]| -> ProgramOutput {
        let args = [
            "audit",
            "--format",
            "json",
            "--resume",
            first.to_str().unwrap(),
        ];
        run_with_arm(arm, &[&args, more].concat(), &[])
    };
    let (one, two) = (subscription_id(0), subscription_id(1));
    let kept = folder.join("kept");
    let narrower = resumed(&["--subscription", &one, "--name", "pg-0-0001"]);
    narrower.assert_usage_error("the recording was made without filters");
    let ran = resumed(&["--subscription", &one, "--record", kept.to_str().unwrap()]);
    let again = run(
        &[
            "audit",
            "--format",
            "json",
            "--from",
            kept.to_str().unwrap(),
        ],
        &[],
    );
    for ran in [ran, again] {
        let unread = ran.json()["fleet"]["unread"].clone();
        assert_eq!(
            unread[0]["place"],
            format!("/subscriptions/{two}"),
            "{unread}"
        );
        assert_eq!(
            (verdicts(&ran.json()).len(), &ran.json()["ready_to_migrate"]),
            (2, &json!(false))
        );
    }

    let plan = folder.join("late.toml");
    let late = format!(
        "[[migration]]\nname = \"late\"\ntarget = \"{two}/rg-orders-prod/pg-1-0001\"\n\
         [[migration]]\nname = \"renamed\"\ntarget = \"{one}/rg-orders-prod/pg-0-0001\"\n"
    );
    std::fs::write(&plan, late).unwrap();
    let found = verdicts(&resumed(&["--plan", plan.to_str().unwrap()]).json());
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["late", "pg-0-0000", "renamed"]);
    assert_eq!(found["late"], "ready", "it was asked");
    let other = format!(
        "[[migration]]\nname = \"pg-0-0000\"\ntarget = \"{two}/rg-orders-prod/pg-1-0001\"\n"
    );
    std::fs::write(&plan, other).unwrap();
    resumed(&["--plan", plan.to_str().unwrap()])
        .assert_usage_error("`pg-0-0000` to another target");
}

#[test]
fn an_interrupted_run_reports_its_results_and_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first");
    let arm = fleet_endpoint(2, 60, 1000);
    arm.set_latency(Duration::from_millis(30));
    let within = subscription_args(2);
    let record = [
        "audit",
        "--format",
        "json",
        "--record",
        first.to_str().unwrap(),
    ];
    let child = Command::new(env!("CARGO_BIN_EXE_flexready"))
        .args(join_args(&record, &within))
        .env_clear()
        .env("FLEXREADY_ARM_ENDPOINT", arm.url())
        .env("FLEXREADY_ACCESS_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while arm.requests().len() < 480 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupt = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{words}");
    let path = first.to_str().unwrap();
    let command = format!("`flexready audit --resume {path} --record {path}-2` goes on");
    assert!(words.contains(&command), "{words}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["fleet"]["interrupted"], true);
    let read = verdicts(&report);
    let whole = expected_verdicts(2, 60);
    assert_eq!(read.len(), whole.len(), "each server is in the report");
    let done: Vec<_> = read.iter().filter(|(_, v)| *v != "incomplete").collect();
    assert!((10..110).contains(&done.len()), "{} of 120", done.len());
    for (name, verdict) in done {
        assert_eq!(Some(verdict), whole.get(name), "{name}");
    }

    let open = failed_questions(&first);
    let before = arm.requests().len();
    let second = folder.path().join("second");
    let resume = [
        "audit",
        "--format",
        "json",
        "--resume",
        first.to_str().unwrap(),
        "--record",
        second.to_str().unwrap(),
    ];
    let ran = run_with_arm(&arm, &resume, &[]);
    assert_eq!(verdicts(&ran.json()), whole, "{}", ran.stderr);
    assert_eq!(ran.json()["fleet"]["interrupted"], false);
    assert_eq!(ran.json()["recorded_at"], report["recorded_at"]);
    // Questions that depend on a failed answer are asked too: only the server's answer names its network.
    let asked = arm.requests().len() - before;
    let hidden = asked.saturating_sub(open);
    assert!(
        asked >= open && hidden < 30,
        "{asked} asked, {open} were refused"
    );
    assert_eq!(failed_questions(&second), 0);
}

#[test]
fn a_recording_error_does_not_lose_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let (kept, moved) = (folder.path().join("kept"), folder.path().join("moved"));
    let arm = fleet_endpoint(1, 3, 1000);
    let id = subscription_id(0);
    let server = format!(
        "/subscriptions/{id}/resourcegroups/rg-orders-prod/providers/microsoft.dbforpostgresql/flexibleservers/pg-0-0001"
    );
    let from = kept.clone();
    arm.route_with(&server, move |_| {
        let _ = std::fs::rename(&from, &moved);
        Reply::not_found()
    });
    let kept = kept.to_str().unwrap();
    let args = |format| {
        [
            "audit",
            "--subscription",
            &id,
            "--record",
            kept,
            "--format",
            format,
        ]
    };
    let ran = run_with_arm(&arm, &args("json"), &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(verdicts(&ran.json()).len(), 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("; the audit goes on without it"),
        "{}",
        ran.stderr
    );
    let error = format!("error: cannot write the recording to `{kept}`");
    assert!(ran.stderr.contains(&error), "{}", ran.stderr);
    assert!(!Path::new(kept).join("manifest.json").exists());
    std::fs::remove_dir_all(folder.path().join("moved")).unwrap();
    let ran = run_with_arm(&arm, &args("ndjson"), &[]);
    assert_eq!(
        (ran.code, ran.stdout.lines().count()),
        (2, 4),
        "{}",
        ran.stdout
    );
}
