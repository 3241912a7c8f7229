//! Privileges and permissions that would provide the missing answers of a migration.

use std::collections::BTreeSet;

use super::value::{CheckReport, MigrationReport};
use super::words::counted;
use crate::checks::command;
use crate::facts::Grant;

/// The grants and the number of checks that they enable.
pub(super) struct Lacking {
    /// One SQL statement or Azure action per line.
    pub grants: Vec<String>,
    /// Checks that these grants answer completely.
    whole: usize,
    /// Checks that these grants answer partly.
    in_part: usize,
}

impl Lacking {
    /// Returns `None` if no grant would help.
    pub fn of(migration: &MigrationReport) -> Option<Lacking> {
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
        Some(Lacking {
            grants: grants.iter().map(|g| statement(g, user)).collect(),
            whole,
            in_part: open.len() - whole,
        })
    }

    pub fn headline(&self) -> String {
        let more = |count: usize| {
            let checks = counted(count, "check");
            format!("{checks} more will answer")
        };
        match (self.whole, self.in_part) {
            (0, part) => format!("grant these, and {} in part", more(part)),
            (whole, 0) => format!("grant these, and {}", more(whole)),
            (whole, part) => format!("grant these, and {}, {part} in part", more(whole)),
        }
    }
}

fn statement(grant: &Grant, user: &str) -> String {
    let user = command::identifier(user);
    match grant {
        Grant::Connect(database) => {
            let database = command::identifier(database);
            format!("GRANT CONNECT ON DATABASE {database} TO {user};")
        }
        Grant::Membership(role) => format!("GRANT {role} TO {user};"),
        Grant::ArmAction(action) => {
            format!("the action {action}, to the identity that asks in Azure")
        }
    }
}
