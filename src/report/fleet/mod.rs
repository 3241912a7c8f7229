//! Fleet results: the audited scope, database collisions, and the overall verdict of many migrations.

mod findings;
mod top_issues;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::model::{CollisionReport, FleetReport, MigrationReport, Report};
use super::phrases;
use super::phrases::count_noun;
use crate::config::fleet_scope::{FleetSummary, UnreadScope};
use crate::verdict;
use crate::verdict::{FailOn, Verdict};

pub(super) use findings::{FLEET_FINDING_KINDS, FleetFinding, FleetFindingKind, fleet_findings};
pub(super) use top_issues::{TopIssue, issue_severity, top_issues, unanswered_everywhere};

impl CollisionReport {
    /// `a` and `b` both write database `shop` of orders-target
    pub(super) fn describe(&self) -> String {
        let server = self.target.rsplit('/').next().unwrap_or_default();
        let names = self.migrations.join("` and `");
        let all = if self.migrations.len() > 2 {
            "all"
        } else {
            "both"
        };
        format!(
            "`{names}` {all} write database `{}` of {server}",
            self.database
        )
    }
}

impl FleetReport {
    const INTERRUPTED: &str = "the run was interrupted before all was read";

    /// Describes the problems of the fleet as a whole, one sentence each.
    pub(super) fn describe_problems(&self) -> Vec<String> {
        let collisions = self.collisions.iter().map(CollisionReport::describe);
        let unread = self.summary.unread.iter();
        let unread = unread.map(UnreadScope::describe);
        let interrupted = self.summary.interrupted;
        let interrupted = interrupted.then(|| Self::INTERRUPTED.to_owned());
        collisions.chain(unread).chain(interrupted).collect()
    }

    pub(super) fn new(summary: FleetSummary) -> Self {
        FleetReport {
            summary,
            collisions: Vec::new(),
        }
    }

    /// Returns whether every requested scope was read.
    fn is_complete(&self) -> bool {
        self.summary.unread.is_empty() && !self.summary.interrupted
    }

    /// Explains why the fleet contains no server.
    pub(super) fn empty_reason(&self) -> String {
        let note = &self.summary;
        if self.is_empty_shard() {
            return "no server falls to this part".to_owned();
        }
        if note.found == 0 || note.meant > 0 {
            return "no server was found".to_owned();
        }
        let filter = match note.filter.as_slice() {
            [] => "the filters".to_owned(),
            filter => format!("`{}`", filter.join(" ")),
        };
        format!(
            "{} found, none fits {filter}",
            count_noun(note.found, "server")
        )
    }

    /// Returns whether this is one shard of a fleet. A shard can be empty.
    fn is_empty_shard(&self) -> bool {
        !self.summary.shards.is_empty() && self.summary.meant > 0
    }
}

/// Sorts the migrations worst first and sets the verdict of the fleet.
pub(super) fn with_fleet_verdict(mut report: Report, mut fleet: FleetReport) -> Report {
    let fail_on = report.policy.fail_on;
    report.migrations.sort_by_cached_key(|m| {
        let s = &m.summary;
        let weight = (Reverse(m.verdict), Reverse(s.blockers), Reverse(s.warnings));
        (weight, m.name.clone())
    });
    fleet.collisions = find_collisions(&report.migrations);
    report.blockers += fleet.collisions.len();
    report.verdict = fleet_verdict(&report.migrations, &fleet);
    let ready = |m: &MigrationReport| m.ready_to_migrate;
    report.ready_to_migrate = !report.migrations.is_empty()
        && report.migrations.iter().all(ready)
        && fleet.collisions.is_empty()
        && fleet.is_complete();
    report.exit_code = match (fleet.summary.interrupted, fail_on) {
        // A partial fleet has no verdict, even if the part that was read is ready.
        (true, FailOn::Blocker | FailOn::Warning) => 3,
        _ => verdict::exit_code(report.verdict, fail_on),
    };
    report.exit_reason = fleet_exit_reason(&report, &fleet);
    report.fleet = Some(fleet);
    report
}

fn fleet_verdict(migrations: &[MigrationReport], fleet: &FleetReport) -> Verdict {
    let of_migrations = if migrations.is_empty() && fleet.is_empty_shard() {
        Verdict::Ready
    } else {
        verdict::worst_verdict(migrations.iter().map(|m| m.verdict))
    };
    if !fleet.collisions.is_empty() {
        Verdict::NotReady
    } else if fleet.is_complete() {
        of_migrations
    } else {
        of_migrations.max(Verdict::Incomplete)
    }
}

/// Finds databases that two migrations write to on one target. Names compare case-sensitively, as in PostgreSQL.
fn find_collisions(migrations: &[MigrationReport]) -> Vec<CollisionReport> {
    let mut writers: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut targets = BTreeMap::new();
    for migration in migrations {
        let Some(target) = &migration.target else {
            continue;
        };
        let key = target.id.to_lowercase();
        targets.entry(key.clone()).or_insert(&target.id);
        for database in migration.databases.iter().flatten() {
            let all = writers.entry((key.clone(), database)).or_default();
            all.insert(&migration.name);
        }
    }
    let several = writers.into_iter().filter(|(_, names)| names.len() > 1);
    several
        .map(|((target, database), names)| CollisionReport {
            target: targets[&target].clone(),
            database: database.to_owned(),
            migrations: names.into_iter().map(str::to_owned).collect(),
        })
        .collect()
}

/// `not ready: 31 of 50 servers; 4 incomplete; 1 place could not be listed`
fn fleet_exit_reason(report: &Report, fleet: &FleetReport) -> String {
    let all = report.migrations.len();
    let with = |verdict| {
        report
            .migrations
            .iter()
            .filter(|m| m.verdict == verdict)
            .count()
    };
    let mut parts = Vec::new();
    for (verdict, words) in [
        (Verdict::NotReady, "not ready"),
        (Verdict::Incomplete, "incomplete"),
        (Verdict::ReadyWithWarnings, "ready with warnings"),
        (Verdict::Ready, "ready"),
    ] {
        match with(verdict) {
            0 => {}
            count => parts.push(format!("{words}: {count} of {all}")),
        }
    }
    if all == 0 {
        parts.push(fleet.empty_reason());
    }
    let unjudged = report
        .migrations
        .iter()
        .filter(|m| phrases::has_no_checks(m))
        .count();
    if unjudged > 0 {
        parts.push(format!(
            "no check was run on {unjudged} of {all}; `--check` and `--skip` leave none"
        ));
    }
    if !fleet.collisions.is_empty() {
        let count = count_noun(fleet.collisions.len(), "database");
        parts.push(format!("{count} that two migrations would write"));
    }
    if !fleet.summary.unread.is_empty() {
        let count = count_noun(fleet.summary.unread.len(), "place");
        parts.push(format!("{count} that could not be listed"));
    }
    if fleet.summary.interrupted {
        parts.push("interrupted before all was read".to_owned());
    }
    let fails = report.verdict > Verdict::ReadyWithWarnings;
    match report.policy.fail_on {
        FailOn::Never if fails => parts.push("--fail-on never makes this 0".to_owned()),
        FailOn::Warning if report.verdict == Verdict::ReadyWithWarnings => {
            parts.push("--fail-on warning makes this 1".to_owned());
        }
        _ => {}
    }
    parts.join("; ")
}
