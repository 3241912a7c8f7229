//! Who may do what on the source.

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

use super::{Check, Findings, Unanswered, command};
use crate::facts::access::{InDatabase, Role};
use crate::facts::{Fact, Facts};
use crate::plan::SourceKind;
use crate::reference::providers;

/// The checks of this area, in the order of the report.
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

/// One part of what is known of each database that the migration takes. What could not be read is noted.
fn in_selected<'f, T>(
    facts: &'f Facts,
    findings: &mut Findings,
    part: fn(&InDatabase) -> &Fact<Vec<T>>,
) -> Result<Vec<(&'f str, &'f [T])>, Unanswered> {
    let access = facts.access.as_ref()?;
    let databases = facts.databases.as_ref()?;
    let mut all = Vec::new();
    for database in findings.selected(databases) {
        match access.in_database(&database.name) {
            Err(missing) => findings.unknown(&missing),
            Ok(known) => {
                if let Some(rows) = findings.know(part(known)) {
                    all.push((known.name.as_str(), rows.as_slice()));
                }
            }
        }
    }
    Ok(all)
}

/// The migration user in a finding: where nobody named one, the role that asked is taken for it, and that is said.
fn shown_user(facts: &Facts, user: &str) -> String {
    match facts.names_migration_user() {
        true => format!("`{user}`"),
        false => format!("`{user}` (who asked; nobody else is named by `--migration-user`)"),
    }
}

/// What gives the migration user the rights of a role. Membership alone does not where it is not inherited: from 16 on the
/// grant says so, and a mere `GRANT` leaves one that says otherwise; before, the member itself.
fn membership(facts: &Facts, role: &str, user: &str) -> Vec<String> {
    let user = command::identifier(user);
    let grant = format!("GRANT {} TO {user}", command::identifier(role));
    if facts.source_version().is_ok_and(|v| v.major() >= 16) {
        return vec![format!("{grant} WITH INHERIT TRUE")];
    }
    let access = facts.access.as_ref().ok();
    let member = access.and_then(|a| a.migration_user.as_ref().ok());
    match member.and_then(|m| m.inherits) {
        Some(false) => vec![grant, format!("ALTER ROLE {user} INHERIT")],
        _ => vec![grant],
    }
}

/// Whether somebody made this role, and neither `initdb` nor a provider. Without the kind of the source only accounts
/// that no one but a provider has are left out.
fn is_users_own(role: &Role, kind: Option<&SourceKind>) -> bool {
    !role.is_initial() && !is_providers(&role.name, kind)
}

fn is_providers(role: &str, kind: Option<&SourceKind>) -> bool {
    providers::is_superuser_account(role)
        || kind.is_some_and(|kind| providers::is_built_in_role(*kind, role))
}
