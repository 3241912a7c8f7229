//! Checks that the target offers each procedural language of the source. Since 0.1.0.
//! A flexible server has SQL, PL/pgSQL, and the languages of the extensions that it offers.
//! An extension that provides a language is checked here, not by `extension-not-supported`.

use super::per_database_checks::{for_each_object_facts, source_statement};
use crate::checks::extensions::extension_offer;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::source::objects::ProceduralLanguage;
use crate::facts::{Fact, Facts};
use crate::reference::extension_table as table;

pub const CHECK: Check = Check {
    id: "language-not-available",
    title: "A procedural language is not on the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603413),
        OfficialRule::ServiceError(603405),
        OfficialRule::AzureMigrate("language"),
    ],
    why: "The language cannot be created on the target, and no function in it either. Untrusted languages (`plperlu`, `plpython3u`) are never offered: they reach the server's files.",
    fix: "Rewrite the functions in SQL or PL/pgSQL, or in `plv8` where the target offers it; then drop the language.",
    verify: "SELECT l.lanname, count(p.oid) FROM pg_language l LEFT JOIN pg_proc p ON p.prolang = l.oid WHERE l.lanname NOT IN ('internal', 'c', 'sql', 'plpgsql') GROUP BY 1",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    for_each_object_facts(facts, |findings, parts| {
        for language in findings.require(&parts.languages).into_iter().flatten() {
            match is_offered(facts, language) {
                Ok(true) => {}
                Ok(false) => findings.push(finding(&parts.database, language)),
                Err(missing) => findings.add_missing(&missing),
            }
        }
    })
}

/// Returns whether the target offers the extension of this language.
/// The target's extension list is not required for an extension that no flexible server offers.
/// Without a target, a language counts as offered if any flexible server offers its extension.
fn is_offered(facts: &Facts, language: &ProceduralLanguage) -> Fact<bool> {
    let extension = language.extension.as_ref().unwrap_or(&language.name);
    if !facts.migration.scope.has_target() {
        return Ok(table::find(extension).is_some());
    }
    if table::find(extension).is_none() && extension_offer(facts).is_err() {
        return Ok(false);
    }
    extension_offer(facts).map(|offer| offer.contains(extension))
}

fn finding(database: &str, language: &ProceduralLanguage) -> Finding {
    let name = &language.name;
    let origin = match &language.extension {
        Some(extension) => format!("the extension `{extension}` brought it"),
        None => "no extension brought it".to_owned(),
    };
    let usage = match &language.first_function {
        None => "no function is written in it".to_owned(),
        Some(first) if language.functions == 1 => format!("`{first}` is written in it"),
        Some(first) => format!(
            "{} functions are written in it, `{first}` among them",
            language.functions
        ),
    };
    let message = format!("the target does not offer `{name}`; {origin}; {usage}");
    let finding = Finding::new(Object::in_database(database, "language", name), message)
        .with_evidence("functions", language.functions);
    if language.functions > 0 {
        return finding;
    }
    let drop = match &language.extension {
        Some(extension) => format!("DROP EXTENSION {}", quote::quote_identifier(extension)),
        None => format!("DROP LANGUAGE {}", quote::quote_identifier(name)),
    };
    finding.with_fix(source_statement(database, &drop))
}
