//! Checks for function properties that only a superuser can set. Since 0.1.0.
//! These are LEAKPROOF, SUPPORT, and SET of a superuser-only parameter.
//! A dump repeats them, and the target rejects them.

use super::per_database_checks::{check_objects, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::PrivilegedFunction;
use crate::reference::parameter_semantics;

pub const CHECK: Check = Check {
    id: "function-needs-superuser",
    title: "A function has a property that only a superuser may give",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The dump creates the function with the property, and the target refuses it, as nobody is a superuser there: the function is missing afterwards, and all that needs it. The rule is PostgreSQL's own.",
    fix: "Take the property away; without LEAKPROOF or SUPPORT, queries give the same rows, with another plan perhaps.",
    verify: "SELECT oid::regprocedure, proleakproof, proconfig FROM pg_proc WHERE oid >= 16384 AND (proleakproof OR proconfig IS NOT NULL)",
    link: "https://www.postgresql.org/docs/current/sql-createfunction.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let verb = match facts.source_version() {
        Ok(version) if version.major() >= 11 => "ALTER ROUTINE",
        _ => "ALTER FUNCTION",
    };
    check_objects(
        facts,
        "function",
        |parts| &parts.privileged_functions,
        |database, function| Some(finding(database, function, verb)),
    )
}

fn finding(database: &str, function: &PrivilegedFunction, verb: &str) -> Finding {
    let name = &function.name;
    let mut properties = Vec::new();
    let mut fixes = Vec::new();
    if function.is_leakproof {
        properties.push("is LEAKPROOF".to_owned());
        fixes.push(format!("{verb} {name} NOT LEAKPROOF"));
    }
    if let Some(support) = &function.support {
        properties.push(format!(
            "has the SUPPORT function `{support}`, which only creating it anew takes away"
        ));
    }
    if !function.parameters.is_empty() {
        let names: Vec<String> = function
            .parameters
            .iter()
            .map(|p| format!("`{p}`"))
            .collect();
        properties.push(format!("sets {}", names.join(", ")));
    }
    for parameter in &function.parameters {
        fixes.push(format!("{verb} {name} RESET {parameter}"));
    }
    let message = format!("`{name}` {}", properties.join(", and "));
    let mut finding = Finding::new(Object::in_database(database, "function", name), message);
    finding.fix = fixes
        .iter()
        .map(|f| source_statement(database, f))
        .collect();
    let is_relaxed = |p: &String| parameter_semantics::is_relaxed_parameter(p);
    let only_relaxed = !function.is_leakproof && function.support.is_none();
    if only_relaxed && function.parameters.iter().all(is_relaxed) {
        finding.with_severity(Severity::Warning)
    } else {
        finding
    }
}
