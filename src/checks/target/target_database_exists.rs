//! A database to migrate that already exists on the target is dropped, or stops the migration. Since 0.1.0.

use std::collections::BTreeSet;

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::config::ServerId;
use crate::facts::Facts;
use crate::facts::source::source_databases::SourceDatabases;
use crate::sizing::GIB;

pub const CHECK: Check = Check {
    id: "target-database-exists",
    title: "A database of the migration is on the target already, or cannot be migrated at all",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603101),
        OfficialRule::ServiceError(603111),
        OfficialRule::ServiceError(603117),
        OfficialRule::ServiceError(603700),
    ],
    why: "The service makes each database anew: where the name is taken it stops, or, when told to overwrite, drops what is \
          there. Databases of the platform and templates are never migrated.",
    fix: "Drop or rename the database on the target when nobody needs it, or say `--overwrite` (in a plan: \
          `overwrite = true`) when it is to be replaced; leave databases of the platform out.",
    verify: "az postgres flexible-server db list --resource-group <group> --server-name <name> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    let selected: Vec<String> = findings
        .selected_databases(databases)
        .iter()
        .map(|d| d.name.clone())
        .collect();
    let names: BTreeSet<&String> = selected.iter().chain(databases.requested()).collect();
    for name in &names {
        findings.items.extend(unsupported_name_finding(name));
    }
    if names.contains(&"postgres".to_owned()) {
        check_postgres(&mut findings, databases);
    }
    let server = facts.server.as_ref().map(|s| &s.id).ok();
    if let Some(existing) = findings.require(&facts.target_databases).cloned() {
        for name in existing.iter().filter(|n| names.contains(n)) {
            findings.push(existing_database_finding(facts, server, name));
        }
    }
    Ok(findings)
}

/// Returns a finding for a database name that the service does not support.
fn unsupported_name_finding(name: &str) -> Option<Finding> {
    let is_template = name.starts_with("template") && name[8..].chars().all(|c| c.is_ascii_digit());
    let is_platform = ["azure_sys", "azure_maintenance"].contains(&name);
    let what = match (is_template, is_platform) {
        (true, _) => "a template",
        (_, true) => "one of the platform's own",
        _ => return None,
    };
    let message = format!("`{name}` is {what}, which the service does not migrate: leave it out");
    Some(Finding::new(Object::for_database(name), message))
}

fn check_postgres(findings: &mut Findings, databases: &SourceDatabases) {
    if findings.require(databases.postgres_has_user_relations()) == Some(&true) {
        let message = "`postgres` holds tables of yours, and every target has a `postgres` of its own: move them to a \
                       database of their own first";
        findings.push(
            Finding::new(Object::for_database("postgres"), message)
                .with_severity(Severity::Warning),
        );
    }
}

fn existing_database_finding(facts: &Facts, server: Option<&ServerId>, name: &str) -> Finding {
    let overwrite = facts.migration.overwrite;
    let message = if overwrite {
        format!(
            "the target has a database `{name}`{}, which the migration will drop",
            describe_contents(facts, name)
        )
    } else {
        format!(
            "the target has a database `{name}` already{}",
            describe_contents(facts, name)
        )
    };
    let finding =
        Finding::new(Object::for_database(name), message).with_evidence("overwrite", overwrite);
    if overwrite {
        return finding.with_severity(Severity::Warning);
    }
    server.into_iter().fold(finding, |finding, id| {
        finding.with_fix(quote::delete_database(id, name))
    })
}

/// Describes the contents of a target database, if the target was read through SQL.
fn describe_contents(facts: &Facts, name: &str) -> String {
    let Ok(on_target) = &facts.target_sql else {
        return String::new();
    };
    let tables = on_target
        .user_relations
        .get(name)
        .and_then(|c| c.as_ref().ok());
    let bytes = on_target
        .sizes
        .as_ref()
        .ok()
        .and_then(|s| s.get(name).copied().flatten());
    let parts = tables
        .map(|n| format!("{n} relations"))
        .into_iter()
        .chain(bytes.map(|b| format!("{:.1} GiB", b as f64 / GIB)));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}
