//! Checks for data in user-defined tablespaces. Since 0.1.0.
//! A flexible server has a single data storage, so that all data is migrated to the default tablespace.

use super::each::in_each;
use crate::checks::{Check, Finding, Judged, Needs, Official, Severity};
use crate::facts::Facts;
use crate::facts::objects::{Defaults, TablespaceUse};
use crate::reference::providers;

pub const CHECK: Check = Check {
    id: "custom-tablespace",
    title: "Data lies in a tablespace of its own",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[Official::AzureMigrate("tablespaces")],
    why: "The target has no tablespaces to make: all data goes to its one disk. What was on a faster, larger or separate volume is so no longer.",
    fix: "Nothing has to be done for the migration to run. Size the target's disk (capacity and IOPS) for all tablespaces together.",
    look: "SELECT spcname, pg_tablespace_location(oid) FROM pg_tablespace",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> Judged {
    let databases = facts.databases.as_ref()?;
    let objects = facts.objects.as_ref()?;
    let mut findings = in_each(facts, |findings, parts| {
        for one in findings.know(&parts.tablespace_use).into_iter().flatten() {
            if is_custom(&one.tablespace) {
                findings.push(relations(&parts.database, one));
            }
        }
    })?;
    for database in findings.selected(databases) {
        match objects.defaults_of(&database.name) {
            Ok(defaults) if is_custom(&defaults.tablespace) => findings.push(whole(defaults)),
            Ok(_) => {}
            Err(missing) => findings.unknown(&missing),
        }
    }
    Ok(findings)
}

fn is_custom(tablespace: &str) -> bool {
    !["pg_default", "pg_global"].contains(&tablespace)
        && !providers::is_temporary_tablespace(tablespace)
}

fn whole(defaults: &Defaults) -> Finding {
    let (name, tablespace) = (&defaults.name, &defaults.tablespace);
    let message = format!("`{name}` lies in the tablespace `{tablespace}`");
    Finding::new(format!("database/{name}"), message).evidence("tablespace", tablespace)
}

fn relations(database: &str, one: &TablespaceUse) -> Finding {
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
    Finding::new(format!("{database}/tablespace/{tablespace}"), message)
        .evidence("relations", relations)
        .evidence("bytes", bytes)
}
