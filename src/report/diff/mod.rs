//! Compares two reports of the same migrations: fixed, new, remaining, newly known, and no longer known findings.
//!
//! A finding is identified by its check and object. If a report lists only the first of many objects, unlisted objects
//! are not compared. The comparison uses their number instead. A finding of a check without an earlier answer is newly
//! known, not new: the problem may have existed before.

mod check;
mod open;
mod pairs;
mod shown;
mod worse;

use serde::Serialize;

use super::fleet::{Note, notes};
use super::value::{MigrationReport, Report};
use super::words::is_in_part;
use crate::checks::Severity;
use crate::verdict::{Status, Verdict};

use pairs::{pairs, without};
pub use shown::{json, markdown, plain};
use worse::{Reason, Reasons};

/// The comparison of two reports.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// `flexready-diff/1`.
    pub schema: &'static str,
    pub before: Moment,
    pub after: Moment,
    /// Whether anything got worse. If `true`, the exit code is 1.
    pub worse: bool,
    /// A summary of the regressions.
    pub exit_reason: String,
    pub migrations: Vec<MigrationDiff>,
    /// Migrations that only the earlier report contains.
    pub only_before: Vec<String>,
    pub only_after: Vec<String>,
    /// New fleet findings, such as colliding databases and scopes that could not be read.
    pub fleet: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Moment {
    pub recorded_at: String,
    pub verdict: Verdict,
}

/// The comparison of one migration.
#[derive(Debug, Default, Serialize)]
pub struct MigrationDiff {
    pub name: String,
    /// The name in the earlier report, if it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_before: Option<String>,
    pub verdicts: Option<[Verdict; 2]>,
    /// Before and after.
    pub totals: Option<[Totals; 2]>,
    pub fixed: Vec<Change>,
    pub new: Vec<Change>,
    pub still: Vec<Change>,
    /// Findings that the earlier run could not see.
    pub newly_known: Vec<Change>,
    /// Checks with a missing answer before and complete answers now.
    pub answered: Vec<String>,
    /// Checks that had an answer before and have none now.
    pub no_longer_known: Vec<Lost>,
    /// Checks for which at least one report lists only the first objects.
    pub counts: Vec<Count>,
    pub worse: bool,
}

/// Finding counts and unchecked counts of one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub blockers: usize,
    pub warnings: usize,
    /// Checks without any answer.
    pub unknown: usize,
    /// Checks that have findings and an incomplete answer.
    pub unknown_in_part: usize,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub check: String,
    pub object: String,
    pub message: String,
    pub severity: Severity,
    /// The earlier severity, if it differs. For a newly known finding: the severity that the missing answer counted as.
    pub was: Option<Severity>,
    /// Whether a waiver applies now.
    pub waived: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    pub check: String,
    pub reason: String,
    pub was: Status,
    /// The severity that the missing answer counts as.
    pub counts_as: Option<Severity>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    pub check: String,
    /// The `/*` object that represents the remaining objects, if the source truncated the list.
    pub object: Option<String>,
    pub before: usize,
    pub after: usize,
    /// Whether `before` covers only the objects that could be read. A larger number is then not a regression.
    pub before_in_part: bool,
}

impl Diff {
    /// Returns 1 if anything got worse, 0 otherwise.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.worse)
    }
}

/// Compares an earlier report with a later report.
pub fn diff(before: &Report, after: &Report) -> Diff {
    let pairs = pairs(before, after);
    let migrations: Vec<MigrationDiff> = pairs.iter().map(|(a, b)| of_migration(a, b)).collect();
    let (of_before, of_after): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let (only_before, only_after) = (without(before, &of_before), without(after, &of_after));
    let fleet = of_fleet(before, after);
    let mut reasons = Reasons::new();
    for (reason, count) in migrations.iter().flat_map(worse::reasons) {
        *reasons.entry(reason).or_default() += count;
    }
    // A migration that is missing from the later report is no longer known.
    if !only_before.is_empty() {
        reasons.insert(Reason::Gone, only_before.len());
    }
    if !fleet.is_empty() {
        reasons.insert(Reason::Fleet, fleet.len());
    }
    let verdicts = [before.verdict, after.verdict];
    // A blocker that was possible and is now found is compared as part of its migration.
    let is_graver = after.verdict > before.verdict && verdicts[0] != Verdict::Incomplete;
    if reasons.is_empty() && after.fleet.is_some() && is_graver {
        reasons.insert(Reason::Verdict, 1);
    }
    let moment = |report: &Report| Moment {
        recorded_at: report.recorded_at.clone(),
        verdict: report.verdict,
    };
    Diff {
        schema: "flexready-diff/1",
        before: moment(before),
        after: moment(after),
        worse: !reasons.is_empty(),
        exit_reason: worse::words(&reasons),
        migrations,
        only_before,
        only_after,
        fleet,
    }
}

/// Returns the fleet findings that only the later report has, one for each object.
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

fn of_migration(before: &MigrationReport, after: &MigrationReport) -> MigrationDiff {
    let mut found = MigrationDiff {
        name: after.name.clone(),
        name_before: Some(before.name.clone()).filter(|name| *name != after.name),
        verdicts: Some([before.verdict, after.verdict]),
        totals: Some([totals(before), totals(after)]),
        ..MigrationDiff::default()
    };
    let find =
        |report: &'_ MigrationReport, id: &str| report.checks.iter().position(|c| c.id == id);
    for now in &after.checks {
        let was = find(before, &now.id).map(|at| &before.checks[at]);
        check::compare(&mut found, was, now);
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
    found.worse = !worse::reasons(&found).is_empty();
    found
}

fn totals(migration: &MigrationReport) -> Totals {
    let checks = || migration.checks.iter();
    Totals {
        blockers: migration.summary.blockers,
        warnings: migration.summary.warnings,
        unknown: checks().filter(|c| c.status == Status::Unknown).count(),
        unknown_in_part: checks().filter(|c| is_in_part(c)).count(),
    }
}
