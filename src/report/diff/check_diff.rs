//! Compares one check of two reports, including whether the earlier run could have seen a finding.

use std::collections::BTreeMap;

use super::{CountChange, FindingChange, LostCheck, MigrationDiff};
use crate::checks::{Object, Severity};
use crate::question::{Question, Side};
use crate::report::model::{CheckReport, FindingReport, MissingReport};
use crate::verdict::Status;

/// Sorts the findings of a check into the lists of `found`.
pub(super) fn compare_check(
    diff: &mut MigrationDiff,
    earlier: Option<&CheckReport>,
    later: &CheckReport,
) {
    let (old, new) = (
        earlier.map(findings_by_object).unwrap_or_default(),
        findings_by_object(later),
    );
    let (was_truncated, is_truncated_now) =
        (earlier.is_some_and(is_truncated), is_truncated(later));
    // A partly answered check can have findings that are not listed.
    let is_known = is_fully_answered(later);
    let was_known = earlier.is_none_or(is_fully_answered);
    if is_known && !was_known {
        diff.answered.push(later.id.clone());
    }
    for (key, finding) in &new {
        match old.get(key) {
            Some(earlier) => add_remaining(diff, later, finding, earlier),
            None if was_truncated => {}
            None => match earlier.filter(|was| could_have_been_hidden(was, finding)) {
                Some(was) => {
                    let possible_severity = was.unknown_as.filter(|s| *s != finding.severity);
                    diff.newly_known
                        .push(finding_change(later, finding, possible_severity));
                }
                None => diff.new.push(finding_change(later, finding, None)),
            },
        }
    }
    for (_, finding) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        if is_known && !is_truncated_now && finding.waived.is_none() {
            diff.fixed.push(finding_change(later, finding, None));
        }
    }
    if was_truncated || is_truncated_now {
        let before = earlier.map_or(0, |c| c.count);
        let after = later.count;
        diff.counts.push(CountChange {
            check: later.id.clone(),
            object: None,
            before,
            after,
            before_in_part: !was_known,
        });
    }
    diff.no_longer_known
        .extend(earlier.and_then(|was| lost_check(was, later)));
}

fn add_remaining(
    diff: &mut MigrationDiff,
    check: &CheckReport,
    later: &FindingReport,
    earlier: &FindingReport,
) {
    match (earlier.waived.is_some(), later.waived.is_some()) {
        // A finding whose waiver was removed counts again.
        (true, false) => diff.new.push(finding_change(check, later, None)),
        _ => {
            let before = Some(earlier.severity).filter(|s| *s != later.severity);
            diff.still.push(finding_change(check, later, before));
        }
    }
    let total = |f: &FindingReport| {
        f.evidence
            .get("total")
            .and_then(|t| t.as_str()?.parse().ok())
    };
    if let (Some(before), Some(after)) = (total(earlier), total(later))
        && matches!(later.object, Object::Unlisted { .. })
    {
        diff.counts.push(CountChange {
            check: check.id.clone(),
            object: Some(later.object.to_string()),
            before,
            after,
            before_in_part: false,
        });
    }
}

fn finding_change(
    check: &CheckReport,
    finding: &FindingReport,
    was: Option<Severity>,
) -> FindingChange {
    FindingChange {
        check: check.id.clone(),
        object: finding.object.to_string(),
        message: finding.message.clone(),
        severity: finding.severity,
        was,
        waived: finding.waived.is_some(),
    }
}

/// Returns a check that lost its answer: complete before and incomplete now, or partial before and absent now.
fn lost_check(earlier: &CheckReport, later: &CheckReport) -> Option<LostCheck> {
    let first = later.missing.first()?;
    let lost_all = later.status == Status::Unknown && earlier.status != Status::Unknown;
    (lost_all || earlier.missing.is_empty()).then(|| LostCheck {
        check: later.id.clone(),
        reason: first.reason.clone(),
        was: earlier.status,
        counts_as: later.unknown_as,
    })
}

/// Indexes the findings by object, in the order of their texts. Findings of the same object are numbered.
fn findings_by_object(check: &CheckReport) -> BTreeMap<(String, usize), &FindingReport> {
    let mut seen: BTreeMap<&Object, usize> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for finding in &check.findings {
        let index = seen.entry(&finding.object).or_default();
        all.insert((finding.object.to_string(), *index), finding);
        *index += 1;
    }
    all
}

/// Returns whether the report lists only the first findings of the check.
fn is_truncated(check: &CheckReport) -> bool {
    let listed = check.findings.iter().filter(|f| f.waived.is_none()).count();
    check.count > listed
}

/// Returns whether every question of the check has an answer.
pub(super) fn is_fully_answered(check: &CheckReport) -> bool {
    check.missing.is_empty() && check.status != Status::Unknown
}

/// Returns whether the earlier check could not have seen this finding. A missing answer in one database does not hide
/// findings in another database.
pub(super) fn could_have_been_hidden(earlier: &CheckReport, finding: &FindingReport) -> bool {
    let could_hide = |m: &MissingReport| match (missing_database(m), finding.object.database()) {
        (Some(asked), Some(its)) => asked == its,
        _ => true,
    };
    earlier.status == Status::Unknown || earlier.missing.iter().any(could_hide)
}

/// Returns the source database whose answer is missing.
fn missing_database(missing: &MissingReport) -> Option<String> {
    let question: Question = missing.question.as_deref()?.parse().ok()?;
    match question.database()? {
        (Side::Source, database) => Some(database.to_owned()),
        (Side::Target, _) => None,
    }
}
