//! PostgreSQL 12 has no tables WITH OIDS any more. Since 0.1.0.
//! The rule: the migration service's error 603404; pg_upgrade refuses the same.

use super::listing::{relations, say_unseen, sql_in};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity};
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
    let mut findings = Findings::none();
    for one in relations(facts, &mut findings)? {
        let Some(tables) = findings.know(&one.with_oids) else {
            continue;
        };
        for table in &tables.rows {
            let object = format!("{}/table/{}", one.database, table.object);
            let statement = format!("ALTER TABLE {} SET WITHOUT OIDS", table.object);
            let finding = Finding::new(object, format!("`{}` has oids", table.object));
            findings.push(finding.fix(sql_in(&one.database, &statement)));
        }
        say_unseen(
            &mut findings,
            &one.database,
            tables.unseen(),
            "tables with oids",
        );
    }
    if findings.found.is_empty() {
        return Ok(findings);
    }
    let target = facts.server.as_ref()?.version.as_ref()?;
    if target.num() < FIRST_WITHOUT {
        findings.found.clear();
    }
    Ok(findings)
}
