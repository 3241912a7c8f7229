//! Runs the checks and combines their outcomes into one verdict and the exit code.
//!
//! Order: run all checks, apply the severity overrides of the plan, apply waivers, apply `--allow-unknown`, combine.

mod evaluation_policy;
#[cfg(test)]
mod tests;
mod waivers;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{Check, Finding, Inconclusive, Needs, Severity};
use crate::config::MigrationScope;
use crate::facts::{Facts, Missing};
use crate::{checks, sizing};

pub use evaluation_policy::{FailOn, Policy, effective_severity};
pub use waivers::{WaiverState, WaiverUse};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Pass,
    Fail,
    Unknown,
    NotApplicable,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Pass => "Pass",
            Status::Fail => "Fail",
            Status::Unknown => "Unknown",
            Status::NotApplicable => "NotApplicable",
        })
    }
}

/// The outcome of one check.
pub struct CheckOutcome {
    pub check: &'static Check,
    pub status: Status,
    /// Maximum severity of its findings, after overrides.
    pub severity: Severity,
    /// Findings without the waived ones, sorted by descending severity, then by object.
    pub findings: Vec<Finding>,
    /// Waived findings, each with the index of its waiver in the policy.
    pub waived: Vec<(Finding, usize)>,
    /// Facts that could not be read. Never empty if the status is unknown. Can be non-empty if the check failed.
    pub missing: Vec<Missing>,
    /// Why the check is not applicable.
    pub not_applicable: Option<String>,
    /// Severity that the missing facts count as.
    pub unknown_severity: Severity,
}

impl CheckOutcome {
    /// Returns the severity of a finding of this check, after overrides.
    pub fn finding_severity(&self, finding: &Finding) -> Severity {
        effective_severity(self.severity, finding)
    }

    /// Returns the worst severity of findings and missing facts. `None` if the check passed or everything is waived.
    pub fn worst_severity(&self) -> Option<Severity> {
        let missing = (!self.missing.is_empty()).then_some(self.unknown_severity);
        self.worst_finding_severity().max(missing)
    }

    fn sort_findings(&mut self) {
        let most = self.severity;
        self.findings.sort_by_cached_key(|f| {
            (
                std::cmp::Reverse(effective_severity(most, f)),
                f.object.to_string(),
            )
        });
    }

    fn worst_finding_severity(&self) -> Option<Severity> {
        self.findings.iter().map(|f| self.finding_severity(f)).max()
    }
}

/// The verdict on one migration, or on all of a run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ready,
    ReadyWithWarnings,
    Incomplete,
    NotReady,
}

/// The result of all checks for one migration.
pub struct Evaluation {
    pub scope: MigrationScope,
    pub outcomes: Vec<CheckOutcome>,
    /// Number of checks for a side that was not specified.
    pub out_of_scope: usize,
    /// IDs of the checks that `--check` or `--skip` excluded.
    pub excluded: Vec<&'static str>,
    /// State of each waiver, in the order of the policy.
    pub waivers: Vec<WaiverUse>,
    pub verdict: Verdict,
}

impl Evaluation {
    /// Whether the migration can start: source and target were checked by all checks without a blocker.
    pub fn is_ready_to_migrate(&self) -> bool {
        self.scope == MigrationScope::Pair
            && self.excluded.is_empty()
            && self.verdict <= Verdict::ReadyWithWarnings
    }

    /// Counts the findings of this severity.
    pub fn count_findings(&self, severity: Severity) -> usize {
        let findings = self
            .outcomes
            .iter()
            .flat_map(|o| o.findings.iter().map(|f| o.finding_severity(f)));
        findings.filter(|s| *s == severity).count()
    }

    /// Counts the checks with this status.
    pub fn count_status(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|o| o.status == status).count()
    }
}

/// Runs all checks on the facts and combines their outcomes.
pub fn evaluate(facts: &Facts, policy: &Policy) -> Evaluation {
    let scope = facts.migration.scope;
    let (in_scope, out): (Vec<_>, Vec<_>) =
        checks::all().partition(|c| is_in_scope(scope, c.needs));
    let (run, left): (Vec<_>, Vec<_>) = in_scope.into_iter().partition(|c| policy.includes(c));
    let mut outcomes: Vec<CheckOutcome> = run
        .into_iter()
        .map(|check| run_check(check, facts, policy))
        .collect();
    let today = waivers::utc_day(facts.recorded_at);
    let waivers = waivers::apply_waivers(&mut outcomes, &facts.migration.name, today, policy);
    let verdict = if sizing::is_incomplete(facts) {
        combine(&outcomes).max(Verdict::Incomplete)
    } else {
        combine(&outcomes)
    };
    let left_out = left.iter().map(|c| c.id).collect();
    Evaluation {
        scope,
        outcomes,
        out_of_scope: out.len(),
        excluded: left_out,
        waivers,
        verdict,
    }
}

fn is_in_scope(scope: MigrationScope, needs: Needs) -> bool {
    match needs {
        Needs::Target => scope.has_target(),
        Needs::Source => scope.has_source(),
        Needs::Pair => scope == MigrationScope::Pair,
        Needs::Plan => true,
    }
}

fn run_check(check: &'static Check, facts: &Facts, policy: &Policy) -> CheckOutcome {
    let start = |status| CheckOutcome {
        check,
        status,
        severity: policy.severity(check),
        findings: Vec::new(),
        waived: Vec::new(),
        missing: Vec::new(),
        not_applicable: None,
        unknown_severity: policy.unknown_severity(check),
    };
    let not_applicable = |why| CheckOutcome {
        not_applicable: Some(why),
        ..start(Status::NotApplicable)
    };
    if let Some(mode) = check.mode.filter(|mode| *mode != facts.migration.mode) {
        return not_applicable(format!("only for {mode} migrations"));
    }
    match (check.run)(facts) {
        Err(Inconclusive::NotApplicable(why)) => not_applicable(why),
        Err(Inconclusive::Missing(missing)) => CheckOutcome {
            missing: vec![missing],
            ..start(Status::Unknown)
        },
        Ok(found) => {
            let status = match (found.items.is_empty(), found.missing.is_empty()) {
                (false, _) => Status::Fail,
                (true, false) => Status::Unknown,
                (true, true) => Status::Pass,
            };
            let mut outcome = CheckOutcome {
                findings: found.items,
                missing: found.missing,
                ..start(status)
            };
            outcome.sort_findings();
            outcome
        }
    }
}

/// Combines outcomes into a verdict.
/// A blocker outweighs missing facts that count as a blocker, and both outweigh warnings. Waived findings do not count.
/// Without any outcome, the verdict is incomplete.
fn combine(outcomes: &[CheckOutcome]) -> Verdict {
    if outcomes.is_empty() {
        return Verdict::Incomplete;
    }
    let found = outcomes
        .iter()
        .filter_map(CheckOutcome::worst_finding_severity)
        .max();
    let hidden = outcomes
        .iter()
        .filter(|o| !o.missing.is_empty())
        .map(|o| o.unknown_severity)
        .max();
    match (found, hidden) {
        (Some(Severity::Blocker), _) => Verdict::NotReady,
        (_, Some(Severity::Blocker)) => Verdict::Incomplete,
        (Some(Severity::Warning), _) | (_, Some(Severity::Warning)) => Verdict::ReadyWithWarnings,
        _ => Verdict::Ready,
    }
}

/// Returns the worst verdict of a run. Without any verdict, the run is incomplete.
pub fn worst_verdict(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.max().unwrap_or(Verdict::Incomplete)
}

/// Returns the exit code for a verdict: 0, 1 or 3.
pub fn exit_code(verdict: Verdict, fail_on: FailOn) -> u8 {
    match (verdict, fail_on) {
        (_, FailOn::Never) | (Verdict::Ready, _) => 0,
        (Verdict::ReadyWithWarnings, FailOn::Blocker) => 0,
        (Verdict::ReadyWithWarnings, FailOn::Warning) | (Verdict::NotReady, _) => 1,
        (Verdict::Incomplete, _) => 3,
    }
}
