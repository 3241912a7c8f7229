//! Checks for user-defined objects of kinds that only a superuser can create. Since 0.1.0.
//! Casts, base types, parts of full-text search, and compiled functions have their own checks.

use super::per_database_checks::check_objects;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::SuperuserObject;

pub const CHECK: Check = Check {
    id: "superuser-only-object",
    title: "An object is of a kind that only a superuser may create",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "Operator classes and families, access methods, foreign-data wrappers, aggregates over `internal` and conversions with compiled code take a superuser, and nobody is one on a flexible server. The rule is PostgreSQL's own.",
    fix: "Drop the object if nothing needs it, or replace it: an index on an expression for an operator class, an extension that the target offers for a wrapper or access method.",
    verify: "SELECT opcname, opcnamespace::regnamespace FROM pg_opclass WHERE oid >= 16384",
    link: "https://www.postgresql.org/docs/current/sql-createopclass.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "object",
        |parts| &parts.superuser_objects,
        |database, object| Some(finding(database, object)),
    )
}

fn finding(database: &str, object: &SuperuserObject) -> Finding {
    let kind = object.kind.replace('-', " ");
    let detail = object
        .detail
        .as_ref()
        .map(|d| format!(" ({d})"))
        .unwrap_or_default();
    let article = if kind.starts_with(['a', 'o']) {
        "an"
    } else {
        "a"
    };
    let message = format!(
        "`{}` is {article} {kind}{detail}, which only a superuser may create",
        object.name
    );
    Finding::new(
        Object::in_database(database, &object.kind, &object.name),
        message,
    )
}
