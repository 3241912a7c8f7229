//! Tests of waivers and severities on constructed outcomes.

use time::macros::{date, datetime};

use super::waivers::{apply_waivers, utc_day};
use super::*;
use crate::config::policy_rules::{PolicyRules, SeverityOverride, Waiver};

const TODAY: time::Date = date!(2026 - 11 - 22);

fn outcome(id: &str, objects: &[&str]) -> CheckOutcome {
    let check = checks::find(id).expect("a check of ours");
    CheckOutcome {
        check,
        status: if objects.is_empty() {
            Status::Pass
        } else {
            Status::Fail
        },
        severity: check.severity,
        findings: objects
            .iter()
            .map(|o| Finding::new(o.parse().expect("an object"), "it is so"))
            .collect(),
        waived: Vec::new(),
        missing: Vec::new(),
        not_applicable: None,
        unknown_severity: check.unknown,
    }
}

fn waiver(object: Option<&str>, until: time::Date) -> Waiver {
    Waiver {
        check: "extension-not-supported".to_owned(),
        migration: None,
        object: object.map(str::to_owned),
        reason: "goes away".to_owned(),
        owner: "dba".to_owned(),
        ticket: None,
        until,
        line: 3,
    }
}

fn policy(waivers: Vec<Waiver>) -> Policy {
    Policy {
        rules: PolicyRules {
            waivers,
            ..PolicyRules::default()
        },
        ..Policy::default()
    }
}

/// Applies one waiver to two findings. Returns the number of remaining and waived findings, and the waiver's state.
fn apply_one_waiver(
    waiver: Waiver,
    policy_of: impl FnOnce(&mut Policy),
) -> (usize, usize, WaiverUse) {
    let mut policy = policy(vec![waiver]);
    policy_of(&mut policy);
    let objects = ["extension/orders/timescaledb", "extension/orders/pg_strom"];
    let mut outcomes = [outcome("extension-not-supported", &objects)];
    let uses = apply_waivers(&mut outcomes, "orders", TODAY, &policy);
    (
        outcomes[0].findings.len(),
        outcomes[0].waived.len(),
        uses[0],
    )
}

fn waiver_use(state: WaiverState, findings: usize) -> WaiverUse {
    WaiverUse { state, findings }
}

#[test]
fn a_waiver_covers_only_findings_that_match_its_pattern() {
    let all = apply_one_waiver(waiver(None, TODAY), |_| {});
    assert_eq!(all, (0, 2, waiver_use(WaiverState::Holds, 2)));
    let one = apply_one_waiver(waiver(Some("extension/*/pg_strom"), TODAY), |_| {});
    assert_eq!(one, (1, 1, waiver_use(WaiverState::Holds, 1)));
    let none = apply_one_waiver(waiver(Some("extension/billing/*"), TODAY), |_| {});
    assert_eq!(none, (2, 0, waiver_use(WaiverState::Unused, 0)));
}

#[test]
fn a_waiver_is_in_effect_on_its_last_day_but_not_the_next() {
    let yesterday = apply_one_waiver(waiver(None, date!(2026 - 11 - 21)), |_| {});
    assert_eq!(yesterday, (2, 0, waiver_use(WaiverState::Expired, 2)));
    assert_eq!(
        utc_day(datetime!(2026-11-23 00:30 +02:00)),
        TODAY,
        "the day is UTC's"
    );
}

#[test]
fn a_waiver_that_ends_later_than_the_plan_allows_is_not_in_effect() {
    let far = waiver(None, date!(2027 - 11 - 22));
    assert_eq!(apply_one_waiver(far.clone(), |_| {}).1, 2);
    let short = |p: &mut Policy| p.rules.max_waiver_days = Some(90);
    assert_eq!(
        apply_one_waiver(far, short),
        (2, 0, waiver_use(WaiverState::TooLong, 2))
    );
    assert_eq!(
        apply_one_waiver(waiver(None, date!(2027 - 02 - 20)), short).1,
        2,
        "90 days"
    );
    assert_eq!(
        apply_one_waiver(waiver(None, date!(2027 - 02 - 21)), short).1,
        0,
        "91 days"
    );
}

#[test]
fn a_waiver_for_another_migration_or_for_missing_facts_is_not_unused() {
    let elsewhere = Waiver {
        migration: Some("bill*".to_owned()),
        ..waiver(None, TODAY)
    };
    assert_eq!(
        apply_one_waiver(elsewhere, |_| {}),
        (2, 0, waiver_use(WaiverState::NotJudged, 0))
    );
    let mut blind = outcome("extension-not-supported", &[]);
    blind.status = Status::Unknown;
    blind.missing = vec![Missing::no_source()];
    let mut outcomes = [blind];
    let uses = apply_waivers(
        &mut outcomes,
        "orders",
        TODAY,
        &policy(vec![waiver(None, TODAY)]),
    );
    assert_eq!(uses[0].state, WaiverState::NotAnswered);
    assert_eq!(outcomes[0].missing.len(), 1, "a waiver covers no unknown");
}

#[test]
fn without_any_check_the_verdict_is_incomplete() {
    assert_eq!(combine(&[]), Verdict::Incomplete);
}

#[test]
fn waived_findings_do_not_count_but_missing_facts_do() {
    let mut outcomes = [outcome(
        "extension-not-supported",
        &["extension/orders/pg_strom"],
    )];
    assert_eq!(combine(&outcomes), Verdict::NotReady);
    apply_waivers(
        &mut outcomes,
        "orders",
        TODAY,
        &policy(vec![waiver(None, TODAY)]),
    );
    assert_eq!(combine(&outcomes), Verdict::Ready);
    outcomes[0].missing = vec![Missing::no_source()];
    assert_eq!(combine(&outcomes), Verdict::Incomplete);
}

#[test]
fn a_severity_override_applies_to_findings_and_unknowns() {
    let check = checks::find("extension-not-supported").expect("a check of ours");
    let policy = |severity, strict, allowed: &[&str]| Policy {
        strict,
        allow_unknown: allowed.iter().map(|id| (*id).to_owned()).collect(),
        rules: PolicyRules {
            overrides: vec![SeverityOverride {
                check: check.id.to_owned(),
                severity,
                line: 1,
            }],
            ..PolicyRules::default()
        },
        ..Policy::default()
    };
    let note = policy(Severity::Note, false, &[]);
    assert_eq!(
        (note.severity(check), note.unknown_severity(check)),
        (Severity::Note, Severity::Note)
    );
    let blocker = policy(Severity::Blocker, true, &[]);
    assert_eq!(blocker.unknown_severity(check), Severity::Blocker);
    let allowed = policy(Severity::Blocker, true, &[check.id]);
    assert_eq!(allowed.unknown_severity(check), Severity::Note);
}
