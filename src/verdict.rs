//! From outcomes to one verdict, and to the exit code.
//! Here: running every check, `--strict`, `--allow-unknown`, the fold. Not here: what a check looks at (`checks`), words for
//! a reader (`report`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{self, Check, Finding, Needs, Severity, Unanswered};
use crate::facts::{Facts, Missing};
use crate::plan::Scope;

/// How outcomes are to be weighed: what the user says beside the migration itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Count an unknown check as its own severity, whatever the catalogue grants.
    pub strict: bool,
    /// Checks whose unknown is lowered to a note.
    pub allow_unknown: Vec<String>,
    /// When not empty: run these alone.
    pub only: Vec<String>,
    /// Do not run these.
    pub skip: Vec<String>,
    pub fail_on: FailOn,
}

impl Policy {
    fn runs(&self, check: &Check) -> bool {
        (self.only.is_empty() || self.only.iter().any(|id| id == check.id))
            && !self.skip.iter().any(|id| id == check.id)
    }
}

/// From which verdict on the exit code is not 0.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailOn {
    /// Blockers, and what could not be read and may be one.
    #[default]
    Blocker,
    /// Warnings too.
    Warning,
    /// Nothing that was found: 0 for everything but an error.
    Never,
}

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
    /// Worst first, then by object.
    pub findings: Vec<Finding>,
    /// What could not be read. Not empty when unknown; may be so when failed.
    pub missing: Vec<Missing>,
    /// Why it does not apply.
    pub not_applicable: Option<String>,
    /// What the missing part counts as.
    pub unknown_as: Severity,
}

impl Outcome {
    /// The most that this outcome weighs; `None` for a pass.
    pub fn weight(&self) -> Option<Severity> {
        let found = self
            .findings
            .iter()
            .map(|f| severity_of(self.check, f))
            .max();
        let missing = (!self.missing.is_empty()).then_some(self.unknown_as);
        found.max(missing)
    }
}

/// A finding's own severity, or its check's; never more than the latter.
pub fn severity_of(check: &Check, finding: &Finding) -> Severity {
    finding
        .severity
        .map_or(check.severity, |s| s.min(check.severity))
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
            .flat_map(|o| o.findings.iter().map(|f| severity_of(o.check, f)));
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
    let outcomes: Vec<Outcome> = run
        .into_iter()
        .map(|check| outcome(check, facts, policy))
        .collect();
    let verdict = fold(&outcomes);
    let left_out = left.iter().map(|c| c.id).collect();
    Judgement {
        scope,
        outcomes,
        out_of_scope: out.len(),
        left_out,
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
    let allowed = policy.allow_unknown.iter().any(|id| id == check.id);
    let unknown_as = match (allowed, policy.strict) {
        (true, _) => Severity::Note,
        (false, true) => check.severity,
        (false, false) => check.unknown,
    };
    let start = |status| Outcome {
        check,
        status,
        findings: Vec::new(),
        missing: Vec::new(),
        not_applicable: None,
        unknown_as,
    };
    if let Some(mode) = check.mode.filter(|mode| *mode != facts.migration.mode) {
        let why = format!("only for {} migrations", format!("{mode:?}").to_lowercase());
        return Outcome {
            not_applicable: Some(why),
            ..start(Status::NotApplicable)
        };
    }
    match (check.run)(facts) {
        Err(Unanswered::NotApplicable(why)) => Outcome {
            not_applicable: Some(why),
            ..start(Status::NotApplicable)
        },
        Err(Unanswered::Missing(missing)) => Outcome {
            missing: vec![missing],
            ..start(Status::Unknown)
        },
        Ok(mut found) => {
            found.found.sort_by_cached_key(|f| {
                (std::cmp::Reverse(severity_of(check, f)), f.object.clone())
            });
            let status = match (found.found.is_empty(), found.missing.is_empty()) {
                (false, _) => Status::Fail,
                (true, false) => Status::Unknown,
                (true, true) => Status::Pass,
            };
            Outcome {
                findings: found.found,
                missing: found.missing,
                ..start(status)
            }
        }
    }
}

/// A blocker that was found outweighs one that may be hidden; both outweigh warnings.
fn fold(outcomes: &[Outcome]) -> Verdict {
    let found = outcomes
        .iter()
        .flat_map(|o| o.findings.iter().map(|f| severity_of(o.check, f)))
        .max();
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
