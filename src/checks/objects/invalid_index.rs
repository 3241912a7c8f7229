//! Checks for invalid indexes, which `pg_dump` does not dump. Since 0.1.0.

use super::each::{each_relation, within};
use crate::checks::{Check, Finding, Judged, Needs, Severity};
use crate::facts::relations::Defective;
use crate::facts::{Facts, version::Version};

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
    look: "SELECT indexrelid::regclass, indrelid::regclass FROM pg_index WHERE NOT indisvalid",
    link: "https://www.postgresql.org/docs/current/sql-createindex.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let version = facts.source_version().ok();
    each_relation(
        facts,
        "index",
        |r| &r.invalid_indexes,
        |database, index| Some(finding(database, index, version)),
    )
}

fn finding(database: &str, index: &Defective, version: Option<Version>) -> Finding {
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
    Finding::new(format!("{database}/index/{}", index.object), message)
        .evidence("table", &index.table_name)
        .fix(within(database, &statement))
}
