//! Checks for user-defined collations, which stop the service's prevalidation. Since 0.1.0.
//! Collations of extensions and those imported into `pg_catalog` are excluded.

use super::per_database_checks::{
    describe_usage, for_each_object_facts, source_statement, unlisted_finding,
};
use super::target_collations;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::objects::Collation;

pub const CHECK: Check = Check {
    id: "user-defined-collation",
    title: "A user-defined collation is in a database",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603403),
        OfficialRule::AzureMigrate("collations"),
    ],
    why: "The migration service stops at every collation that was made with CREATE COLLATION, whether anything uses it or not.",
    fix: "Drop those that nothing uses. For the others, move what uses them to a collation that every server has (`C`, `en_US.utf8`, one of ICU's own such as `de-x-icu`), then drop them; make them again on the target after the migration.",
    verify: "SELECT collnamespace::regnamespace, collname FROM pg_collation WHERE oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    for_each_object_facts(facts, |findings, parts| {
        let Some(list) = findings.require(&parts.collations) else {
            return;
        };
        let users = list.rows.iter().filter(|c| c.is_user);
        findings
            .items
            .extend(users.map(|c| finding(&parts.database, c)));
        // User-defined collations are sorted first.
        if list.rows.last().is_some_and(|c| c.is_user) {
            findings
                .items
                .extend(unlisted_finding(&parts.database, "collation", list));
        }
    })
}

fn finding(database: &str, collation: &Collation) -> Finding {
    let name = format!("{}.{}", collation.schema, collation.name);
    let message = match &collation.first_use {
        None => format!("`{name}` was made by a user; nothing uses it"),
        Some(first) => format!(
            "`{name}` was made by a user and is {}",
            describe_usage(collation.uses, first)
        ),
    };
    let finding = Finding::new(Object::in_database(database, "collation", name), message)
        .with_evidence(
            "provider",
            target_collations::provider_name(&collation.provider),
        )
        .with_evidence("uses", collation.uses);
    if collation.uses > 0 {
        return finding;
    }
    let drop = format!(
        "DROP COLLATION {}.{}",
        quote::quote_identifier(&collation.schema),
        quote::quote_identifier(&collation.name)
    );
    finding.with_fix(source_statement(database, &drop))
}
