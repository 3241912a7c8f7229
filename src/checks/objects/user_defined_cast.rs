//! Checks for user-defined casts, which the migration service does not migrate. Since 0.1.0.
//! Casts that belong to a type (from a range to its multirange) or to an extension are excluded.

use super::per_database_checks::{check_objects, recreate_on_target, source_statement};
use crate::checks::{Check, CheckResult, Finding, FixStep, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::objects::UserDefinedCast;

pub const CHECK: Check = Check {
    id: "user-defined-cast",
    title: "A user-defined cast is in a database",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603409),
        OfficialRule::AzureMigrate("casts"),
    ],
    why: "The migration service stops at every cast that was made with CREATE CAST.",
    fix: "Keep the statement, drop the cast before the migration, and make it again on the target; without a function (`WITHOUT FUNCTION`) only a superuser could, so that such a cast needs a function there.",
    verify: "SELECT castsource::regtype, casttarget::regtype, castfunc::regprocedure FROM pg_cast WHERE oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "cast",
        |parts| &parts.casts,
        |database, cast| Some(finding(database, cast)),
    )
}

fn finding(database: &str, cast: &UserDefinedCast) -> Finding {
    let name = format!("{} AS {}", cast.source, cast.target);
    let with = match &cast.function {
        Some(function) => format!("calls `{function}`"),
        None => "has no function".to_owned(),
    };
    let message = format!(
        "the {} cast from `{}` to `{}` {with}",
        cast.context, cast.source, cast.target
    );
    Finding::new(Object::in_database(database, "cast", &name), message)
        .with_fix(source_statement(database, &format!("DROP CAST ({name})")))
        .with_fix(recreate_step(database, &name, cast))
}

/// Returns the step that recreates the cast.
/// For a cast without a function, the facts do not show whether it is binary coercible or uses text conversion.
fn recreate_step(database: &str, name: &str, cast: &UserDefinedCast) -> FixStep {
    let context = match cast.context.as_str() {
        "implicit" => " AS IMPLICIT",
        "assignment" => " AS ASSIGNMENT",
        _ => "",
    };
    match &cast.function {
        Some(function) => {
            let statement = format!("CREATE CAST ({name}) WITH FUNCTION {function}{context}");
            recreate_on_target(database, &statement)
        }
        None => {
            let statement = format!("CREATE CAST ({name}) WITH INOUT{context}");
            let note = format!(
                "on the target, in database {}",
                quote::quote_identifier(database)
            );
            recreate_on_target(database, &statement)
                .naming_its_database()
                .with_note(note)
                .with_detail(
                    "where `\\dC` on the source says `(binary coercible)`: WITH FUNCTION and a function of yours in the \
                     place of WITH INOUT",
                )
        }
    }
}
