//! Checks for data types that the target's major version no longer has. Since 0.1.0.
//! The types are in `reference::removed`. The pg_upgrade source file `check.c` rejects the same types in tables.

use super::per_database_checks::source_statement;
use super::removed_uses::{AffectedUse, affected_uses, findings_by_object};
use crate::checks::{Check, CheckResult, FixStep, Needs, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::reference::removed::RemovedFeature;

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
    verify: "SELECT attrelid::regclass, attname, atttypid::regtype FROM pg_attribute WHERE attrelid >= 16384 AND \
           atttypid::regtype::text IN ('abstime', 'reltime', 'tinterval', 'unknown')",
    link: "https://www.postgresql.org/docs/release/12.0/",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let (found, mut findings) = affected_uses(
        facts,
        |d| vec![&d.type_uses, &d.definition_uses],
        |r| matches!(r.feature, RemovedFeature::Type(_)),
    )?;
    for mut finding in findings_by_object(&found, "uses") {
        let of_it = found.iter().filter(|c| c.object() == finding.object);
        finding.fix.extend(of_it.filter_map(alter_column_step));
        findings.push(finding);
    }
    Ok(findings)
}

/// Returns a step that changes the type of a table column.
/// Returns `None` if the removed type cannot be cast to its replacement.
fn alter_column_step(one: &AffectedUse) -> Option<FixStep> {
    let column = one.usage.part.as_deref()?.strip_prefix("column ")?;
    if one.usage.object_kind != "table" {
        return None;
    }
    let RemovedFeature::Type(old) = one.removal.feature else {
        return None;
    };
    let new = match old {
        "abstime" => "timestamptz",
        "reltime" => "interval",
        "unknown" => "text",
        _ => return None,
    };
    let (column, table) = (quote::quote_identifier(column), &one.usage.object);
    let statement =
        format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {new} USING {column}::{new}");
    Some(source_statement(one.database, &statement))
}
