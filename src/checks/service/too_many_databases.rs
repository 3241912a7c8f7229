//! One migration supports at most eight databases. Since 0.1.0.
//!
//! Rule: the command-line guide (2025-02-07). Newer portal guides no longer document it, so it is a warning.

use crate::checks::{Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, Severity};
use crate::facts::Facts;

/// The maximum number of databases of one migration.
const MAX_DATABASES: usize = 8;

pub const CHECK: Check = Check {
    id: "too-many-databases",
    title: "One migration takes eight databases at most",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Plan,
    mode: None,
    official: &[],
    why: "The guides of the migration service limit one migration to eight databases, and one target runs one migration at \
          a time; the limit has no error code of its own.",
    fix: "Migrate in batches, one after the other, those first that belong together.",
    verify: "SELECT count(*) FROM pg_database WHERE NOT datistemplate AND datallowconn",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/how-to-setup-azure-cli-commands-postgresql",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let named = &facts.migration.databases;
    let names: Vec<&str> = if !named.is_empty() {
        named.iter().map(String::as_str).collect()
    } else if facts.migration.scope.has_source() {
        let selected = findings.selected_databases(facts.databases.as_ref()?);
        selected.iter().map(|d| d.name.as_str()).collect()
    } else {
        return Err(Inconclusive::not_applicable(
            "no databases were named, and no source was given",
        ));
    };
    if names.len() > MAX_DATABASES {
        let message = format!("this migration takes {} databases", names.len());
        let start = Finding::new(Object::Server, message);
        let batches = names.chunks(MAX_DATABASES).enumerate();
        findings.push(batches.fold(start, |finding, (number, batch)| {
            finding.with_row(&format!("batch {}", number + 1), batch.join(", "))
        }));
    }
    Ok(findings)
}
