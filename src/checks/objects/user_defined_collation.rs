//! Checks for user-defined collations, which stop the service's prevalidation. Since 0.1.0.
//! Collations of extensions and those imported into `pg_catalog` are excluded.

use super::collations;
use super::each::{further, in_each, used, within};
use crate::checks::{Check, Finding, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::facts::objects::Collation;

pub const CHECK: Check = Check {
    id: "user-defined-collation",
    title: "A user-defined collation is in a database",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[
        Official::ServiceError(603403),
        Official::AzureMigrate("collations"),
    ],
    why: "The migration service stops at every collation that was made with CREATE COLLATION, whether anything uses it or not.",
    fix: "Drop those that nothing uses. For the others, move what uses them to a collation that every server has (`C`, `en_US.utf8`, one of ICU's own such as `de-x-icu`), then drop them; make them again on the target after the migration.",
    look: "SELECT collnamespace::regnamespace, collname FROM pg_collation WHERE oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    in_each(facts, |findings, parts| {
        let Some(list) = findings.know(&parts.collations) else {
            return;
        };
        let users = list.rows.iter().filter(|c| c.is_user);
        findings
            .found
            .extend(users.map(|c| finding(&parts.database, c)));
        // User-defined collations are sorted first.
        if list.rows.last().is_some_and(|c| c.is_user) {
            findings
                .found
                .extend(further(&parts.database, "collation", list));
        }
    })
}

fn finding(database: &str, collation: &Collation) -> Finding {
    let name = format!("{}.{}", collation.schema, collation.name);
    let message = match &collation.first_use {
        None => format!("`{name}` was made by a user; nothing uses it"),
        Some(first) => format!(
            "`{name}` was made by a user and is {}",
            used(collation.uses, first)
        ),
    };
    let finding = Finding::new(format!("{database}/collation/{name}"), message)
        .evidence("provider", collations::provider_name(&collation.provider))
        .evidence("uses", collation.uses);
    if collation.uses > 0 {
        return finding;
    }
    let drop = format!(
        "DROP COLLATION {}.{}",
        command::identifier(&collation.schema),
        command::identifier(&collation.name)
    );
    finding.fix(within(database, &drop))
}
