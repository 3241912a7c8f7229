//! Databases that are not migrated must be known. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "database-not-selected",
    title: "A database of the source is not part of this migration",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The service copies the databases that it is told, and no others: what an application keeps in one of those is \
          not on the target afterwards.",
    fix: "Add the database to the migration, or plan another migration for it, if anything on the target will need it.",
    verify: "SELECT datname FROM pg_database WHERE NOT datistemplate",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let (excluded, missing) = databases.not_selected();
    let mut findings = Findings::none();
    if let Some(missing) = missing {
        findings.add_missing(&missing);
    }
    for database in excluded {
        let name = &database.name;
        let why = match (name.as_str(), database.allows_connections) {
            (_, false) => ": it takes no connections",
            ("postgres", _) => ", and holds objects of users",
            _ => "",
        };
        let message = format!("`{name}` is not part of this migration{why}");
        let finding = Finding::new(Object::for_database(name), message);
        findings.push(match database.size() {
            Ok(bytes) => finding.with_evidence("size_mib", bytes / 1_048_576),
            Err(_) => finding,
        });
    }
    Ok(findings)
}
