//! Checks for functions that a restore calls and that depend on `search_path`. Since 0.1.0.
//! A restore uses an empty `search_path`. Since PostgreSQL 17, so does every index build and refresh.
//! A function that names objects without a schema does not find them then.
//! Based on the function text: names without a schema that only exist in user schemas.
//! Extension functions are included. The best-known one is `ll_to_earth` of earthdistance.

use super::per_database_checks::{check_objects, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::objects::SearchPathFunction;

pub const CHECK: Check = Check {
    id: "function-needs-search-path",
    title: "A function that a restore calls needs a search_path",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "While checks, index expressions, generated columns and materialized views are restored, nothing but `pg_catalog` is searched; the function does not find what it names without a schema, and the table stays empty or the index or view is missing. The rule is PostgreSQL's own.",
    fix: "Give the function a `search_path` of its own, or write the schema before each name in it. For a function of an extension, drop the index or constraint before the migration and make it again afterwards.",
    verify: "SELECT oid::regprocedure, proconfig, prosrc FROM pg_proc WHERE oid = 'schema.name(arguments)'::regprocedure",
    link: "https://www.postgresql.org/docs/current/app-pgdump.html#PG-DUMP-NOTES",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "function",
        |parts| &parts.search_path_functions,
        |database, function| Some(finding(database, function)),
    )
}

fn finding(database: &str, function: &SearchPathFunction) -> Finding {
    let name = &function.name;
    let quoted: Vec<String> = function
        .unqualified
        .iter()
        .map(|w| format!("`{w}`"))
        .collect();
    let owner = match &function.extension {
        Some(extension) => format!(" of the extension `{extension}`"),
        None => String::new(),
    };
    let message = format!(
        "`{name}`{owner} names {} without a schema; it is called by the {} `{}`{}",
        quoted.join(", "),
        function.kind,
        function.used_by,
        match function.uses {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        }
    );
    let finding = Finding::new(Object::in_database(database, "function", name), message)
        .with_evidence("used by", &function.used_by)
        .with_evidence("uses", function.uses);
    if function.extension.is_some() {
        return finding;
    }
    let schemas: Vec<String> = function
        .schemas
        .iter()
        .map(|s| quote::quote_identifier(s))
        .collect();
    let alter = format!(
        "ALTER FUNCTION {name} SET search_path = {}, pg_temp",
        schemas.join(", ")
    );
    finding.with_fix(source_statement(database, &alter))
}
