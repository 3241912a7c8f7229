//! Privileges and permissions that would provide the missing answers of a migration.

use std::collections::BTreeSet;

use super::model::{CheckReport, MigrationReport};
use super::phrases::count_noun;
use crate::commands::quote;
use crate::facts::Grant;

/// The grants and the number of checks that they enable.
pub(super) struct MissingPrivileges {
    /// One SQL statement or Azure action per line.
    pub grants: Vec<String>,
    /// Checks that these grants answer completely.
    complete_checks: usize,
    /// Checks that these grants answer partly.
    partial_checks: usize,
}

impl MissingPrivileges {
    /// Returns `None` if no grant would help.
    pub fn from_report(migration: &MigrationReport) -> Option<MissingPrivileges> {
        let open: Vec<&CheckReport> = migration
            .checks
            .iter()
            .filter(|c| c.missing.iter().any(|m| m.grant.is_some()))
            .collect();
        let grants: BTreeSet<&Grant> = open
            .iter()
            .flat_map(|c| c.missing.iter().filter_map(|m| m.grant.as_ref()))
            .collect();
        if grants.is_empty() {
            return None;
        }
        let user = migration.source.as_ref().map_or("", |s| s.user.as_str());
        let is_whole = |check: &&&CheckReport| check.missing.iter().all(|m| m.grant.is_some());
        let whole = open.iter().filter(is_whole).count();
        Some(MissingPrivileges {
            grants: grants.iter().map(|g| grant_statement(g, user)).collect(),
            complete_checks: whole,
            partial_checks: open.len() - whole,
        })
    }

    pub fn headline(&self) -> String {
        let more = |count: usize| {
            let checks = count_noun(count, "check");
            format!("{checks} more will answer")
        };
        match (self.complete_checks, self.partial_checks) {
            (0, part) => format!("grant these, and {} in part", more(part)),
            (whole, 0) => format!("grant these, and {}", more(whole)),
            (whole, part) => format!("grant these, and {}, {part} in part", more(whole)),
        }
    }
}

fn grant_statement(grant: &Grant, user: &str) -> String {
    let user = quote::quote_identifier(user);
    match grant {
        Grant::Connect(database) => {
            let database = quote::quote_identifier(database);
            format!("GRANT CONNECT ON DATABASE {database} TO {user};")
        }
        Grant::Membership(role) => format!("GRANT {role} TO {user};"),
        Grant::ArmAction(action) => {
            format!("the action {action}, to the identity that asks in Azure")
        }
    }
}
