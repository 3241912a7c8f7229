//! Checks for tables WITH OIDS, which PostgreSQL 12 and later does not support. Since 0.1.0.
//! Rule: error 603404 of the migration service. pg_upgrade rejects such tables too.

use super::per_database_checks::{check_copy_hazards, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "tables-with-oids",
    title: "Tables have oids, which the target's major has no more",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603404),
        OfficialRule::AzureMigrate("oids"),
    ],
    why: "PostgreSQL 12 and newer cannot create a table WITH OIDS, and the migration service stops when the source has one.",
    fix: "Remove the oids; first see whether an application reads the hidden column `oid`. The statement rewrites the table \
          under an exclusive lock.",
    verify: "SELECT oid::regclass FROM pg_class WHERE relhasoids AND oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

const OIDS_REMOVED_IN: u32 = 120_000;

fn run(facts: &Facts) -> CheckResult {
    let mut findings = check_copy_hazards(
        facts,
        "table",
        |r| &r.tables_with_oids,
        |database, table| {
            let object = Object::in_database(database, "table", &table.object);
            let statement = format!("ALTER TABLE {} SET WITHOUT OIDS", table.object);
            let finding = Finding::new(object, format!("`{}` has oids", table.object));
            Some(finding.with_fix(source_statement(database, &statement)))
        },
    )?;
    if !findings.items.is_empty() {
        let target = facts.server.as_ref()?.version.as_ref()?;
        if target.num() < OIDS_REMOVED_IN {
            findings.items.clear();
        }
    }
    Ok(findings)
}
