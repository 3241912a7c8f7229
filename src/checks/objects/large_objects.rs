//! Checks for large objects. Since 0.1.0.
//! They are copied with the database, but logical replication does not replicate their changes.

use super::per_database_checks::for_each_object_facts;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;
use crate::facts::source::objects::LargeObjects;
use crate::plural::count_noun;

pub const CHECK: Check = Check {
    id: "large-objects",
    title: "Large objects are in a database",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "Online, a large object that is made or changed after the copy has begun is not on the target; offline, large objects are copied, slowly when they are many. The rule is PostgreSQL's own.",
    fix: "Remove orphans with `vacuumlo`. For an online migration, have the applications leave large objects alone from the start of the copy to the cutover, or move them into `bytea` columns.",
    verify: "SELECT count(*) FROM pg_largeobject_metadata",
    link: "https://www.postgresql.org/docs/current/logical-replication-restrictions.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mode = facts.migration.mode;
    for_each_object_facts(facts, |findings, parts| {
        if let Some(large) = findings.require(&parts.large_objects)
            && large.objects > 0
        {
            findings.push(finding(&parts.database, large, mode));
        }
    })
}

fn finding(database: &str, large: &LargeObjects, mode: MigrationMode) -> Finding {
    let orphans = match large.columns_of_oid {
        Some(0) => "; no column is of a type that names one, so they may be orphans",
        _ => "",
    };
    let consequence = match mode {
        MigrationMode::Online => ", whose changes are not replicated",
        MigrationMode::Offline => "",
    };
    let message = format!(
        "`{database}` holds {}{consequence}{orphans}",
        count_noun(large.objects, "large object")
    );
    let finding = Finding::new(Object::for_database(database), message)
        .with_evidence("large objects", large.objects)
        .with_evidence("bytes", large.bytes);
    match mode {
        MigrationMode::Online => finding,
        MigrationMode::Offline => finding.with_severity(Severity::Note),
    }
}
