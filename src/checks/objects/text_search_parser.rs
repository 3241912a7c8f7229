//! Checks for user-defined parts of full-text search. Since 0.1.0.
//! Parsers and templates use compiled functions, and only a superuser can create them.
//! Dictionaries and configurations are migrated, but their files are not.

use super::per_database_checks::{for_each_object_facts, unlisted_finding};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::source::objects::TextSearchObject;

pub const CHECK: Check = Check {
    id: "text-search-parser",
    title: "A part of full-text search is user-defined",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("fts")],
    why: "Creating a parser or a template takes a superuser, so the migration service does not carry them. Dictionaries and configurations are carried, yet a dictionary that reads a file of its own (`.dict`, `.affix`, `.stop`, `.ths`) does not find it on the target.",
    fix: "Move configurations to the parser `default`, and dictionaries to a template of PostgreSQL or of an extension that the target offers; see that no dictionary needs a file that you put on the server.",
    verify: "SELECT prsname FROM pg_ts_parser WHERE oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    for_each_object_facts(facts, |findings, parts| {
        let Some(list) = findings.require(&parts.text_search) else {
            return;
        };
        let database = &parts.database;
        findings
            .items
            .extend(list.rows.iter().map(|part| finding(database, part)));
        // Parsers and templates are sorted first.
        let all_listed = list.rows.last().is_some_and(|part| !part.needs_superuser());
        let rest = unlisted_finding(database, "text-search", list);
        findings
            .items
            .extend(rest.map(|f| note_unless_superuser(f, !all_listed)));
    })
}

fn finding(database: &str, part: &TextSearchObject) -> Finding {
    let kind = part.kind.replace('-', " ");
    let base = part
        .base
        .as_ref()
        .map(|b| format!(", over `{b}`"))
        .unwrap_or_default();
    let consequence = if part.needs_superuser() {
        "which only a superuser may create"
    } else {
        "which a user made"
    };
    let message = format!("`{}` is a {kind}{base}, {consequence}", part.name);
    let finding = Finding::new(
        Object::in_database(database, &part.kind, &part.name),
        message,
    );
    note_unless_superuser(finding, part.needs_superuser())
}

fn note_unless_superuser(finding: Finding, needs_superuser: bool) -> Finding {
    if needs_superuser {
        finding
    } else {
        finding.with_severity(Severity::Note)
    }
}
