//! Checks for collations whose library version changed since it was recorded. Since 0.1.0.
//! The sort order can change with the library, and an older index is then out of order.
//! A unique index can hold duplicates, so that the index build on the target fails.
//! PostgreSQL records collation versions since 10, and the version of a database's default collation since 15.

use super::each::{in_each, used, within};
use crate::checks::{Check, Finding, Judged, Needs, Severity, Unanswered, command};
use crate::facts::Facts;
use crate::facts::objects::{Collation, Defaults};

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
    look: "SELECT collname, collversion, pg_collation_actual_version(oid) FROM pg_collation WHERE collversion <> pg_collation_actual_version(oid)",
    link: "https://www.postgresql.org/docs/current/sql-altercollation.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let version = facts.source_version()?;
    if version.major() < 10 {
        let why = format!(
            "PostgreSQL {} does not record versions of collations",
            version.major_text()
        );
        return Err(Unanswered::not_applicable(why));
    }
    let databases = facts.databases.as_ref()?;
    let objects = facts.objects.as_ref()?;
    let mut findings = in_each(facts, |findings, parts| {
        if let Some(list) = findings.know(&parts.collations) {
            let found = list.rows.iter().filter_map(|c| of_use(&parts.database, c));
            findings.found.extend(found);
        }
    })?;
    for database in findings.selected(databases) {
        match objects.defaults_of(&database.name) {
            Ok(defaults) => findings.found.extend(default(defaults)),
            Err(missing) => findings.unknown(&missing),
        }
    }
    Ok(findings)
}

fn of_use(database: &str, collation: &Collation) -> Option<Finding> {
    let (recorded, actual) = collation.mismatch()?;
    let first = collation.first_use.as_deref()?;
    let name = format!("{}.{}", collation.schema, collation.name);
    let message = format!(
        "`{name}` was recorded with version {recorded} and is {actual} now; {}",
        used(collation.uses, first)
    );
    let refresh = format!(
        "ALTER COLLATION {}.{} REFRESH VERSION",
        command::identifier(&collation.schema),
        command::identifier(&collation.name)
    );
    Some(
        Finding::new(format!("{database}/collation/{name}"), message)
            .evidence("recorded", recorded)
            .evidence("actual", actual)
            .evidence("uses", collation.uses)
            .fix(format!(
                "REINDEX DATABASE {};",
                command::identifier(database)
            ))
            .fix(within(database, &refresh)),
    )
}

fn default(defaults: &Defaults) -> Option<Finding> {
    let (recorded, actual) = defaults.mismatch()?;
    let name = command::identifier(&defaults.name);
    let locale = defaults.locale.as_ref().unwrap_or(&defaults.collation);
    let message = format!(
        "the default collation of `{}` (`{locale}`) was recorded with version {recorded} and is {actual} now",
        defaults.name
    );
    Some(
        Finding::new(format!("database/{}", defaults.name), message)
            .evidence("recorded", recorded)
            .evidence("actual", actual)
            .fix(format!("REINDEX DATABASE {name};"))
            .fix(format!("ALTER DATABASE {name} REFRESH COLLATION VERSION;")),
    )
}
