//! How outcomes are to be weighed: what the user says beside the migration itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{Check, Finding, Severity};
use crate::plan::judging::Rules;

/// What the command line and the plan say of judging.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// Waivers and other severities.
    pub rules: Rules,
}

impl Policy {
    pub(super) fn runs(&self, check: &Check) -> bool {
        (self.only.is_empty() || self.only.iter().any(|id| id == check.id))
            && !self.skip.iter().any(|id| id == check.id)
    }

    /// The most that a finding of this check weighs: what the plan says, else the catalogue.
    pub fn severity(&self, check: &Check) -> Severity {
        let own = self.rules.overrides.iter().find(|o| o.check == check.id);
        own.map_or(check.severity, |o| o.severity)
    }

    /// What this check counts as when it cannot be answered. A check that the plan weighs otherwise takes its unknown along,
    /// as far as the catalogue counts that in full.
    pub fn unknown_as(&self, check: &Check) -> Severity {
        let severity = self.severity(check);
        let in_full = self.strict || check.unknown == check.severity;
        match self.allow_unknown.iter().any(|id| id == check.id) {
            true => Severity::Note,
            false if in_full => severity,
            false => check.unknown.min(severity),
        }
    }
}

/// A finding's own severity, or its check's; never more than the latter.
pub fn severity_of(most: Severity, finding: &Finding) -> Severity {
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
