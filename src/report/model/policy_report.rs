//! The JSON types of the policy section.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::Severity;
use crate::verdict::{FailOn, WaiverState};

/// What was said of how to judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyReport {
    pub strict: bool,
    pub fail_on: FailOn,
    pub allow_unknown: Vec<String>,
    /// What `--check` named: these checks alone were run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// What `--skip` named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
    /// Checks that were left out by `--check` or `--skip`.
    pub left_out: Vec<String>,
    /// The checks that `--check` names, where it names any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alone: Vec<String>,
    /// The plan file, as it was named; null without one.
    pub plan: Option<String>,
    /// Checks that the plan weighs otherwise than the catalogue does.
    pub severity: Vec<SeverityOverrideReport>,
    /// The most days ahead that a waiver may end; null: any.
    pub max_waiver_days: Option<u32>,
    /// All waivers of the plan.
    pub waivers: Vec<WaiverReport>,
}

/// A check that the plan weighs otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityOverrideReport {
    pub check: String,
    pub severity: Severity,
    /// What the catalogue says.
    pub instead_of: Severity,
    /// The line of the plan.
    pub line: usize,
}

/// A waiver of the plan, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverReport {
    pub check: String,
    /// Which migrations it is for; null: all.
    pub migration: Option<String>,
    /// Which objects it is for; null: all.
    pub object: Option<String>,
    pub reason: String,
    pub owner: String,
    pub ticket: Option<String>,
    /// The last day on which it holds, in UTC.
    pub until: String,
    /// The line of the plan.
    pub line: usize,
    pub state: WaiverState,
    /// Findings that it speaks of, whether it holds or not.
    pub findings: usize,
}

/// Who answers for a finding, and until when.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AppliedWaiver {
    pub reason: String,
    pub owner: String,
    pub ticket: Option<String>,
    /// The last day, in UTC.
    pub until: String,
    /// The line of the plan.
    pub line: usize,
}
