//! Checks for data types that the target's major version no longer has. Since 0.1.0.
//! The types are in `reference::removed`. The pg_upgrade source file `check.c` rejects the same types in tables.

use super::each::within;
use super::uses::{Crossed, by_object, crossed};
use crate::checks::{Check, Judged, Needs, Severity, Step, command};
use crate::facts::Facts;
use crate::reference::removed::What;

pub const CHECK: Check = Check {
    id: "removed-data-type",
    title: "A data type is used that the target's major has no more",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "PostgreSQL itself took the type away: the target cannot create the table, view, domain or function, and what \
          depends on it is missing too.",
    fix: "Change the column to the type that takes its place, and drop or rewrite what else uses the old one, before the \
          migration.",
    look: "SELECT attrelid::regclass, attname, atttypid::regtype FROM pg_attribute WHERE attrelid >= 16384 AND \
           atttypid::regtype::text IN ('abstime', 'reltime', 'tinterval', 'unknown')",
    link: "https://www.postgresql.org/docs/release/12.0/",
    run,
};

fn run(facts: &Facts) -> Judged {
    let (found, mut findings) = crossed(
        facts,
        |d| vec![&d.types, &d.uses],
        |r| matches!(r.what, What::Type(_)),
    )?;
    for mut finding in by_object(&found, "uses") {
        let of_it = found.iter().filter(|c| c.object() == finding.object);
        finding.fix.extend(of_it.filter_map(change));
        findings.push(finding);
    }
    Ok(findings)
}

/// Returns a step that changes the type of a table column.
/// Returns `None` if the removed type cannot be cast to its replacement.
fn change(one: &Crossed) -> Option<Step> {
    let column = one.used.part.as_deref()?.strip_prefix("column ")?;
    if one.used.object_kind != "table" {
        return None;
    }
    let What::Type(old) = one.removal.what else {
        return None;
    };
    let new = match old {
        "abstime" => "timestamptz",
        "reltime" => "interval",
        "unknown" => "text",
        _ => return None,
    };
    let (column, table) = (command::identifier(column), &one.used.object);
    let statement =
        format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {new} USING {column}::{new}");
    Some(within(one.database, &statement))
}
