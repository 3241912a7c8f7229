//! The checks. Each check is a pure function of the facts. Each has one file, in the folder of its area.
//!
//! [`AREAS`] lists the checks in report order. The effect of a result on the verdict is in `verdict`, its output in
//! `report`.
//!
//! A new check is one file, two adjacent lines in its area's `mod.rs`, and one folder in `fixtures/checks`.

pub mod access;
pub mod capacity;
pub mod extensions;
mod finding;
pub mod network;
mod object;
pub mod objects;
pub mod parameters;
pub mod replication;
pub mod service;
pub mod target;
#[cfg(test)]
mod tests;
pub mod versions;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::config::MigrationMode;
use crate::facts::Facts;

pub use crate::commands::step::FixStep;
pub use crate::config::Severity;
pub use finding::{CheckResult, Finding, Findings, Inconclusive};
pub use object::{Object, ObjectError, ObjectKind};

/// The facts that a check needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Only ARM.
    Target,
    /// Only SQL on the source.
    Source,
    /// Source and target.
    Pair,
    /// Only the migration options of the user.
    Plan,
}

/// The official rule that a check implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficialRule {
    /// An error code of the migration service.
    ServiceError(u32),
    /// A rule of the Azure Migrate assessment, by its short name.
    AzureMigrate(&'static str),
    /// A documented prerequisite of the migration service, by its short name.
    Prerequisite(&'static str),
}

impl std::fmt::Display for OfficialRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OfficialRule::ServiceError(code) => write!(f, "migration service error {code}"),
            OfficialRule::AzureMigrate(rule) => write!(f, "Azure Migrate rule `{rule}`"),
            OfficialRule::Prerequisite(name) => write!(f, "documented prerequisite `{name}`"),
        }
    }
}

/// A check. All texts about it come from this record.
pub struct Check {
    /// Kebab-case, at most 32 characters. Names the problem and is never reused for another problem.
    pub id: &'static str,
    /// The problem, as a short sentence.
    pub title: &'static str,
    /// The highest severity that a finding of the check can have.
    pub severity: Severity,
    /// The severity if a required fact is missing. Under `--strict`, `severity` applies.
    pub unknown: Severity,
    pub needs: Needs,
    /// The migration mode that the check applies to. `None` means both.
    pub mode: Option<MigrationMode>,
    pub official: &'static [OfficialRule],
    /// Why the problem matters, in one or two sentences.
    pub why: &'static str,
    /// General instructions to fix the problem.
    pub fix: &'static str,
    /// An SQL query or az command to verify the problem manually.
    pub verify: &'static str,
    /// The page that documents the rule.
    pub link: &'static str,
    pub run: fn(&Facts) -> CheckResult,
}

impl Check {
    /// Returns the area of the check: the name of its folder.
    pub fn area(&self) -> &'static str {
        CHECKS_BY_ID.get(self.id).map_or("", |(area, _)| area)
    }
}

/// The areas in report order, each with its checks.
pub const AREAS: &[(&str, &[&Check])] = &[
    ("target", target::ALL),
    ("service", service::ALL),
    ("versions", versions::ALL),
    ("capacity", capacity::ALL),
    ("network", network::ALL),
    ("extensions", extensions::ALL),
    ("parameters", parameters::ALL),
    ("access", access::ALL),
    ("objects", objects::ALL),
    ("replication", replication::ALL),
];

/// Returns all checks in report order.
pub fn all() -> impl Iterator<Item = &'static Check> {
    AREAS.iter().flat_map(|(_, checks)| checks.iter().copied())
}

/// Every check with its area, by ID.
static CHECKS_BY_ID: LazyLock<BTreeMap<&str, (&str, &Check)>> = LazyLock::new(|| {
    let areas = AREAS.iter();
    areas
        .flat_map(|(area, checks)| checks.iter().map(|check| (check.id, (*area, *check))))
        .collect()
});

/// Returns the check with this ID.
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS_BY_ID.get(id).map(|(_, check)| *check)
}
