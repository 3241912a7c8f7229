//! Checks for data in user-defined tablespaces. Since 0.1.0.
//! A flexible server has a single data storage, so that all data is migrated to the default tablespace.

use super::per_database_checks::for_each_object_facts;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::{DatabaseDefaults, TablespaceUse};
use crate::reference::providers;

pub const CHECK: Check = Check {
    id: "custom-tablespace",
    title: "Data lies in a tablespace of its own",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("tablespaces")],
    why: "The target has no tablespaces to make: all data goes to its one disk. What was on a faster, larger or separate volume is so no longer.",
    fix: "Nothing has to be done for the migration to run. Size the target's disk (capacity and IOPS) for all tablespaces together.",
    verify: "SELECT spcname, pg_tablespace_location(oid) FROM pg_tablespace",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let objects = facts.objects.as_ref()?;
    let mut findings = for_each_object_facts(facts, |findings, parts| {
        for one in findings
            .require(&parts.tablespace_use)
            .into_iter()
            .flatten()
        {
            if is_custom(&one.tablespace) {
                findings.push(relations_finding(&parts.database, one));
            }
        }
    })?;
    for database in findings.selected_databases(databases) {
        match objects.database_defaults(&database.name) {
            Ok(defaults) if is_custom(&defaults.tablespace) => {
                findings.push(database_finding(defaults))
            }
            Ok(_) => {}
            Err(missing) => findings.add_missing(&missing),
        }
    }
    Ok(findings)
}

fn is_custom(tablespace: &str) -> bool {
    !["pg_default", "pg_global"].contains(&tablespace)
        && !providers::is_temporary_tablespace(tablespace)
}

fn database_finding(defaults: &DatabaseDefaults) -> Finding {
    let (name, tablespace) = (&defaults.name, &defaults.tablespace);
    let message = format!("`{name}` lies in the tablespace `{tablespace}`");
    Finding::new(Object::for_database(name), message).with_evidence("tablespace", tablespace)
}

fn relations_finding(database: &str, one: &TablespaceUse) -> Finding {
    let TablespaceUse {
        tablespace,
        relations,
        bytes,
        first_relation,
    } = one;
    let message = match relations {
        1 => format!("`{first_relation}` lies in the tablespace `{tablespace}`"),
        n => format!(
            "{n} tables and indexes lie in the tablespace `{tablespace}`, `{first_relation}` among them"
        ),
    };
    Finding::new(
        Object::in_database(database, "tablespace", tablespace),
        message,
    )
    .with_evidence("relations", relations)
    .with_evidence("bytes", bytes)
}
