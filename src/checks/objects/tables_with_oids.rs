//! Checks for tables WITH OIDS, which PostgreSQL 12 and later does not support. Since 0.1.0.
//! Rule: error 603404 of the migration service. pg_upgrade rejects such tables too.

use super::each::{each_relation, within};
use crate::checks::{Check, Finding, Judged, Needs, Official, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "tables-with-oids",
    title: "Tables have oids, which the target's major has no more",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[
        Official::ServiceError(603404),
        Official::AzureMigrate("oids"),
    ],
    why: "PostgreSQL 12 and newer cannot create a table WITH OIDS, and the migration service stops when the source has one.",
    fix: "Remove the oids; first see whether an application reads the hidden column `oid`. The statement rewrites the table \
          under an exclusive lock.",
    look: "SELECT oid::regclass FROM pg_class WHERE relhasoids AND oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

const FIRST_WITHOUT: u32 = 120_000;

fn run(facts: &Facts) -> Judged {
    let mut findings = each_relation(
        facts,
        "table",
        |r| &r.with_oids,
        |database, table| {
            let object = format!("{database}/table/{}", table.object);
            let statement = format!("ALTER TABLE {} SET WITHOUT OIDS", table.object);
            let finding = Finding::new(object, format!("`{}` has oids", table.object));
            Some(finding.fix(within(database, &statement)))
        },
    )?;
    if !findings.found.is_empty() {
        let target = facts.server.as_ref()?.version.as_ref()?;
        if target.num() < FIRST_WITHOUT {
            findings.found.clear();
        }
    }
    Ok(findings)
}
