//! Checks for functions that read or write server files. Since 0.1.0.
//! A flexible server allows no file functions, no COPY to or from a file, and no COPY PROGRAM.
//! Based on the function text without comments. SQL that a function builds from other text is not detected.

use super::per_database_checks::check_objects;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::FileFunction;

pub const CHECK: Check = Check {
    id: "file-access-function",
    title: "A function reads or writes files of the server",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("files")],
    why: "The function is carried, and fails when it is called: on a flexible server the files are not the user's, and no program can be run.",
    fix: "Have the application read and write the files (`COPY … FROM STDIN`, `\\copy` of psql), or use the target's extension `azure_storage`.",
    verify: "SELECT oid::regprocedure FROM pg_proc WHERE oid >= 16384 AND prosrc ~* 'pg_read_|pg_ls_|pg_file_|lo_(im|ex)port|copy'",
    link: "https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-GENFILE",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "function",
        |parts| &parts.file_functions,
        |database, function| Some(finding(database, function)),
    )
}

fn finding(database: &str, function: &FileFunction) -> Finding {
    let calls: Vec<String> = function.calls.iter().map(|c| describe_call(c)).collect();
    let message = format!("the text of `{}` has {}", function.name, calls.join(", "));
    Finding::new(
        Object::in_database(database, "function", &function.name),
        message,
    )
    .with_evidence("language", &function.language)
}

fn describe_call(call: &str) -> String {
    match call {
        "copy file" => "`COPY` with a file".to_owned(),
        "copy program" => "`COPY` with `PROGRAM`".to_owned(),
        function => format!("`{function}`"),
    }
}
