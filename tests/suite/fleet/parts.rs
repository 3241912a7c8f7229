//! A recorded fleet is judged again to the same report, whole or in parts.

use std::path::Path;

use serde_json::Value;

use super::{args, within};
use crate::support::fleet::endpoint;
use crate::support::program::{Ran, run, run_with_arm};

fn replay(recording: &Path, more: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut args = vec!["audit", "--from", recording.to_str().unwrap()];
    args.extend(more);
    run(&args, env)
}

#[test]
fn a_fleet_is_replayed_and_its_parts_make_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("recording");
    let arm = endpoint(2, 6, 1000);
    let within = within(2);
    let first = [
        "audit",
        "--format",
        "json",
        "--record",
        recording.to_str().unwrap(),
    ];
    let live = run_with_arm(&arm, &args(&first, &within), &[]);
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
            &args(&["merge", "--format", "json"], &reports[..count]),
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
    run(&["merge", &reports[0], &reports[0]], &[]).assert_refused("is there twice");
    run(&["merge", path], &[]).assert_refused("is no report");
}
