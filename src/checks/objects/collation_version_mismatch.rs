//! Checks for collations whose library version changed since it was recorded. Since 0.1.0.
//! The sort order can change with the library, and an older index is then out of order.
//! A unique index can hold duplicates, so that the index build on the target fails.
//! PostgreSQL records collation versions since 10, and the version of a database's default collation since 15.

use super::per_database_checks::{describe_usage, for_each_object_facts, source_statement};
use crate::checks::{Check, CheckResult, Finding, FixStep, Inconclusive, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::objects::{Collation, DatabaseDefaults};

pub const CHECK: Check = Check {
    id: "collation-version-mismatch",
    title: "A collation is of another version than when it was recorded",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "Indexes on text that were built before the operating system's or ICU's upgrade may be out of order, so that rows are not found and a unique key holds the same value twice; the index build on the target then fails. The rule is PostgreSQL's own.",
    fix: "Rebuild the indexes that depend on the collation, remove what turns out to be duplicate, then record the new version.",
    verify: "SELECT collname, collversion, pg_collation_actual_version(oid) FROM pg_collation WHERE collversion <> pg_collation_actual_version(oid)",
    link: "https://www.postgresql.org/docs/current/sql-altercollation.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let version = facts.source_version()?;
    if version.major() < 10 {
        let why = format!(
            "PostgreSQL {} does not record versions of collations",
            version.major_label()
        );
        return Err(Inconclusive::not_applicable(why));
    }
    let databases = facts.databases.as_ref()?;
    let objects = facts.objects.as_ref()?;
    let mut findings = for_each_object_facts(facts, |findings, parts| {
        if let Some(list) = findings.require(&parts.collations) {
            let found = list
                .rows
                .iter()
                .filter_map(|c| collation_finding(&parts.database, c));
            findings.items.extend(found);
        }
    })?;
    for database in findings.selected_databases(databases) {
        match objects.database_defaults(&database.name) {
            Ok(defaults) => findings.items.extend(database_finding(defaults)),
            Err(missing) => findings.add_missing(&missing),
        }
    }
    Ok(findings)
}

fn collation_finding(database: &str, collation: &Collation) -> Option<Finding> {
    let (recorded, actual) = collation.version_mismatch()?;
    let first = collation.first_use.as_deref()?;
    let name = format!("{}.{}", collation.schema, collation.name);
    let message = format!(
        "`{name}` was recorded with version {recorded} and is {actual} now; {}",
        describe_usage(collation.uses, first)
    );
    let refresh = format!(
        "ALTER COLLATION {}.{} REFRESH VERSION",
        quote::quote_identifier(&collation.schema),
        quote::quote_identifier(&collation.name)
    );
    Some(
        Finding::new(Object::in_database(database, "collation", name), message)
            .with_evidence("recorded", recorded)
            .with_evidence("actual", actual)
            .with_evidence("uses", collation.uses)
            .with_fix(reindex_step(database))
            .with_fix(source_statement(database, &refresh)),
    )
}

/// Only the connected database can be reindexed.
fn reindex_step(database: &str) -> FixStep {
    let statement = format!("REINDEX DATABASE {}", quote::quote_identifier(database));
    FixStep::sql_in(database, statement).naming_its_database()
}

fn database_finding(defaults: &DatabaseDefaults) -> Option<Finding> {
    let (recorded, actual) = defaults.version_mismatch()?;
    let name = quote::quote_identifier(&defaults.name);
    let locale = defaults.locale.as_ref().unwrap_or(&defaults.collation);
    let message = format!(
        "the default collation of `{}` (`{locale}`) was recorded with version {recorded} and is {actual} now",
        defaults.name
    );
    Some(
        Finding::new(Object::for_database(&defaults.name), message)
            .with_evidence("recorded", recorded)
            .with_evidence("actual", actual)
            .with_fix(reindex_step(&defaults.name))
            .with_fix(FixStep::sql(format!(
                "ALTER DATABASE {name} REFRESH COLLATION VERSION"
            ))),
    )
}
