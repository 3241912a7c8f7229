//! Two reports of the same migrations, held against each other: what was fixed, what is new, what is still there, what is no
//! longer known. Here: the comparison. In `shown`: its formats.
//!
//! A finding is known by its check and its object. Where a report lists only the first of many objects, nothing is said of
//! those that are not listed; their number is compared instead.

mod shown;

use std::collections::BTreeMap;

use serde::Serialize;

use super::fleet::{Note, notes};
use super::value::{CheckReport, FindingReport, MigrationReport, Report};
use crate::checks::Severity;
use crate::verdict::{Status, Verdict};

pub use shown::{json, markdown, plain};

/// What became of all migrations.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// `flexready-diff/1`.
    pub schema: &'static str,
    pub before: Moment,
    pub after: Moment,
    /// Whether anything got worse: then the exit code is 1.
    pub worse: bool,
    pub migrations: Vec<MigrationDiff>,
    /// Migrations that one of the two does not have.
    pub only_before: Vec<String>,
    pub only_after: Vec<String>,
    /// What is said of the fleet as a whole, and was not said before: databases that collide, places that could not be read.
    pub fleet: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Moment {
    pub recorded_at: String,
    pub verdict: Verdict,
}

/// What became of one migration.
#[derive(Debug, Default, Serialize)]
pub struct MigrationDiff {
    pub name: String,
    pub verdicts: Option<[Verdict; 2]>,
    pub fixed: Vec<Change>,
    pub new: Vec<Change>,
    pub still: Vec<Change>,
    /// Checks that were answered before, and are not now.
    pub no_longer_known: Vec<Lost>,
    /// Checks of which one report or both list only the first objects.
    pub counts: Vec<Count>,
    pub worse: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub check: String,
    pub object: String,
    pub message: String,
    pub severity: Severity,
    /// What it weighed before, where that differs.
    pub was: Option<Severity>,
    /// Whether a waiver covers it now.
    pub waived: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    pub check: String,
    pub reason: String,
    pub was: Status,
    /// What it counts as, not being known.
    pub counts_as: Option<Severity>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    pub check: String,
    /// The object that stands for those beyond, where the source itself cut the list off.
    pub object: Option<String>,
    pub before: usize,
    pub after: usize,
}

impl Diff {
    /// 0 when nothing got worse, else 1.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.worse)
    }
}

/// Holds a later report against an earlier one.
pub fn diff(before: &Report, after: &Report) -> Diff {
    let find = |report: &Report, name: &str| report.migrations.iter().any(|m| m.name == name);
    let only = |one: &Report, other: &Report| -> Vec<String> {
        let names = one.migrations.iter().map(|m| m.name.clone());
        names.filter(|n| !find(other, n)).collect()
    };
    let migrations: Vec<MigrationDiff> = pairs(before, after)
        .map(|(a, b)| of_migration(a, b))
        .collect();
    let (only_before, only_after) = (only(before, after), only(after, before));
    let fleet = of_fleet(before, after);
    // A migration that is not looked at any more is not known any more.
    let worse = migrations.iter().any(|m| m.worse)
        || !only_before.is_empty()
        || !fleet.is_empty()
        || after.verdict > before.verdict;
    let moment = |report: &Report| Moment {
        recorded_at: report.recorded_at.clone(),
        verdict: report.verdict,
    };
    Diff {
        schema: "flexready-diff/1",
        before: moment(before),
        after: moment(after),
        worse,
        migrations,
        only_before,
        only_after,
        fleet,
    }
}

/// What the later report says of its fleet, and the earlier one did not: of one object, only once.
fn of_fleet(before: &Report, after: &Report) -> Vec<String> {
    let old = notes(before);
    let is_new = |n: &Note| {
        let key = |n: &Note| {
            (
                n.kind.id,
                n.target.map(str::to_lowercase),
                n.object.to_owned(),
            )
        };
        !old.iter().any(|o| key(o) == key(n))
    };
    let new = notes(after).into_iter().filter(is_new);
    new.map(|n| n.message).collect()
}

/// The migrations of one name; where each report has a single one, these two, whatever they are called.
fn pairs<'r>(
    before: &'r Report,
    after: &'r Report,
) -> impl Iterator<Item = (&'r MigrationReport, &'r MigrationReport)> {
    before.migrations.iter().filter_map(|a| {
        let same = after.migrations.iter().find(|b| b.name == a.name);
        same.map(|b| (a, b))
    })
}

fn of_migration(before: &MigrationReport, after: &MigrationReport) -> MigrationDiff {
    let mut found = MigrationDiff {
        name: after.name.clone(),
        verdicts: Some([before.verdict, after.verdict]),
        ..MigrationDiff::default()
    };
    let find =
        |report: &'_ MigrationReport, id: &str| report.checks.iter().position(|c| c.id == id);
    for now in &after.checks {
        let was = find(before, &now.id).map(|at| &before.checks[at]);
        of_check(&mut found, was, now);
    }
    for was in before
        .checks
        .iter()
        .filter(|c| find(after, &c.id).is_none())
    {
        found.no_longer_known.push(Lost {
            check: was.id.clone(),
            reason: "the later report does not have this check".to_owned(),
            was: was.status,
            counts_as: Some(was.severity),
        });
    }
    found.no_longer_known.retain(|l| l.was != Status::Unknown);
    found.worse = got_worse(&found);
    found
}

fn of_check(found: &mut MigrationDiff, was: Option<&CheckReport>, now: &CheckReport) {
    let (old, new) = (was.map(findings).unwrap_or_default(), findings(now));
    let (cut_before, cut_now) = (was.is_some_and(is_cut), is_cut(now));
    // What could not be looked at in full may still hold what is not listed.
    let is_known = now.missing.is_empty() && now.status != Status::Unknown;
    for (key, finding) in &new {
        match old.get(key) {
            Some(earlier) => still(found, now, finding, earlier),
            None if !cut_before => found.new.push(change(now, finding, None)),
            None => {}
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
        });
    }
    found
        .no_longer_known
        .extend(was.and_then(|was| lost(was, now)));
}

fn still(found: &mut MigrationDiff, check: &CheckReport, now: &FindingReport, was: &FindingReport) {
    match (was.waived.is_some(), now.waived.is_some()) {
        // What nobody answers for any more counts again.
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

/// A check that was answered in full and is not now.
fn lost(was: &CheckReport, now: &CheckReport) -> Option<Lost> {
    let first = now.missing.first()?;
    was.missing.is_empty().then(|| Lost {
        check: now.id.clone(),
        reason: first.reason.clone(),
        was: was.status,
        counts_as: now.unknown_as,
    })
}

/// The findings by object; of several with one object, each has its place.
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

/// Whether the report lists only the first of its findings.
fn is_cut(check: &CheckReport) -> bool {
    let listed = check.findings.iter().filter(|f| f.waived.is_none()).count();
    check.count > listed
}

/// Notes tell what is always so: a new one is shown, and makes nothing worse.
fn got_worse(found: &MigrationDiff) -> bool {
    let matters = |s: Severity| s > Severity::Note;
    let is_new = found.new.iter().any(|c| matters(c.severity) && !c.waived);
    let raised = found
        .still
        .iter()
        .any(|c| !c.waived && c.was.is_some_and(|was| c.severity > was));
    let lost = found
        .no_longer_known
        .iter()
        .any(|l| l.counts_as.is_none_or(matters));
    let more = found.counts.iter().any(|c| c.after > c.before);
    let verdict = found.verdicts.is_some_and(|[a, b]| b > a);
    is_new || raised || lost || more || verdict
}
