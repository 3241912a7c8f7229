//! Checks for functions in compiled code. Since 0.1.0.
//! They need a library on the server and a superuser to create them. A flexible server provides neither.
//! A function that belongs to a base type, cast, parser, operator class, or the like is reported with that object.

use super::per_database_checks::check_objects;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::CFunction;

pub const CHECK: Check = Check {
    id: "c-language-function",
    title: "A function is compiled code",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "Creating a function in the languages `c` or `internal` takes a superuser, and the library must lie on the server; nobody is a superuser on a flexible server, and nobody can put files there. The rule is PostgreSQL's own.",
    fix: "Drop the function if nothing needs it. Replace it with one in SQL or PL/pgSQL, or with an extension that the target offers; left-overs of a contrib module of old become members of it with `CREATE EXTENSION … FROM unpackaged` (12 and older).",
    verify: "SELECT p.oid::regprocedure, l.lanname, p.probin FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE l.lanname IN ('c', 'internal') AND p.oid >= 16384",
    link: "https://www.postgresql.org/docs/current/sql-createfunction.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "function",
        |parts| &parts.c_functions,
        |database, function| Some(finding(database, function)),
    )
}

fn finding(database: &str, function: &CFunction) -> Finding {
    let CFunction {
        name,
        language,
        library,
    } = function;
    let message = match library {
        Some(library) => format!("`{name}` is compiled code, of the library `{library}`"),
        None => {
            format!("`{name}` calls code that is compiled into the server (language `{language}`)")
        }
    };
    let finding = Finding::new(Object::in_database(database, "function", name), message);
    match library {
        Some(library) => finding.with_evidence("library", library),
        None => finding,
    }
}
