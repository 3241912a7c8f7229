//! From outcomes to one verdict, and to the exit code.
//! In this order: every check runs, the plan's severities weigh it (`policy`), waivers cover findings (`waivers`),
//! `--allow-unknown` lowers what could not be read, and all is folded. Not here: what a check looks at (`checks`), words for a
//! reader (`report`).

mod policy;
#[cfg(test)]
mod tests;
mod waivers;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{self, Check, Finding, Needs, Severity, Unanswered};
use crate::facts::{Facts, Missing};
use crate::plan::Scope;
use crate::sizing;

pub use policy::{FailOn, Policy, severity_of};
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

/// One check with what came of it.
pub struct Outcome {
    pub check: &'static Check,
    pub status: Status,
    /// The most that its findings weigh here.
    pub severity: Severity,
    /// Worst first, then by object; without those that a waiver covers.
    pub findings: Vec<Finding>,
    /// What is waived, each with the waiver's place in the policy.
    pub waived: Vec<(Finding, usize)>,
    /// What could not be read. Not empty when unknown; may be so when failed.
    pub missing: Vec<Missing>,
    /// Why it does not apply.
    pub not_applicable: Option<String>,
    /// What the missing part counts as.
    pub unknown_as: Severity,
}

impl Outcome {
    /// What a finding of this check weighs here.
    pub fn severity_of(&self, finding: &Finding) -> Severity {
        severity_of(self.severity, finding)
    }

    /// The most that this outcome weighs; `None` for a pass, and for what is waived as a whole.
    pub fn weight(&self) -> Option<Severity> {
        let missing = (!self.missing.is_empty()).then_some(self.unknown_as);
        self.worst_finding().max(missing)
    }

    fn sort(&mut self) {
        let most = self.severity;
        self.findings
            .sort_by_cached_key(|f| (std::cmp::Reverse(severity_of(most, f)), f.object.clone()));
    }

    fn worst_finding(&self) -> Option<Severity> {
        self.findings.iter().map(|f| self.severity_of(f)).max()
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

/// One migration, judged.
pub struct Judgement {
    pub scope: Scope,
    pub outcomes: Vec<Outcome>,
    /// Checks of a side that was not given.
    pub out_of_scope: usize,
    /// Checks that `--check` or `--skip` left out.
    pub left_out: Vec<&'static str>,
    /// What became of each waiver of the policy, in its order.
    pub waivers: Vec<WaiverUse>,
    pub verdict: Verdict,
}

impl Judgement {
    /// Whether the migration may start: a pair, judged by every check, without a blocker.
    pub fn is_ready_to_migrate(&self) -> bool {
        self.scope == Scope::Pair
            && self.left_out.is_empty()
            && self.verdict <= Verdict::ReadyWithWarnings
    }

    /// Findings of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self
            .outcomes
            .iter()
            .flat_map(|o| o.findings.iter().map(|f| o.severity_of(f)));
        findings.filter(|s| *s == severity).count()
    }

    /// Checks of this status.
    pub fn with(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|o| o.status == status).count()
    }

    /// Checks that could not be answered, wholly or in part, and count as this.
    pub fn unknown_as(&self, severity: Severity) -> usize {
        self.outcomes
            .iter()
            .filter(|o| !o.missing.is_empty() && o.unknown_as == severity)
            .count()
    }
}

/// Runs every check on the facts and folds the outcomes.
pub fn judge(facts: &Facts, policy: &Policy) -> Judgement {
    let scope = facts.migration.scope;
    let (in_scope, out): (Vec<_>, Vec<_>) = checks::all().partition(|c| is_in(scope, c.needs));
    let (run, left): (Vec<_>, Vec<_>) = in_scope.into_iter().partition(|c| policy.runs(c));
    let mut outcomes: Vec<Outcome> = run
        .into_iter()
        .map(|check| outcome(check, facts, policy))
        .collect();
    let today = waivers::day(facts.recorded_at);
    let waivers = waivers::apply(&mut outcomes, &facts.migration.name, today, policy);
    let verdict = match sizing::is_owed(facts) {
        true => fold(&outcomes).max(Verdict::Incomplete),
        false => fold(&outcomes),
    };
    let left_out = left.iter().map(|c| c.id).collect();
    Judgement {
        scope,
        outcomes,
        out_of_scope: out.len(),
        left_out,
        waivers,
        verdict,
    }
}

fn is_in(scope: Scope, needs: Needs) -> bool {
    match needs {
        Needs::Target => scope.has_target(),
        Needs::Source => scope.has_source(),
        Needs::Pair => scope == Scope::Pair,
        Needs::Plan => true,
    }
}

fn outcome(check: &'static Check, facts: &Facts, policy: &Policy) -> Outcome {
    let start = |status| Outcome {
        check,
        status,
        severity: policy.severity(check),
        findings: Vec::new(),
        waived: Vec::new(),
        missing: Vec::new(),
        not_applicable: None,
        unknown_as: policy.unknown_as(check),
    };
    let not_applicable = |why| Outcome {
        not_applicable: Some(why),
        ..start(Status::NotApplicable)
    };
    if let Some(mode) = check.mode.filter(|mode| *mode != facts.migration.mode) {
        let mode = format!("{mode:?}").to_lowercase();
        return not_applicable(format!("only for {mode} migrations"));
    }
    match (check.run)(facts) {
        Err(Unanswered::NotApplicable(why)) => not_applicable(why),
        Err(Unanswered::Missing(missing)) => Outcome {
            missing: vec![missing],
            ..start(Status::Unknown)
        },
        Ok(found) => {
            let status = match (found.found.is_empty(), found.missing.is_empty()) {
                (false, _) => Status::Fail,
                (true, false) => Status::Unknown,
                (true, true) => Status::Pass,
            };
            let mut outcome = Outcome {
                findings: found.found,
                missing: found.missing,
                ..start(status)
            };
            outcome.sort();
            outcome
        }
    }
}

/// A blocker that was found outweighs one that may be hidden; both outweigh warnings. What is waived weighs nothing. Where no
/// check was run, nothing is known.
fn fold(outcomes: &[Outcome]) -> Verdict {
    if outcomes.is_empty() {
        return Verdict::Incomplete;
    }
    let found = outcomes.iter().filter_map(Outcome::worst_finding).max();
    let hidden = outcomes
        .iter()
        .filter(|o| !o.missing.is_empty())
        .map(|o| o.unknown_as)
        .max();
    match (found, hidden) {
        (Some(Severity::Blocker), _) => Verdict::NotReady,
        (_, Some(Severity::Blocker)) => Verdict::Incomplete,
        (Some(Severity::Warning), _) | (_, Some(Severity::Warning)) => Verdict::ReadyWithWarnings,
        _ => Verdict::Ready,
    }
}

/// The verdict of a run: its worst one.
pub fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.max().unwrap_or(Verdict::Incomplete)
}

/// The exit code of a run that came to a verdict: 0, 1 or 3.
pub fn exit_code(verdict: Verdict, fail_on: FailOn) -> u8 {
    match (verdict, fail_on) {
        (_, FailOn::Never) | (Verdict::Ready, _) => 0,
        (Verdict::ReadyWithWarnings, FailOn::Blocker) => 0,
        (Verdict::ReadyWithWarnings, FailOn::Warning) | (Verdict::NotReady, _) => 1,
        (Verdict::Incomplete, _) => 3,
    }
}
