//! Compares two reports of the same migrations: fixed, new, remaining, newly known, and no longer known findings.
//!
//! A finding is identified by its check and object. If a report lists only the first of many objects, unlisted objects
//! are not compared. The comparison uses their number instead. A finding of a check without an earlier answer is newly
//! known, not new: the problem may have existed before.

mod check_diff;
mod regression;
mod render;

use regression::{Regression, RegressionCounts};
use serde::Serialize;

use super::fleet::{FleetFinding, fleet_findings};
use super::model::{MigrationReport, Report};
use super::phrases::is_partly_answered;
use crate::checks::Severity;
use crate::verdict::{Status, Verdict};

pub use render::{json, markdown, plain};

/// The comparison of two reports.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// `flexready-diff/1`.
    pub schema: &'static str,
    pub before: DiffSide,
    pub after: DiffSide,
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
pub struct DiffSide {
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
    pub totals: Option<[DiffTotals; 2]>,
    pub fixed: Vec<FindingChange>,
    pub new: Vec<FindingChange>,
    pub still: Vec<FindingChange>,
    /// Findings that the earlier run could not see.
    pub newly_known: Vec<FindingChange>,
    /// Checks with a missing answer before and complete answers now.
    pub answered: Vec<String>,
    /// Checks that had an answer before and have none now.
    pub no_longer_known: Vec<LostCheck>,
    /// Checks for which at least one report lists only the first objects.
    pub counts: Vec<CountChange>,
    pub worse: bool,
}

/// Finding counts and unchecked counts of one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DiffTotals {
    pub blockers: usize,
    pub warnings: usize,
    /// Checks without any answer.
    pub unknown: usize,
    /// Checks that have findings and an incomplete answer.
    pub unknown_in_part: usize,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingChange {
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
pub struct LostCheck {
    pub check: String,
    pub reason: String,
    pub was: Status,
    /// The severity that the missing answer counts as.
    pub counts_as: Option<Severity>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct CountChange {
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
    let pairs = matched_migrations(before, after);
    let migrations: Vec<MigrationDiff> = pairs.iter().map(|(a, b)| diff_migration(a, b)).collect();
    let (of_before, of_after): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let (only_before, only_after) = (
        unmatched_names(before, &of_before),
        unmatched_names(after, &of_after),
    );
    let fleet = new_fleet_problems(before, after);
    let mut reasons = RegressionCounts::new();
    for (reason, count) in migrations.iter().flat_map(regression::regressions) {
        *reasons.entry(reason).or_default() += count;
    }
    // A migration that is missing from the later report is no longer known.
    if !only_before.is_empty() {
        reasons.insert(Regression::MissingMigration, only_before.len());
    }
    if !fleet.is_empty() {
        reasons.insert(Regression::FleetFinding, fleet.len());
    }
    let verdicts = [before.verdict, after.verdict];
    // A blocker that was possible and is now found is compared as part of its migration.
    let is_worse = after.verdict > before.verdict && verdicts[0] != Verdict::Incomplete;
    if reasons.is_empty() && after.fleet.is_some() && is_worse {
        reasons.insert(Regression::WorseVerdict, 1);
    }
    let side = |report: &Report| DiffSide {
        recorded_at: report.recorded_at.clone(),
        verdict: report.verdict,
    };
    Diff {
        schema: "flexready-diff/1",
        before: side(before),
        after: side(after),
        worse: !reasons.is_empty(),
        exit_reason: regression::describe_regressions(&reasons),
        migrations,
        only_before,
        only_after,
        fleet,
    }
}

/// Returns the fleet findings that only the later report has, one for each object.
fn new_fleet_problems(before: &Report, after: &Report) -> Vec<String> {
    let earlier = fleet_findings(before);
    let is_new = |n: &FleetFinding| {
        let key = |n: &FleetFinding| {
            (
                n.kind.id,
                n.target.map(str::to_lowercase),
                n.object.to_owned(),
            )
        };
        !earlier.iter().any(|o| key(o) == key(n))
    };
    let new = fleet_findings(after).into_iter().filter(is_new);
    new.map(|n| n.message).collect()
}

fn diff_migration(before: &MigrationReport, after: &MigrationReport) -> MigrationDiff {
    let mut diff = MigrationDiff {
        name: after.name.clone(),
        name_before: Some(before.name.clone()).filter(|name| *name != after.name),
        verdicts: Some([before.verdict, after.verdict]),
        totals: Some([totals(before), totals(after)]),
        ..MigrationDiff::default()
    };
    let find =
        |report: &'_ MigrationReport, id: &str| report.checks.iter().position(|c| c.id == id);
    for later in &after.checks {
        let earlier = find(before, &later.id).map(|at| &before.checks[at]);
        check_diff::compare_check(&mut diff, earlier, later);
    }
    for earlier in before
        .checks
        .iter()
        .filter(|c| find(after, &c.id).is_none())
    {
        diff.no_longer_known.push(LostCheck {
            check: earlier.id.clone(),
            reason: "the later report does not have this check".to_owned(),
            was: earlier.status,
            counts_as: Some(earlier.severity),
        });
    }
    diff.no_longer_known.retain(|l| l.was != Status::Unknown);
    diff.worse = !regression::regressions(&diff).is_empty();
    diff
}

fn totals(migration: &MigrationReport) -> DiffTotals {
    let checks = || migration.checks.iter();
    DiffTotals {
        blockers: migration.summary.blockers,
        warnings: migration.summary.warnings,
        unknown: checks().filter(|c| c.status == Status::Unknown).count(),
        unknown_in_part: checks().filter(|c| is_partly_answered(c)).count(),
    }
}

/// Matches migrations by name. If each report has exactly one migration and both have the same target, they match under
/// any name, because a plan can define a name that the command line does not have.
pub(crate) fn matched_migrations<'r>(
    before: &'r Report,
    after: &'r Report,
) -> Vec<(&'r MigrationReport, &'r MigrationReport)> {
    if let ([a], [b]) = (&before.migrations[..], &after.migrations[..])
        && has_same_target(a, b)
    {
        return vec![(a, b)];
    }
    let of_a = |a: &'r MigrationReport| {
        let same = after.migrations.iter().find(|b| b.name == a.name);
        same.map(|b| (a, b))
    };
    before.migrations.iter().filter_map(of_a).collect()
}

fn has_same_target(a: &MigrationReport, b: &MigrationReport) -> bool {
    match (&a.target, &b.target) {
        (Some(one), Some(other)) => a.scope == b.scope && one.id.eq_ignore_ascii_case(&other.id),
        _ => false,
    }
}

/// Returns the names of migrations without a match.
pub(crate) fn unmatched_names(report: &Report, paired: &[&MigrationReport]) -> Vec<String> {
    let names = report.migrations.iter().map(|m| m.name.clone());
    names
        .filter(|name| !paired.iter().any(|m| m.name == *name))
        .collect()
}
