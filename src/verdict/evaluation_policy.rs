//! The policy of a run: which checks run, and how their outcomes count.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{Check, Finding, Severity};
use crate::config::policy_rules::PolicyRules;

/// Policy of the command line and the plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Count an unknown check as its own severity, even if the check record lowers it.
    pub strict: bool,
    /// IDs of the checks that count as a note if their facts are missing.
    pub allow_unknown: Vec<String>,
    /// If not empty, run only these checks.
    pub only: Vec<String>,
    /// Do not run these checks.
    pub skip: Vec<String>,
    pub fail_on: FailOn,
    /// Waivers and severity overrides.
    pub rules: PolicyRules,
}

impl Policy {
    pub(super) fn includes(&self, check: &Check) -> bool {
        (self.only.is_empty() || self.only.iter().any(|id| id == check.id))
            && !self.skip.iter().any(|id| id == check.id)
    }

    /// Returns the maximum severity of this check's findings: the plan's override, or the check's own severity.
    pub fn severity(&self, check: &Check) -> Severity {
        let own = self.rules.overrides.iter().find(|o| o.check == check.id);
        own.map_or(check.severity, |o| o.severity)
    }

    /// Returns the severity that this check counts as if its facts are missing.
    /// If the plan overrides the check's severity, its unknowns take the new severity too, unless the check lowers
    /// them.
    pub fn unknown_severity(&self, check: &Check) -> Severity {
        let severity = self.severity(check);
        let in_full = self.strict || check.unknown == check.severity;
        if self.allow_unknown.iter().any(|id| id == check.id) {
            Severity::Note
        } else if in_full {
            severity
        } else {
            check.unknown.min(severity)
        }
    }
}

/// Returns the finding's own severity, at most `most`. Without one, returns `most`.
pub fn effective_severity(most: Severity, finding: &Finding) -> Severity {
    finding.severity.map_or(most, |s| s.min(most))
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
