//! Two reports of the same migrations, held against each other: what was fixed, what is new, what is still there, what is
//! newly known and what is known no longer. Here: the comparison. In `pairs`: what is compared with what; in `check`: one check;
//! in `worse`: what makes the exit code 1; in `open`: what could not be seen before; in `shown`: the formats.
//!
//! A finding is known by its check and its object. Where a report lists only the first of many objects, nothing is said of
//! those that are not listed; their number is compared instead. A finding of a check that had no answer before is newly known,
//! not new: it may have been there all along.

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

/// What became of all migrations.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// `flexready-diff/1`.
    pub schema: &'static str,
    pub before: Moment,
    pub after: Moment,
    /// Whether anything got worse: then the exit code is 1.
    pub worse: bool,
    /// What got worse, in words.
    pub exit_reason: String,
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
    /// What the earlier report calls it, where that is otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_before: Option<String>,
    pub verdicts: Option<[Verdict; 2]>,
    /// Before and after.
    pub totals: Option<[Totals; 2]>,
    pub fixed: Vec<Change>,
    pub new: Vec<Change>,
    pub still: Vec<Change>,
    /// Findings that could not be seen before.
    pub newly_known: Vec<Change>,
    /// Checks that were not answered in full before, and are now.
    pub answered: Vec<String>,
    /// Checks that were answered before, and are not now.
    pub no_longer_known: Vec<Lost>,
    /// Checks of which one report or both list only the first objects.
    pub counts: Vec<Count>,
    pub worse: bool,
}

/// How much was found, and how much was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub blockers: usize,
    pub warnings: usize,
    /// Checks without an answer.
    pub unknown: usize,
    /// Checks that found something and could not look everywhere.
    pub unknown_in_part: usize,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub check: String,
    pub object: String,
    pub message: String,
    pub severity: Severity,
    /// What it weighed before, where that differs; of what is newly known, what its check counted as without an answer.
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
    /// Whether the number before is of those alone that could be seen: then more of them are no news.
    pub before_in_part: bool,
}

impl Diff {
    /// 0 when nothing got worse, else 1.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.worse)
    }
}

/// Holds a later report against an earlier one.
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
    // A migration that is not looked at any more is not known any more.
    if !only_before.is_empty() {
        reasons.insert(Reason::Gone, only_before.len());
    }
    if !fleet.is_empty() {
        reasons.insert(Reason::Fleet, fleet.len());
    }
    let verdicts = [before.verdict, after.verdict];
    // A blocker that was feared and is found is weighed with its migration.
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
