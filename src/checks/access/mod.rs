//! Checks roles, ownership, and privileges on the source, and the migration user's privileges on the target.

mod default_privileges_of_others;
mod entra_roles_missing;
mod replication_right_missing;
mod reserved_role_name;
mod roles_move_by_hand;
mod row_security_stops_copy;
mod source_database_missing;
mod source_user_cannot_read;
mod source_user_not_owner;
mod superuser_owned_objects;
mod superuser_roles;
mod system_catalog_grants;
mod target_user_lacks_rights;

use super::{Check, Findings, Inconclusive};
use crate::commands::quote;
use crate::config::SourceKind;
use crate::facts::source::privileges::{DatabasePrivileges, SourceRole};
use crate::facts::{Fact, Facts};
use crate::reference::providers;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &superuser_roles::CHECK,
    &superuser_owned_objects::CHECK,
    &roles_move_by_hand::CHECK,
    &reserved_role_name::CHECK,
    &system_catalog_grants::CHECK,
    &source_user_not_owner::CHECK,
    &source_user_cannot_read::CHECK,
    &row_security_stops_copy::CHECK,
    &default_privileges_of_others::CHECK,
    &replication_right_missing::CHECK,
    &entra_roles_missing::CHECK,
    &target_user_lacks_rights::CHECK,
    &source_database_missing::CHECK,
];

/// Returns one list of privilege facts for each selected database, with the database name.
/// Facts that could not be read are added to `findings` as missing.
fn rows_per_database<'f, T>(
    facts: &'f Facts,
    findings: &mut Findings,
    select_rows: fn(&DatabasePrivileges) -> &Fact<Vec<T>>,
) -> Result<Vec<(&'f str, &'f [T])>, Inconclusive> {
    let access = facts.privileges.as_ref()?;
    let databases = facts.databases.as_ref()?;
    let mut all = Vec::new();
    for database in findings.selected_databases(databases) {
        match access.databases.get(&database.name) {
            Err(missing) => findings.add_missing(&missing),
            Ok(database_facts) => {
                if let Some(rows) = findings.require(select_rows(database_facts)) {
                    all.push((database_facts.database.as_str(), rows.as_slice()));
                }
            }
        }
    }
    Ok(all)
}

/// Formats the migration user for a finding.
/// Without `--migration-user`, the connected role is used, and the text states that.
fn describe_user(facts: &Facts, user: &str) -> String {
    if facts.has_explicit_migration_user() {
        format!("`{user}`")
    } else {
        format!("`{user}` (who asked; nobody else is named by `--migration-user`)")
    }
}

/// Returns the statements that grant the privileges of `role` to `user`.
/// Membership has no effect unless it is inherited.
/// In PostgreSQL 16 and later, inheritance is an option of the grant.
/// A plain `GRANT` does not change an existing option.
/// In earlier versions, inheritance is an attribute of the member role.
fn membership_statements(facts: &Facts, role: &str, user: &str) -> Vec<String> {
    let user = quote::quote_identifier(user);
    let grant = format!("GRANT {} TO {user}", quote::quote_identifier(role));
    if facts.source_version().is_ok_and(|v| v.major() >= 16) {
        return vec![format!("{grant} WITH INHERIT TRUE")];
    }
    let access = facts.privileges.as_ref().ok();
    let member = access.and_then(|a| a.migration_user.as_ref().ok());
    match member.and_then(|m| m.inherits) {
        Some(false) => vec![grant, format!("ALTER ROLE {user} INHERIT")],
        _ => vec![grant],
    }
}

/// Returns whether a user created this role, rather than `initdb` or a cloud provider.
/// If the source kind is unknown, only account names that are unique to providers are excluded.
fn is_user_created(role: &SourceRole, kind: Option<&SourceKind>) -> bool {
    !role.is_initial() && !is_provider_account(&role.name, kind)
}

fn is_provider_account(role: &str, kind: Option<&SourceKind>) -> bool {
    providers::is_provider_superuser(role)
        || kind.is_some_and(|kind| providers::is_built_in_role(*kind, role))
}
