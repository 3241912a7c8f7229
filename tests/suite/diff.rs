//! `flexready diff` of reports and recordings. The exit code shows whether anything got worse.

use flexready::report::{Report, diff};
use serde_json::{Value, json};

use crate::support::program::run;
use crate::support::recordings::fixtures_dir;

fn recording_path(story: &str) -> String {
    fixtures_dir()
        .join("recordings")
        .join(story)
        .to_str()
        .unwrap()
        .to_owned()
}

fn recording_report(story: &str) -> Value {
    run(
        &[
            "check",
            "--from",
            &recording_path(story),
            "--format",
            "json",
        ],
        &[],
    )
    .json()
}

fn compare(before: &Value, after: &Value) -> diff::Diff {
    let read = |v: &Value| serde_json::from_value::<Report>(v.clone()).unwrap();
    diff::diff(&read(before), &read(after))
}

/// The check with this ID in the first migration.
fn find_check<'v>(report: &'v mut Value, id: &str) -> &'v mut Value {
    let all = report["migrations"][0]["checks"].as_array_mut().unwrap();
    all.iter_mut().find(|c| c["id"] == id).unwrap()
}

#[test]
fn equal_reports_have_no_changes() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("report.json");
    std::fs::write(&file, recording_report("blocked").to_string()).unwrap();
    let (blocked, file) = (recording_path("blocked"), file.to_str().unwrap());
    for pair in [
        [blocked.as_str(), file],
        [file, blocked.as_str()],
        [file, file],
    ] {
        let ran = run(&["diff", pair[0], pair[1], "--format", "json"], &[]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let found = &ran.json()["migrations"][0];
        assert_eq!(
            (
                found["new"].as_array().unwrap().len(),
                found["fixed"].as_array().unwrap().len()
            ),
            (0, 0)
        );
        assert!(found["still"].as_array().unwrap().len() > 20);
    }
    let plain = run(&["diff", file, file], &[]);
    assert!(
        plain.stdout.contains("NOT READY, as before")
            && plain.stdout.ends_with("exit 0: nothing got worse\n"),
        "{}",
        plain.stdout
    );
    let markdown = run(&["diff", file, file, "--format", "markdown"], &[]);
    assert!(
        markdown.stdout.contains("### still there ("),
        "{}",
        markdown.stdout
    );
}

#[test]
fn report_folders_are_accepted_and_a_renamed_migration_is_matched() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("reports");
    let out = out.to_str().unwrap();
    run(
        &["check", "--from", &recording_path("blocked"), "--out", out],
        &[],
    );
    let mut renamed = recording_report("blocked");
    let migration = &mut renamed["migrations"][0];
    migration["name"] = json!("by-hand");
    let id = migration["target"]["id"].as_str().unwrap().to_uppercase();
    migration["target"]["id"] = json!(id);
    let file = place.path().join("report.json");
    std::fs::write(&file, renamed.to_string()).unwrap();
    let ran = run(&["diff", place.path().to_str().unwrap(), out], &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let head = "\nshop (before: by-hand): NOT READY, as before\n";
    assert!(ran.stdout.contains(head), "{}", ran.stdout);
    // With another target or scope, it is another migration
    let before = renamed.clone();
    renamed["migrations"][0]["scope"] = json!("target");
    let other = json!(id.replace("ORDERS-TARGET", "OTHER"));
    let mut elsewhere = before;
    elsewhere["migrations"][0]["target"]["id"] = other;
    for other in [renamed, elsewhere] {
        let found = compare(&other, &recording_report("blocked"));
        assert_eq!(found.only_before, ["by-hand"]);
        assert_eq!(found.only_after, ["shop"]);
        assert_eq!(found.exit_code(), 1);
    }
}

#[test]
fn fixed_new_and_no_longer_known_findings_are_separate() {
    let before = recording_report("blocked");
    let mut after = before.clone();
    let high = find_check(&mut after, "target-high-availability-on");
    high["status"] = json!("pass");
    high["findings"] = json!([]);
    high["count"] = json!(0);
    let fixed = compare(&before, &after);
    let of = |changes: &[diff::FindingChange]| {
        changes
            .iter()
            .map(|c| format!("{} {}", c.check, c.object))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&fixed.migrations[0].fixed),
        ["target-high-availability-on server"]
    );
    assert_eq!(fixed.exit_code(), 0);
    // In the opposite direction the finding is new, and a regression
    let new = compare(&after, &before);
    assert_eq!(
        of(&new.migrations[0].new),
        ["target-high-availability-on server"]
    );
    assert_eq!(new.exit_code(), 1);
    assert_eq!(new.exit_reason, "1 new blocker");
    // A check that is no longer answered is not fixed
    let high = find_check(&mut after, "target-high-availability-on");
    high["status"] = json!("unknown");
    high["missing"] =
        json!([{ "question": null, "reason": "refused", "remedy": null, "grant": null }]);
    high["unknown_as"] = json!("blocker");
    let lost = compare(&before, &after);
    assert_eq!(of(&lost.migrations[0].fixed), Vec::<String>::new());
    assert_eq!(
        lost.migrations[0].no_longer_known[0].check,
        "target-high-availability-on"
    );
    assert_eq!(lost.exit_code(), 1);
}

/// A check without an answer already counts for the verdict. A finding on it is a regression only if its severity is
/// higher.
#[test]
fn a_finding_on_an_unanswered_check_is_not_new() {
    let after = recording_report("blocked");
    let mut before = after.clone();
    let open = find_check(&mut before, "target-high-availability-on");
    open["status"] = json!("unknown");
    open["findings"] = json!([]);
    open["count"] = json!(0);
    open["missing"] =
        json!([{ "question": null, "reason": "refused", "remedy": null, "grant": null }]);
    open["unknown_as"] = json!("blocker");
    let found = compare(&before, &after);
    let migration = &found.migrations[0];
    assert_eq!(
        migration.newly_known[0].check,
        "target-high-availability-on"
    );
    assert_eq!(migration.answered, ["target-high-availability-on"]);
    assert!(migration.new.is_empty());
    assert_eq!(found.exit_code(), 0, "{}", found.exit_reason);
    let text = diff::plain(&found);
    assert!(
        text.contains("newly known  1\n  blocker target-high-availability-on server: ")
            && text.contains(" -> 16 blockers, "),
        "{text}"
    );
    // The servers are the same, and only the verdict changes from incomplete to not ready
    before["migrations"][0]["verdict"] = json!("incomplete");
    assert_eq!(compare(&before, &after).exit_code(), 0);
    // Without an answer, the check counted as a note
    find_check(&mut before, "target-high-availability-on")["unknown_as"] = json!("note");
    let graver = compare(&before, &after);
    assert_eq!(graver.exit_code(), 1);
    assert!(diff::plain(&graver).ends_with("exit 1: 1 finding weighs more than before\n"));
    // Only one database had no answer, so a finding in another database is new
    let open = find_check(&mut before, "target-high-availability-on");
    open["status"] = json!("fail");
    open["unknown_as"] = json!("blocker");
    open["missing"][0]["question"] = json!("sql:source/a/collations");
    for (object, is_new) in [("a/table/x", false), ("b/table/x", true), ("server", false)] {
        let mut after = after.clone();
        find_check(&mut after, "target-high-availability-on")["findings"][0]["object"] =
            json!(object);
        let found = compare(&before, &after);
        assert_eq!(
            found.migrations[0].new.len(),
            usize::from(is_new),
            "{object}"
        );
        assert_eq!(found.exit_code(), u8::from(is_new), "{object}");
    }
}

#[test]
fn truncated_lists_are_compared_by_count() {
    let before = recording_report("blocked");
    let mut after = before.clone();
    let list = find_check(&mut after, "target-has-read-replicas");
    list["count"] = json!(70);
    list["findings"][0]["object"] = json!("replica/another");
    let more = compare(&before, &after);
    let found = &more.migrations[0];
    assert_eq!((found.counts[0].before, found.counts[0].after), (1, 70));
    assert!(
        found.fixed.is_empty(),
        "what a cut list does not show is not fixed"
    );
    assert_eq!(more.exit_code(), 1);
    let fewer = compare(&after, &before);
    assert_eq!(fewer.exit_code(), 0);
    assert!(
        fewer.migrations[0]
            .new
            .iter()
            .all(|c| c.check != "target-has-read-replicas")
    );
}

#[test]
fn a_finding_with_a_higher_severity_is_a_regression() {
    let before = recording_report("blocked");
    let mut after = before.clone();
    find_check(&mut after, "target-high-availability-on")["findings"][0]["severity"] =
        json!("warning");
    assert_eq!(compare(&before, &after).exit_code(), 0);
    let graver = compare(&after, &before);
    let found = graver.migrations[0]
        .still
        .iter()
        .find(|c| c.was.is_some())
        .unwrap();
    assert_eq!(found.check, "target-high-availability-on");
    assert_eq!(graver.exit_code(), 1);
}

#[test]
fn files_that_are_not_reports_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("x.json");
    let blocked = recording_path("blocked");
    for (text, expected) in [
        ("{}", "it names no schema"),
        ("{", "is no report"),
        (r#"{"schema":"flexready-report/9"}"#, "flexready-report/9"),
    ] {
        std::fs::write(&file, text).unwrap();
        run(&["diff", file.to_str().unwrap(), &blocked], &[]).assert_usage_error(expected);
    }
    run(&["diff", "/nonexistent/x.json", &blocked], &[]).assert_usage_error("is no report");
    run(&["diff", "/nonexistent/x", &blocked], &[]).assert_usage_error("is no recording");
}
