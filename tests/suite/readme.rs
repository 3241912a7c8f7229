//! Generated parts of the README. The tables and the sample output come from the program.
//! `UPDATE=1 cargo test --test suite readme` rewrites them.

use std::path::{Path, PathBuf};

use flexready::checks;
use flexready::report::coverage_markdown;
use serde_json::Value;

use crate::support::program::run;

fn readme_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// Returns the text between two markers.
pub fn generated_section(name: &str) -> String {
    let whole = std::fs::read_to_string(readme_path()).unwrap();
    let begin = format!("<!-- {name}:begin -->\n");
    let (_, rest) = whole.split_once(&begin).unwrap();
    let (held, _) = rest.split_once("<!-- ").unwrap();
    held.to_owned()
}

/// Compares the text between two markers, or writes it if `UPDATE` is set.
pub fn assert_section(name: &str, text: &str) {
    // Several tests update parts of the same file.
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = readme_path();
    let whole = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (
        format!("<!-- {name}:begin -->\n"),
        format!("<!-- {name}:end -->"),
    );
    let (before, rest) = whole
        .split_once(&begin)
        .unwrap_or_else(|| panic!("the README has no {begin}"));
    let (held, after) = rest
        .split_once(&end)
        .unwrap_or_else(|| panic!("the README has no {end}"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{begin}{text}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(held, text, "UPDATE=1 cargo test --test suite readme");
}

/// One test for all parts, because they write to the same file.
#[test]
fn generated_parts_of_the_readme_are_current() {
    assert_section("checks", &check_table());
    assert_section("coverage", &coverage_markdown());
    assert_section("output", &sample_output());
}

fn check_table() -> String {
    let mut table = "| check | severity | what is wrong |\n|---|---|---|\n".to_owned();
    for check in checks::all() {
        let severity = check.severity;
        table.push_str(&format!(
            "| `{}` | {severity} | {} |\n",
            check.id, check.title
        ));
    }
    table
}

/// Returns the start of the recorded run with its first two findings, and the last line.
fn sample_output() -> String {
    let ran = run(&["check", "--from", "fixtures/recordings/blocked"], &[]);
    let mut blocks = ran.stdout.split("\n\n");
    let head: Vec<&str> = blocks.by_ref().take(5).collect();
    let last = ran.stdout.trim_end().lines().last().unwrap();
    format!("```\n{}\n\n[…]\n\n{last}\n```\n", head.join("\n\n"))
}

#[test]
fn the_readme_contains_the_commands_to_start_with() {
    let text = std::fs::read_to_string(readme_path()).unwrap();
    for command in [
        "cargo run -- check --from fixtures/recordings/blocked",
        "tests/run.sh",
    ] {
        assert!(text.contains(&format!("```\n{command}\n```")), "{command}");
    }
}

#[test]
fn reports_match_their_schema() {
    let schema: Value = serde_json::from_str(&run(&["schema"], &[]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for recording in [
        "ready",
        "blocked",
        "no-database-access",
        "cross-version",
        "objects-12",
        "objects-17",
    ] {
        let report = run(
            &[
                "check",
                "--from",
                &format!("fixtures/recordings/{recording}"),
                "--format",
                "json",
            ],
            &[],
        )
        .json();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{recording}: {errors:?}");
        assert_eq!(report["schema"], "flexready-report/1");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "schema": 1 })));
}

#[test]
fn recordings_have_the_verdict_that_their_name_states() {
    for (recording, code, blockers) in [
        ("ready", 0, 0),
        ("blocked", 1, 8),
        ("no-database-access", 3, 0),
        ("objects-12", 1, 20),
        ("objects-17", 1, 20),
    ] {
        let ran = run(
            &[
                "check",
                "--from",
                &format!("fixtures/recordings/{recording}"),
                "--format",
                "json",
            ],
            &[],
        );
        assert_eq!(ran.code, code, "{recording}");
        let found = ran.json()["blockers"].as_u64().unwrap();
        assert!(
            if blockers == 0 {
                found == 0
            } else {
                found >= blockers
            },
            "{recording}: {found} blockers"
        );
    }
}

#[test]
fn the_explain_and_checks_commands_contain_every_check() {
    let list = run(&["checks"], &[]).stdout;
    for check in checks::all() {
        assert!(list.contains(check.id));
        let explained = run(&["explain", check.id], &[]).stdout;
        assert!(
            explained.contains(check.link) && explained.contains(check.title),
            "{}",
            check.id
        );
    }
    let records: Value = run(&["checks", "--format", "json"], &[]).json();
    assert_eq!(records.as_array().unwrap().len(), checks::all().count());
}
