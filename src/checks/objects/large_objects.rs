//! Checks for large objects. Since 0.1.0.
//! They are copied with the database, but logical replication does not replicate their changes.

use super::each::{counted, in_each};
use crate::checks::{Check, Finding, Judged, Needs, Severity};
use crate::facts::Facts;
use crate::facts::objects::LargeObjects;
use crate::plan::Mode;

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
    look: "SELECT count(*) FROM pg_largeobject_metadata",
    link: "https://www.postgresql.org/docs/current/logical-replication-restrictions.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let mode = facts.migration.mode;
    in_each(facts, |findings, parts| {
        if let Some(large) = findings.know(&parts.large_objects)
            && large.objects > 0
        {
            findings.push(finding(&parts.database, large, mode));
        }
    })
}

fn finding(database: &str, large: &LargeObjects, mode: Mode) -> Finding {
    let orphans = match large.columns_of_oid {
        Some(0) => "; no column is of a type that names one, so they may be orphans",
        _ => "",
    };
    let consequence = match mode {
        Mode::Online => ", whose changes are not replicated",
        Mode::Offline => "",
    };
    let message = format!(
        "`{database}` holds {}{consequence}{orphans}",
        counted(large.objects, "large object")
    );
    let finding = Finding::new(format!("database/{database}"), message)
        .evidence("large objects", large.objects)
        .evidence("bytes", large.bytes);
    match mode {
        Mode::Online => finding,
        Mode::Offline => finding.milder(Severity::Note),
    }
}
