//! Checks for role names that are reserved on the target. Since 0.1.0.
//! PostgreSQL 9.6 and later rejects names that begin with `pg_`. Flexible servers have additional built-in roles.

use super::is_provider_account;
use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::SourceKind;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "reserved-role-name",
    title: "A role has a name that is taken on the target",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "PostgreSQL keeps names that begin with `pg_` for itself, and a flexible server has `azuresu`, `azure_pg_admin` and \
          `replication`: such a role cannot be created there, and grants to it would reach Azure's own.",
    fix: "Rename the role on the source before the roles are carried over.",
    verify: "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND (rolname LIKE 'pg\\_%' OR rolname IN ('azuresu', \
           'azure_pg_admin', 'replication'))",
    link: "https://www.postgresql.org/docs/current/sql-createrole.html",
    run,
};

/// Built-in roles of every flexible server.
const AZURE_ROLES: &[&str] = &["azuresu", "azure_pg_admin", "replication"];

fn run(facts: &Facts) -> CheckResult {
    let roles = facts.privileges.as_ref()?.roles.as_ref()?;
    let mut findings = Findings::none();
    let kind = facts.source_kind();
    let kind = findings.require(&kind);
    let administrator = target_administrator(facts, &mut findings);
    for role in roles.iter().filter(|r| !r.is_initial()) {
        let name = role.name.as_str();
        let is_reserved = name.starts_with("pg_") || AZURE_ROLES.contains(&name);
        let is_built_in_azure_role = kind.is_some_and(is_azure) && AZURE_ROLES.contains(&name);
        if is_reserved && !is_built_in_azure_role && !is_provider_pg_role(name, kind) {
            findings.push(reserved_name_finding(name));
        } else if administrator == Some(name) {
            findings.push(administrator_name_finding(name));
        }
    }
    Ok(findings)
}

/// Returns whether this is a provider's role with a `pg_` prefix.
/// The prefix is required because [`is_provider_account`] matches `azuresu` by name on every source kind.
/// On a source outside Azure, `azuresu` is a user-created role.
fn is_provider_pg_role(name: &str, kind: Option<&SourceKind>) -> bool {
    name.starts_with("pg_") && is_provider_account(name, kind)
}

fn is_azure(kind: &SourceKind) -> bool {
    use crate::config::SourceKind::*;
    matches!(
        kind,
        PostgresqlSingleServer | PostgresqlFlexibleServer | PostgresqlCosmosDb
    )
}

/// Returns the administrator login of the target, or `None` if the migration has no target.
fn target_administrator<'f>(facts: &'f Facts, findings: &mut Findings) -> Option<&'f str> {
    if !facts.migration.scope.has_target() {
        return None;
    }
    match &facts.server {
        Err(missing) if missing.is_absent_target() => None,
        server => findings
            .require(server)
            .and_then(|s| findings.require(&s.administrator_login))
            .and_then(|login| login.as_deref()),
    }
}

fn reserved_name_finding(name: &str) -> Finding {
    let whose = if name.starts_with("pg_") {
        "PostgreSQL"
    } else {
        "Azure"
    };
    let rename = format!(
        "ALTER ROLE {} RENAME TO <name>",
        quote::quote_identifier(name)
    );
    Finding::new(
        Object::role(name),
        format!("`{name}` is a name that {whose} keeps for itself"),
    )
    .with_fix(FixStep::sql(rename).to_complete())
}

fn administrator_name_finding(name: &str) -> Finding {
    let message = format!(
        "`{name}` is also the administrator of the target: there it has the rights that Azure gives it, not those of the source"
    );
    Finding::new(Object::role(name), message).with_severity(Severity::Note)
}
