//! Checks for user-defined base types. Since 0.1.0.
//! A base type consists of compiled functions, and only a superuser can create it.
//! Enumerations, composite types, domains, and ranges are not base types, and are migrated.

use super::per_database_checks::{check_objects, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::BaseType;

pub const CHECK: Check = Check {
    id: "base-type",
    title: "A user-defined base type is in a database",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("types")],
    why: "Creating a base type takes a superuser and a library on the server; tables with a column of it cannot be created either.",
    fix: "Change the columns to a type that the target has: a built-in one, a domain over it, or the type of an extension that the target offers.",
    verify: "SELECT oid::regtype FROM pg_type WHERE (typtype = 'b' OR NOT typisdefined) AND oid >= 16384 AND typcategory <> 'A'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "type",
        |parts| &parts.base_types,
        |database, one| Some(finding(database, one)),
    )
}

fn finding(database: &str, one: &BaseType) -> Finding {
    if one.is_shell {
        let name = &one.name;
        let message = format!("`{name}` is a base type that was announced and never defined");
        return Finding::new(Object::in_database(database, "type", name), message)
            .with_fix(source_statement(database, &format!("DROP TYPE {name}")));
    }
    let usage = match one.columns_of_it {
        0 => "no column is of it".to_owned(),
        1 => "1 column is of it".to_owned(),
        n => format!("{n} columns are of it"),
    };
    Finding::new(
        Object::in_database(database, "type", &one.name),
        format!("`{}` is a base type that a user made; {usage}", one.name),
    )
    .with_evidence("columns", one.columns_of_it)
}
