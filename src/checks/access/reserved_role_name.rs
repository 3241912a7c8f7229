//! Checks for role names that are reserved on the target. Since 0.1.0.
//! PostgreSQL 9.6 and later rejects names that begin with `pg_`. Flexible servers have additional built-in roles.

use super::is_providers;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, command};
use crate::facts::Facts;
use crate::plan::SourceKind;

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
    look: "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND (rolname LIKE 'pg\\_%' OR rolname IN ('azuresu', \
           'azure_pg_admin', 'replication'))",
    link: "https://www.postgresql.org/docs/current/sql-createrole.html",
    run,
};

/// Built-in roles of every flexible server.
const AZURES: &[&str] = &["azuresu", "azure_pg_admin", "replication"];

fn run(facts: &Facts) -> Judged {
    let roles = facts.access.as_ref()?.roles.as_ref()?;
    let mut findings = Findings::none();
    let kind = facts.source_kind();
    let kind = findings.know(&kind);
    let administrator = administrator(facts, &mut findings);
    for role in roles.iter().filter(|r| !r.is_initial()) {
        let name = role.name.as_str();
        let is_taken = name.starts_with("pg_") || AZURES.contains(&name);
        let is_azures_own = kind.is_some_and(is_azure) && AZURES.contains(&name);
        if is_taken && !is_azures_own && !is_providers_pg(name, kind) {
            findings.push(taken(name));
        } else if administrator == Some(name) {
            findings.push(administrators(name));
        }
    }
    Ok(findings)
}

/// Returns whether this is a provider's role with a `pg_` prefix.
/// The prefix is required because [`is_provider_account`] matches `azuresu` by name on every source kind.
/// On a source outside Azure, `azuresu` is a user-created role.
fn is_providers_pg(name: &str, kind: Option<&SourceKind>) -> bool {
    name.starts_with("pg_") && is_providers(name, kind)
}

fn is_azure(kind: &SourceKind) -> bool {
    use SourceKind::*;
    matches!(
        kind,
        PostgresqlSingleServer | PostgresqlFlexibleServer | PostgresqlCosmosDb
    )
}

/// Returns the administrator login of the target, or `None` if the migration has no target.
fn administrator<'f>(facts: &'f Facts, findings: &mut Findings) -> Option<&'f str> {
    if !facts.migration.scope.has_target() {
        return None;
    }
    match &facts.server {
        Err(missing) if missing.is_absent_target() => None,
        server => findings
            .know(server)
            .and_then(|s| findings.know(&s.administrator_login))
            .and_then(|login| login.as_deref()),
    }
}

fn taken(name: &str) -> Finding {
    let whose = if name.starts_with("pg_") {
        "PostgreSQL"
    } else {
        "Azure"
    };
    let rename = format!("ALTER ROLE {} RENAME TO <name>;", command::identifier(name));
    Finding::new(
        format!("role/{name}"),
        format!("`{name}` is a name that {whose} keeps for itself"),
    )
    .fix(rename)
}

fn administrators(name: &str) -> Finding {
    let message = format!(
        "`{name}` is also the administrator of the target: there it has the rights that Azure gives it, not those of the source"
    );
    Finding::new(format!("role/{name}"), message).milder(Severity::Note)
}
