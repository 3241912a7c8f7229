//! Runs a check on the facts of every selected database, and formats its findings and steps.

use crate::checks::{CheckResult, Finding, Findings, FixStep, Object};
use crate::facts::source::copy_hazards::DatabaseCopyHazards as Relations;
use crate::facts::source::objects::{DatabaseObjects, LimitedRows};
use crate::facts::{Fact, Facts, InDatabase, PerDatabase};

/// Calls `visit` with the facts of each selected database.
/// Facts that could not be read are added to the findings as missing.
pub(super) fn for_each_database<'f, D: 'f>(
    facts: &'f Facts,
    per_database: &'f PerDatabase<D>,
    mut visit: impl FnMut(&mut Findings, &'f InDatabase<D>),
) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    for database in findings.selected_databases(databases) {
        match per_database.get(&database.name) {
            Ok(parts) => visit(&mut findings, parts),
            Err(missing) => findings.add_missing(&missing),
        }
    }
    Ok(findings)
}

/// Calls `visit` with the object facts of each selected database.
pub(super) fn for_each_object_facts(
    facts: &Facts,
    visit: impl FnMut(&mut Findings, &InDatabase<DatabaseObjects>),
) -> CheckResult {
    let objects = facts.objects.as_ref()?;
    for_each_database(facts, &objects.databases, visit)
}

/// Checks every row of one object list in each selected database.
/// `kind` is the object kind, as in [`Finding::object`].
pub(super) fn check_objects<T>(
    facts: &Facts,
    kind: &str,
    select_list: fn(&DatabaseObjects) -> &Fact<LimitedRows<T>>,
    check_row: impl Fn(&str, &T) -> Option<Finding>,
) -> CheckResult {
    for_each_object_facts(facts, |findings, parts| {
        check_list(
            findings,
            &parts.database,
            kind,
            select_list(parts),
            &check_row,
        );
    })
}

/// Checks every row of one copy-hazard list in each selected database, as [`check_objects`] does for object lists.
pub(super) fn check_copy_hazards<T>(
    facts: &Facts,
    kind: &str,
    select_list: fn(&Relations) -> &Fact<LimitedRows<T>>,
    check_row: impl Fn(&str, &T) -> Option<Finding>,
) -> CheckResult {
    let relations = facts.copy_hazards.as_ref()?;
    for_each_database(facts, &relations.databases, |findings, parts| {
        check_list(
            findings,
            &parts.database,
            kind,
            select_list(parts),
            &check_row,
        );
    })
}

fn check_list<T>(
    findings: &mut Findings,
    database: &str,
    kind: &str,
    list: &Fact<LimitedRows<T>>,
    check_row: impl Fn(&str, &T) -> Option<Finding>,
) {
    if let Some(list) = findings.require(list) {
        let found = list.rows.iter().filter_map(|r| check_row(database, r));
        findings.items.extend(found);
        findings
            .items
            .extend(unlisted_finding(database, kind, list));
    }
}

/// Returns a finding for the rows beyond the query's limit, if there are any.
pub(super) fn unlisted_finding<T>(
    database: &str,
    kind: &str,
    list: &LimitedRows<T>,
) -> Option<Finding> {
    (list.omitted() > 0).then(|| {
        let message = format!(
            "{} further ones are there beyond the {} that are listed",
            list.omitted(),
            list.rows.len()
        );
        Finding::new(Object::unlisted(database, kind), message).with_evidence("total", list.total)
    })
}

/// Returns a step that runs a statement in one database of the source.
pub(super) fn source_statement(database: &str, statement: &str) -> FixStep {
    FixStep::sql_in(database, statement)
}

/// Returns a step for after the migration that recreates an object on the target.
pub(super) fn recreate_on_target(database: &str, statement: &str) -> FixStep {
    source_statement(database, statement)
        .on_target()
        .afterwards()
        .with_note("on the target")
}

/// Formats the number of uses and the first user of an object.
pub(super) fn describe_usage(uses: u64, first: &str) -> String {
    match uses {
        0 | 1 => format!("used by `{first}`"),
        n => format!("used {n} times, by `{first}` among others"),
    }
}
