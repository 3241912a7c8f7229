//! Waivers and policy settings in every report format.

use flexready::verdict::{Status, WaiverState};

use super::{check_recording, report_of_recording, write_plan};
use crate::support::program::{FORMATS, text_formats};

const ACTIVE_WAIVER: &str = "[[waiver]]\ncheck = \"extension-not-supported\"\nobject = \"extension/*/file_fdw\"\n\
    reason = \"dropped at cutover\"\nowner = \"dba\"\nticket = \"OPS-12\"\nuntil = 2999-12-31\n";

#[test]
fn waived_findings_do_not_count_and_stay_visible_in_every_format() {
    let (_kept, path) = write_plan(ACTIVE_WAIVER);
    let (before, after) = (
        report_of_recording("blocked", &[]),
        report_of_recording("blocked", &["--plan", &path]),
    );
    assert_eq!(after.blockers + 1, before.blockers);
    assert_eq!(after.migrations[0].summary.waived, 1);
    assert!(
        after.exit_reason.ends_with("; 1 finding waived"),
        "{}",
        after.exit_reason
    );
    assert_eq!(after.policy.waivers[0].state, WaiverState::Holds);
    for format in FORMATS {
        let text = check_recording("blocked", &["--plan", &path, "--format", format], &[]).stdout;
        for word in [
            "dropped at cutover",
            "dba",
            "OPS-12",
            "2999-12-31",
            "file_fdw",
        ] {
            let markdown = word.replace('_', "\\_");
            assert!(
                text.contains(word) || text.contains(&markdown),
                "{format} lacks {word}"
            );
        }
    }
    let junit = check_recording("blocked", &["--plan", &path, "--format", "junit"], &[]).stdout;
    assert_eq!(junit.matches("<skipped message=\"waived").count(), 1);
    let unanswered = after.migrations[0].checks.iter();
    let unanswered = unanswered.filter(|c| c.status == Status::Unknown).count();
    assert!(unanswered > 0);
    let skipped = junit.matches("<skipped message=\"not answered: ").count();
    assert_eq!(skipped, unanswered, "what is not answered did not pass");
    assert!(junit.contains(&format!("skipped=\"{}\"", unanswered + 1)));
}

#[test]
fn an_expired_waiver_warns_and_does_not_apply() {
    let (_kept, path) = write_plan(&ACTIVE_WAIVER.replace("2999-12-31", "2020-12-31"));
    let (before, after) = (
        report_of_recording("blocked", &[]),
        report_of_recording("blocked", &["--plan", &path]),
    );
    assert_eq!(after.blockers, before.blockers);
    assert_eq!(after.policy.waivers[0].state, WaiverState::Expired);
    let words = "ended on 2020-12-31: 1 finding counts again";
    for format in text_formats() {
        let text = check_recording(
            "blocked",
            &["--plan", &path, "--format", format],
            &[("COLUMNS", "400")],
        );
        assert!(
            text.stdout.replace('\\', "").contains(words),
            "{format}: {}",
            text.stdout
        );
    }
    let piped = check_recording(
        "blocked",
        &["--plan", &path, "--format", "azure-pipelines"],
        &[],
    )
    .stdout;
    assert!(
        piped.contains("##vso[task.logissue type=warning]the waiver of extension-not-supported")
    );
}

#[test]
fn an_unused_waiver_is_reported_and_does_not_fail_the_run() {
    let (_kept, path) = write_plan(&ACTIVE_WAIVER.replace("file_fdw", "nothing"));
    let ready = check_recording(
        "ready",
        &["--plan", &path, "--format", "azure-pipelines"],
        &[],
    );
    assert_eq!(ready.code, 0);
    assert!(
        ready
            .stdout
            .contains("covers nothing that was found; remove it")
    );
    assert!(
        ready
            .stdout
            .contains("##vso[task.complete result=SucceededWithIssues;]")
    );
}

#[test]
fn a_waiver_for_no_migration_or_for_a_missing_answer_is_reported() {
    let (_kept, path) = write_plan(&ACTIVE_WAIVER.replace("object", "migration = \"shp\"\nobject"));
    let misspelt = report_of_recording("blocked", &["--plan", &path]);
    assert_eq!(misspelt.policy.waivers[0].state, WaiverState::NoMigration);
    let words = "and no migration is called so";
    for format in text_formats() {
        let args = ["--plan", &path, "--format", format];
        let text = check_recording("blocked", &args, &[("COLUMNS", "400")]).stdout;
        assert!(text.replace('\\', "").contains(words), "{format}: {text}");
    }
    let unanswered = misspelt.migrations[0].checks.iter();
    let mut unanswered = unanswered.filter(|c| c.findings.is_empty() && !c.missing.is_empty());
    let id = &unanswered.next().expect("one is not answered").id;
    let (_kept, path) = write_plan(&format!(
        "[[waiver]]\ncheck = \"{id}\"\nreason = \"r\"\nowner = \"o\"\nuntil = 2999-12-31\n"
    ));
    let waived = report_of_recording("blocked", &["--plan", &path]);
    assert_eq!(waived.policy.waivers[0].state, WaiverState::NotAnswered);
    let other = ACTIVE_WAIVER.replace("object", "migration = \"other\"\nobject");
    let (_kept, path) = write_plan(&format!(
        "[[migration]]\nname = \"other\"\ntarget = \"x/y/z\"\n{other}"
    ));
    let planned = report_of_recording("blocked", &["--plan", &path]);
    assert_eq!(planned.policy.waivers[0].state, WaiverState::NotJudged);
}

#[test]
fn every_policy_setting_is_shown() {
    let (_kept, path) = write_plan("[severity]\ntarget-high-availability-on = \"note\"\n");
    let args = [
        "--plan",
        &path,
        "--strict",
        "--fail-on",
        "never",
        "--allow-unknown",
        "target-not-ready",
        "--skip",
        "target-is-replica",
    ];
    let said = [
        "--strict",
        "--fail-on never",
        "--allow-unknown",
        "target-not-ready",
        "left out: target-is-replica",
        "target-high-availability-on counts as note, not blocker",
    ];
    for format in text_formats() {
        let ran = check_recording(
            "blocked",
            &[&args, &["--format", format][..]].concat(),
            &[("COLUMNS", "160")],
        );
        assert_eq!(ran.code, 0);
        let text = ran.stdout.replace('\\', "");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in said {
            assert!(text.contains(word), "{format} lacks {word}\n{text}");
        }
    }
    let policy = report_of_recording("blocked", &args).policy;
    assert!(policy.strict && policy.left_out == ["target-is-replica"]);
    assert_eq!(policy.severity[0].check, "target-high-availability-on");
    let line = check_recording(
        "blocked",
        &[&args, &["--format", "ndjson"][..]].concat(),
        &[],
    )
    .json();
    assert_eq!(line["policy"], serde_json::to_value(&policy).unwrap());
}

#[test]
fn an_error_in_the_plan_stops_the_run_and_names_its_position() {
    for (text, place) in [
        (
            ACTIVE_WAIVER.replace("extension-not-supported", "extension-not-support"),
            ":2:9: there is no check",
        ),
        (
            ACTIVE_WAIVER.replace("reason = \"dropped at cutover\"\n", ""),
            ":1:1: `reason` of the waiver is missing",
        ),
        (
            "[judging]\nmax_waiver_day = 3\n".to_owned(),
            ":2:1: unknown key `max_waiver_day`",
        ),
    ] {
        let (_kept, path) = write_plan(&text);
        check_recording("blocked", &["--plan", &path], &[]).assert_usage_error(place);
    }
}

#[test]
fn a_waiver_beyond_the_maximum_period_does_not_apply() {
    let (_kept, path) = write_plan(&format!(
        "[judging]\nmax_waiver_days = 180\n\n{ACTIVE_WAIVER}"
    ));
    let (before, after) = (
        report_of_recording("blocked", &[]),
        report_of_recording("blocked", &["--plan", &path]),
    );
    assert_eq!(after.blockers, before.blockers);
    assert_eq!(after.policy.waivers[0].state, WaiverState::TooLong);
    let text = check_recording("blocked", &["--plan", &path], &[("COLUMNS", "400")]).stdout;
    assert!(
        text.contains("does not hold: 2999-12-31 is more than 180 days ahead"),
        "{text}"
    );
    // The recording is from 2026-11-20. The last allowed day is 180 days later.
    for (until, state) in [
        ("2027-05-19", WaiverState::Holds),
        ("2027-05-20", WaiverState::TooLong),
    ] {
        let text = ACTIVE_WAIVER.replace("2999-12-31", until);
        let (_kept, path) = write_plan(&format!("[judging]\nmax_waiver_days = 180\n\n{text}"));
        let after = report_of_recording("blocked", &["--plan", &path]);
        assert_eq!(after.policy.waivers[0].state, state, "{until}");
    }
}
