//! Tests all check fixtures. Each folder in `fixtures/checks/` is a check, and each folder in it is a case.
//!
//! A case consists of `case.json` (the differences from the baseline, see [`overlay`]) and `expected.txt` (the expected
//! outcome). The folder name starts with the expected status: `pass`, `fail`, `unknown`, or `na`.
//!
//! `UPDATE=1 cargo test --test suite fixtures` rewrites `expected.txt`. A status that does not match the folder name is
//! an error in any case.

pub mod overlay;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use flexready::checks::{self, Check, Severity};
use flexready::facts::Facts;
use flexready::inputs::recording::Recording;
use flexready::network::drawn::draw;
use flexready::network::hop::State;
use flexready::plan::Migration;
use flexready::question::{Answers, Origin};
use flexready::verdict::{Outcome, Policy, Status, judge};
use overlay::{Case, Overlay};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Runs one check on a case.
fn outcome(check: &'static Check, case: &Case) -> Outcome {
    let (migration, answers) = answers_of(case);
    judge_one(check, &migration, &answers)
}

/// Collects all answers of a case.
pub fn answers_of(case: &Case) -> (Migration, Answers) {
    let baseline = Recording::open(&folder().join("baseline")).unwrap();
    let migration = case.migration(&baseline.migrations()[0]);
    let source = Overlay::new(case);
    let (answers, _) =
        futures::executor::block_on(flexready::gather(&migration, &source, baseline.start()));
    source.assert_all_used();
    (migration, answers)
}

fn judge_one(check: &'static Check, migration: &Migration, answers: &Answers) -> Outcome {
    let policy = Policy {
        only: vec![check.id.to_owned()],
        ..Policy::default()
    };
    let mut judgement = judge(&Facts::read(migration, answers), &policy);
    judgement
        .outcomes
        .pop()
        .unwrap_or_else(|| panic!("{} is out of scope", check.id))
}

/// Renders the outcome for `expected.txt`.
fn describe(outcome: &Outcome) -> String {
    let mut text = format!("{}\n", status_word(outcome.status));
    for finding in &outcome.findings {
        let severity = format!("{:?}", outcome.severity_of(finding)).to_lowercase();
        writeln!(
            text,
            "\n{severity} {}\n  {}",
            finding.object, finding.message
        )
        .unwrap();
        for (name, value) in &finding.evidence {
            writeln!(text, "  {name} = {value}").unwrap();
        }
        for command in &finding.fix {
            writeln!(text, "  $ {command}").unwrap();
        }
    }
    for missing in &outcome.missing {
        let question = missing.question.as_deref().unwrap_or("the plan");
        writeln!(text, "\nmissing {question}\n  {}", missing.reason).unwrap();
        if let Some(remedy) = &missing.remedy {
            writeln!(text, "  {remedy}").unwrap();
        }
    }
    if let Some(why) = &outcome.not_applicable {
        writeln!(text, "\n{why}").unwrap();
    }
    text
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Unknown => "unknown",
        Status::NotApplicable => "na",
    }
}

pub fn folders(of: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(of)
        .unwrap_or_else(|e| panic!("{}: {e}", of.display()))
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Compares a text with a file, or writes the file if `UPDATE` is set.
pub fn assert_file(path: &Path, text: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, text).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == text {
        return Ok(());
    }
    Err(format!(
        "{} differs; expected\n{expected}\nfound\n{text}",
        path.display()
    ))
}

/// Returns a closed hop of the network path if no network check has a finding or a missing answer.
fn closed_without_a_word(migration: &Migration, answers: &Answers) -> Option<String> {
    let facts = Facts::read(migration, answers);
    let closed = draw(&facts)?
        .hops
        .into_iter()
        .find(|h| h.state == State::Closed)?;
    let policy = Policy {
        only: checks::network::ALL
            .iter()
            .map(|c| c.id.to_owned())
            .collect(),
        ..Policy::default()
    };
    let speaks = |o: &Outcome| matches!(o.status, Status::Fail | Status::Unknown);
    let outcomes = judge(&facts, &policy).outcomes;
    (!outcomes.iter().any(speaks)).then(|| format!("{} ({})", closed.name, closed.decided_by))
}

#[test]
fn every_case_has_the_expected_outcome() {
    let mut wrong = Vec::new();
    for id in folders(&folder().join("checks")) {
        let check =
            checks::find(&id).unwrap_or_else(|| panic!("fixtures/checks/{id} is of no check"));
        for name in folders(&folder().join("checks").join(&id)) {
            let place = folder().join("checks").join(&id).join(&name);
            let (migration, answers) = answers_of(&Case::read(&place));
            let outcome = judge_one(check, &migration, &answers);
            wrong.extend(closed_without_a_word(&migration, &answers).map(|hop| {
                format!("{id}/{name}: {hop} is closed, and every check of the network passes")
            }));
            let status = status_word(outcome.status);
            if name.split('-').next() != Some(status) {
                wrong.push(format!(
                    "{id}/{name}: the status is {status}\n{}",
                    describe(&outcome)
                ));
            }
            wrong.extend(assert_file(&place.join("expected.txt"), &describe(&outcome)).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_a_failing_case_and_a_passing_case() {
    for check in checks::all() {
        let cases = folders(&folder().join("checks").join(check.id));
        assert!(
            cases.iter().any(|c| c.starts_with("fail")),
            "{} has no failing case",
            check.id
        );
        let passes_on_baseline = outcome(check, &Case::default()).status == Status::Pass;
        let passes = passes_on_baseline || cases.iter().any(|c| c.starts_with("pass"));
        assert!(passes, "{} has no passing case", check.id);
    }
}

/// Notes are allowed, because they describe what always applies, such as roles that must be migrated manually.
#[test]
fn the_baseline_is_healthy() {
    for check in checks::all() {
        let outcome = outcome(check, &Case::default());
        let is_noted = outcome.missing.is_empty() && outcome.weight() <= Some(Severity::Note);
        let fine = is_noted || outcome.status == Status::NotApplicable;
        assert!(fine, "{}: {}", check.id, describe(&outcome));
    }
}

#[test]
fn with_every_fact_missing_no_check_passes() {
    let baseline = Recording::open(&folder().join("baseline")).unwrap();
    for mode in [
        flexready::plan::Mode::Offline,
        flexready::plan::Mode::Online,
    ] {
        let mut migration = Migration {
            mode,
            ..baseline.migrations()[0].clone()
        };
        // The plan must not provide an answer either, so the source kind is unset and the api-version is unknown.
        migration.source.as_mut().unwrap().kind = None;
        migration.target.as_mut().unwrap().api_version = "2026-10-01".to_owned();
        let nothing = Answers::new(baseline.start().recorded_at, Origin::Synthetic);
        for check in checks::all().filter(|c| c.needs != checks::Needs::Plan) {
            let outcome = judge_one(check, &migration, &nothing);
            let by_mode = check.mode.is_some_and(|m| m != mode);
            let fine = outcome.status == Status::Unknown
                || (by_mode && outcome.status == Status::NotApplicable);
            assert!(fine, "{} in {mode:?}: {}", check.id, describe(&outcome));
        }
    }
}
