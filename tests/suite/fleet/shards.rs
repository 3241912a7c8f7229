//! Replay of a recorded fleet, complete or in shards, and merging of the reports.

use std::path::Path;

use serde_json::Value;

use super::{join_args, subscription_args};
use crate::support::fleet::fleet_endpoint;
use crate::support::program::{ProgramOutput, run, run_with_arm};

fn replay(recording: &Path, more: &[&str], env: &[(&str, &str)]) -> ProgramOutput {
    let mut args = vec!["audit", "--from", recording.to_str().unwrap()];
    args.extend(more);
    run(&args, env)
}

#[test]
fn a_replay_is_identical_and_its_shards_merge_to_the_fleet() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("recording");
    let arm = fleet_endpoint(2, 6, 1000);
    let within = subscription_args(2);
    let first = [
        "audit",
        "--format",
        "json",
        "--record",
        recording.to_str().unwrap(),
    ];
    let live = run_with_arm(&arm, &join_args(&first, &within), &[]);
    let again = replay(&recording, &["--format", "json"], &[]);
    assert_eq!(again.stdout, live.stdout, "{}{}", live.stderr, again.stderr);
    assert_eq!(again.code, live.code);

    let path = recording.to_str().unwrap();
    let one = run(
        &[
            "check",
            "--from",
            path,
            "--migration",
            "pg-1-0004",
            "--format",
            "json",
        ],
        &[],
    );
    let migrations = live.json()["migrations"].clone();
    let same = migrations
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["name"] == "pg-1-0004");
    assert_eq!(Some(&one.json()["migrations"][0]), same);

    let mut reports = Vec::new();
    for part in 1..=3 {
        let number = part.to_string();
        let env = [
            ("SYSTEM_JOBPOSITIONINPHASE", number.as_str()),
            ("SYSTEM_TOTALJOBSINPHASE", "3"),
        ];
        let ran = replay(
            &recording,
            &["--format", "json", "--shard", "azure-pipelines"],
            &env,
        );
        let by_hand = replay(
            &recording,
            &["--format", "json", "--shard", &format!("{part}/3")],
            &[],
        );
        assert_eq!(ran.stdout, by_hand.stdout);
        let file = folder.path().join(format!("part-{part}.json"));
        std::fs::write(&file, &ran.stdout).unwrap();
        reports.push(file.to_str().unwrap().to_owned());
    }
    let merge = |count: usize| {
        run(
            &join_args(&["merge", "--format", "json"], &reports[..count]),
            &[],
        )
    };
    let whole: Value = live.json();
    let merged = merge(3);
    for same in [
        "migrations",
        "verdict",
        "exit_code",
        "exit_reason",
        "blockers",
        "fleet",
        "policy",
    ] {
        assert_eq!(merged.json()[same], whole[same], "{same}");
    }
    assert_eq!(merged.code, live.code);

    let lacking = merge(2).json();
    assert_eq!(lacking["fleet"]["unread"][0]["place"], "part 3/3");
    assert_eq!(lacking["ready_to_migrate"], false);
    run(&["merge", path], &[]).assert_usage_error("is no report");

    assert_merge_rejects_other_reports(folder.path(), &reports, &live.stdout);
    assert_replay_rejects_live_options(path);
}

/// Writes a copy of the report with one change, and returns its path.
fn altered_report(folder: &Path, report: &str, alter: &dyn Fn(&mut Value)) -> String {
    let mut json: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    alter(&mut json);
    let path = folder.join("altered.json");
    std::fs::write(&path, json.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn assert_merge_rejects_other_reports(folder: &Path, parts: &[String], whole: &str) {
    let [one, two, three] = parts else {
        panic!("three parts")
    };
    run(&["merge", one, one], &[]).assert_usage_error("which another report holds too");
    let file = folder.join("whole.json");
    std::fs::write(&file, whole).unwrap();
    let file = file.to_str().unwrap();
    run(&["merge", file, file], &[]).assert_usage_error("name each report once");
    let refused = |alter: &dyn Fn(&mut Value), words: &str| {
        let other = altered_report(folder, two, alter);
        run(&["merge", one, &other, three], &[]).assert_usage_error(words);
    };
    refused(
        &|r| r["tool"]["version"] = "9.9.9".into(),
        "was made by flexready 9.9.9",
    );
    refused(
        &|r| r["policy"]["only"] = vec!["target-burstable"].into(),
        "by other rules",
    );
    refused(
        &|r| r["fleet"]["shards"] = vec!["2/4"].into(),
        "is one of 4 parts",
    );
    refused(
        &|r| r["fleet"]["shards"] = vec!["1/4294967295"].into(),
        "that is none",
    );
    refused(
        &|r| r["fleet"]["filter"] = vec!["--tag a"].into(),
        "of another fleet",
    );
    let empty = altered_report(folder, two, &|r| {
        r["migrations"] = Vec::<Value>::new().into()
    });
    let merged = run(&["merge", one, &empty, three, "--format", "json"], &[]).json();
    let unread = merged["fleet"]["unread"][0]["reason"].as_str().unwrap();
    assert!(unread.contains("of 12 servers that are meant"), "{unread}");
    assert_eq!(merged["ready_to_migrate"], false);
}

/// Asserts that a replay rejects options that it would ignore.
fn assert_replay_rejects_live_options(path: &str) {
    for option in [
        ["--tag", "env=prod"],
        ["--location", "westeurope"],
        ["--tier", "Burstable"],
        ["--api-version", "2024-08-01"],
        ["--auth", "azure-cli"],
        ["--timeout", "5m"],
        ["--cloud", "AzureCloud"],
    ] {
        run(&["audit", "--from", path, option[0], option[1]], &[])
            .assert_usage_error("cannot be used with");
    }
    run(&["audit", "--from", path, "--tier", "general"], &[]).assert_usage_error("is no tier");
    run(&["check", "--from", path], &[]).assert_usage_error(
        "the recording holds 12 migrations; choose one with `--migration NAME`: pg-0-0000, pg-0-0001",
    );
    run(&["fix", path], &[])
        .assert_usage_error("pg-1-0003, …; or judge all with `flexready audit --from`");
    let names = |more: &[&str]| {
        run(
            &[&["audit", "--from", path, "--name", "*-0003"], more].concat(),
            &[],
        )
        .stdout
    };
    assert!(names(&[]).contains("2 servers (2 of 12 that were found are meant, `--name *-0003`)"));
    let none = run(&["audit", "--from", path, "--name", "orders"], &[]);
    assert_eq!(none.code, 3);
    assert!(
        none.stdout
            .contains("12 servers found, none fits `--name orders`"),
        "{}",
        none.stdout
    );
    assert!(!none.stdout.contains("no server was found"));
}

#[test]
fn a_recorded_shard_cannot_be_split_again() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("part");
    let path = recording.to_str().unwrap();
    let arm = fleet_endpoint(1, 6, 1000);
    let within = subscription_args(1);
    let first = ["audit", "--shard", "1/3", "--record", path];
    run_with_arm(&arm, &join_args(&first, &within), &[]);
    replay(&recording, &["--shard", "1/2"], &[]).assert_usage_error("part 1/2 cannot be taken");
    let resume = ["audit", "--resume", path, "--shard", "2/3"];
    run_with_arm(&arm, &resume, &[]).assert_usage_error("the recording of part 1/3");
    let same = replay(&recording, &["--shard", "1/3", "--format", "json"], &[]);
    assert_eq!(same.json()["fleet"]["shards"][0], "1/3");
}
