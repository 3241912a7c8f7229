//! The checks: each asks one question of the facts, and is pure. One file per check, one folder per area.
//! Here: what a check is, what it returns, and [`ALL`] in the order of the report.
//! Not here: what an outcome means for the verdict (`verdict`), how it is shown (`report`).
//!
//! A new check is one file, two adjacent lines in its area's `mod.rs`, and one folder in `fixtures/checks`.

pub mod access;
pub mod capacity;
pub mod command;
pub mod extensions;
mod finding;
mod moment;
pub mod network;
pub mod objects;
pub mod parameters;
pub mod planned;
pub mod replication;
pub mod service;
pub mod step;
pub mod target;
#[cfg(test)]
mod tests;
pub mod versions;

use crate::facts::Facts;
use crate::plan::Mode;

pub use crate::plan::Severity;
pub use finding::{Finding, Findings, Judged, Unanswered};
pub use step::Step;

/// Which answers a check needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// ARM alone.
    Target,
    /// SQL on the source alone.
    Source,
    /// Both sides.
    Pair,
    /// What the user says of the migration.
    Plan,
}

/// What a check stands for: an official rule that anybody can look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Official {
    /// An error code of the migration service.
    ServiceError(u32),
    /// A rule of the Azure Migrate assessment, by its short name.
    AzureMigrate(&'static str),
    /// A documented prerequisite of the migration service, by its short name.
    Prerequisite(&'static str),
}

impl std::fmt::Display for Official {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Official::ServiceError(code) => write!(f, "migration service error {code}"),
            Official::AzureMigrate(rule) => write!(f, "Azure Migrate rule `{rule}`"),
            Official::Prerequisite(name) => write!(f, "documented prerequisite `{name}`"),
        }
    }
}

/// Where the documented prerequisites stand.
pub const PREREQUISITES: &str = "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/overview-migration-service-postgresql";

/// One check. Everything that is said of it anywhere comes from this record.
pub struct Check {
    /// Kebab-case, names the problem, at most 32 characters; never reused for another problem.
    pub id: &'static str,
    /// The problem, as a short sentence.
    pub title: &'static str,
    /// The most that one of its findings weighs.
    pub severity: Severity,
    /// What it counts as when an answer that it needs was refused. Under `--strict`: its own severity.
    pub unknown: Severity,
    pub needs: Needs,
    /// The mode that it is for; `None` for both.
    pub mode: Option<Mode>,
    pub official: &'static [Official],
    /// Why it matters, in a sentence or two.
    pub why: &'static str,
    /// What to do about it, in general.
    pub fix: &'static str,
    /// A query or an az command that shows the matter to a person.
    pub look: &'static str,
    /// The page that says so.
    pub link: &'static str,
    pub run: fn(&Facts) -> Judged,
}

impl Check {
    /// The area that it belongs to: the name of its folder.
    pub fn area(&self) -> &'static str {
        AREAS
            .iter()
            .find(|(_, all)| all.iter().any(|c| c.id == self.id))
            .map_or("", |(area, _)| area)
    }
}

/// The areas in the order of the report, each with its checks.
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

/// Every check, in the order of the report.
pub fn all() -> impl Iterator<Item = &'static Check> {
    AREAS.iter().flat_map(|(_, checks)| checks.iter().copied())
}

/// The check of this id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|c| c.id == id)
}
