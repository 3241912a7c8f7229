//! Compares one check of two reports, including whether the earlier run could have seen a finding.

use std::collections::BTreeMap;

use super::{Change, Count, Lost, MigrationDiff, open};
use crate::checks::Severity;
use crate::report::value::{CheckReport, FindingReport};
use crate::verdict::Status;

/// Sorts the findings of a check into the lists of `found`.
pub(super) fn compare(found: &mut MigrationDiff, was: Option<&CheckReport>, now: &CheckReport) {
    let (old, new) = (was.map(findings).unwrap_or_default(), findings(now));
    let (cut_before, cut_now) = (was.is_some_and(is_cut), is_cut(now));
    // A partly answered check can have findings that are not listed.
    let is_known = open::is_known(now);
    let was_known = was.is_none_or(open::is_known);
    if is_known && !was_known {
        found.answered.push(now.id.clone());
    }
    for (key, finding) in &new {
        match old.get(key) {
            Some(earlier) => still(found, now, finding, earlier),
            None if cut_before => {}
            None => match was.filter(|was| open::was_hidden(was, finding)) {
                Some(was) => {
                    let feared = was.unknown_as.filter(|s| *s != finding.severity);
                    found.newly_known.push(change(now, finding, feared));
                }
                None => found.new.push(change(now, finding, None)),
            },
        }
    }
    for (_, finding) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        if is_known && !cut_now && finding.waived.is_none() {
            found.fixed.push(change(now, finding, None));
        }
    }
    if cut_before || cut_now {
        let before = was.map_or(0, |c| c.count);
        let after = now.count;
        found.counts.push(Count {
            check: now.id.clone(),
            object: None,
            before,
            after,
            before_in_part: !was_known,
        });
    }
    found
        .no_longer_known
        .extend(was.and_then(|was| lost(was, now)));
}

fn still(found: &mut MigrationDiff, check: &CheckReport, now: &FindingReport, was: &FindingReport) {
    match (was.waived.is_some(), now.waived.is_some()) {
        // A finding whose waiver was removed counts again.
        (true, false) => found.new.push(change(check, now, None)),
        _ => {
            let before = Some(was.severity).filter(|s| *s != now.severity);
            found.still.push(change(check, now, before));
        }
    }
    let total = |f: &FindingReport| {
        f.evidence
            .get("total")
            .and_then(|t| t.as_str()?.parse().ok())
    };
    if let (Some(before), Some(after)) = (total(was), total(now))
        && now.object.ends_with("/*")
    {
        found.counts.push(Count {
            check: check.id.clone(),
            object: Some(now.object.clone()),
            before,
            after,
            before_in_part: false,
        });
    }
}

fn change(check: &CheckReport, finding: &FindingReport, was: Option<Severity>) -> Change {
    Change {
        check: check.id.clone(),
        object: finding.object.clone(),
        message: finding.message.clone(),
        severity: finding.severity,
        was,
        waived: finding.waived.is_some(),
    }
}

/// Returns a check that lost its answer: complete before and incomplete now, or partial before and absent now.
fn lost(was: &CheckReport, now: &CheckReport) -> Option<Lost> {
    let first = now.missing.first()?;
    let lost_all = now.status == Status::Unknown && was.status != Status::Unknown;
    (lost_all || was.missing.is_empty()).then(|| Lost {
        check: now.id.clone(),
        reason: first.reason.clone(),
        was: was.status,
        counts_as: now.unknown_as,
    })
}

/// Indexes the findings by object. Findings of the same object are numbered.
fn findings(check: &CheckReport) -> BTreeMap<(&str, usize), &FindingReport> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for finding in &check.findings {
        let place = seen.entry(&finding.object).or_default();
        all.insert((finding.object.as_str(), *place), finding);
        *place += 1;
    }
    all
}

/// Returns whether the report lists only the first findings of the check.
fn is_cut(check: &CheckReport) -> bool {
    let listed = check.findings.iter().filter(|f| f.waived.is_none()).count();
    check.count > listed
}
