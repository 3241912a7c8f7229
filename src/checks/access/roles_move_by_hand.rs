//! Lists the roles that must be migrated manually. Since 0.1.0.
//! The service migrates databases. It migrates roles only if the source is an Azure Single Server.
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-user-roles-migration-service>

use super::is_user_created;
use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::{SourceKind, SourceServer};
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "roles-move-by-hand",
    title: "Roles are to be carried over by hand",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The service migrates databases. Roles, their memberships and passwords stay behind unless the source is an Azure \
          Single Server, and grants to a role that the target does not have are lost.",
    fix: "Dump the roles, take out what the target refuses (superusers, `pg_…` names, tablespaces), and run the rest on the \
          target before the migration.",
    verify: "SELECT rolname, rolcanlogin FROM pg_roles WHERE oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-user-roles-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let source = facts.migration.source.as_ref();
    let source = source.ok_or_else(Missing::no_source)?;
    let roles = facts.privileges.as_ref()?.roles.as_ref()?;
    let kind = facts.source_kind()?;
    if kind == SourceKind::PostgresqlSingleServer {
        return Ok(Findings::none());
    }
    let user_created = roles.iter().filter(|r| is_user_created(r, Some(&kind)));
    let names: Vec<&str> = user_created.map(|r| r.name.as_str()).collect();
    if names.is_empty() {
        return Ok(Findings::none());
    }
    // An ellipsis in place of a single name saves no space.
    let limit = if names.len() == 6 { 6 } else { 5 };
    let shown = names.iter().take(limit).map(|n| format!("`{n}`"));
    let shown: Vec<String> = shown.collect();
    let more = if names.len() > limit { ", …" } else { "" };
    let (are, them) = if names.len() == 1 {
        ("role is", "it")
    } else {
        ("roles are", "them")
    };
    let message = format!(
        "{} {are} not migrated from this kind of source ({kind}): {}{more}; carry {them} over",
        names.len(),
        shown.join(", ")
    );
    let finding = Finding::new(Object::Server, message).with_evidence("roles", names.len());
    let asks_with_all_rights = facts.session.as_ref().is_ok_and(|s| s.is_superuser);
    let user = if kind.is_managed() || asks_with_all_rights {
        &source.user
    } else {
        "<superuser>"
    };
    Ok(finding
        .with_fix(FixStep::manual(dump_command(
            source,
            user,
            !kind.is_managed(),
        )))
        .into())
}

/// Returns the `pg_dumpall` command for the roles.
/// Only a superuser can read password hashes. Managed services do not grant superuser access.
fn dump_command(source: &SourceServer, user: &str, with_passwords: bool) -> String {
    let passwords = if with_passwords {
        ""
    } else {
        " --no-role-passwords"
    };
    format!(
        "pg_dumpall --globals-only{passwords} --host {} --port {} --username {} --file roles.sql",
        quote::quote_bash(&source.host),
        source.port,
        quote::quote_bash(user)
    )
}
