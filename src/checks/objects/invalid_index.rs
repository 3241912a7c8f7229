//! Checks for invalid indexes, which `pg_dump` does not dump. Since 0.1.0.

use super::per_database_checks::{check_copy_hazards, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::facts::Facts;
use crate::facts::source::copy_hazards::DefectiveRelation;
use crate::facts::version::Version;

pub const CHECK: Check = Check {
    id: "invalid-index",
    title: "An index is not valid",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "A CREATE INDEX CONCURRENTLY that failed leaves an index that costs at every write and serves no query. It is not \
          copied: if it was meant to be unique, nothing on the target keeps the values so.",
    fix: "Drop the index or build it again before the migration. One that is being built right now needs patience only.",
    verify: "SELECT indexrelid::regclass, indrelid::regclass FROM pg_index WHERE NOT indisvalid",
    link: "https://www.postgresql.org/docs/current/sql-createindex.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let version = facts.source_version().ok();
    check_copy_hazards(
        facts,
        "index",
        |r| &r.invalid_indexes,
        |database, index| Some(finding(database, index, version)),
    )
}

fn finding(database: &str, index: &DefectiveRelation, version: Option<Version>) -> Finding {
    let unique = if index.is_unique == Some(true) {
        "unique index"
    } else {
        "index"
    };
    let message = format!(
        "the {unique} `{}` on `{}` is not valid",
        index.object, index.table_name
    );
    // `REINDEX … CONCURRENTLY` requires PostgreSQL 12.
    let concurrently = match version {
        Some(version) if version.num() >= 120_000 => "CONCURRENTLY ",
        _ => "",
    };
    let statement = format!("REINDEX INDEX {concurrently}{}", index.object);
    Finding::new(
        Object::in_database(database, "index", &index.object),
        message,
    )
    .with_evidence("table", &index.table_name)
    .with_fix(source_statement(database, &statement))
}
