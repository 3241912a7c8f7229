//! What is not logged is not replicated. Since 0.1.0.
//! PostgreSQL's own rule: logical decoding reads the write-ahead log. The first copy takes such tables.

use super::listing::{relations, say_unseen, sql_in};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity};
use crate::facts::Facts;
use crate::facts::relations::Problem;
use crate::plan::Mode;

pub const CHECK: Check = Check {
    id: "unlogged-table",
    title: "A table is not logged",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[],
    why: "Changes are replayed from the write-ahead log, and an unlogged table writes none there: what changes after the first \
          copy is missing on the target, without an error.",
    fix: "Make the table logged before the migration (this writes the whole table to the log, under an exclusive lock), or \
          copy it again at cutover.",
    look: "SELECT oid::regclass FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'",
    link: "https://www.postgresql.org/docs/current/logical-replication-restrictions.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    for one in relations(facts, &mut findings)? {
        let all = findings.know(&one.defective).into_iter().flatten();
        let tables: Vec<_> = all.filter(|d| d.problem == Problem::Unlogged).collect();
        for table in &tables {
            let object = format!("{}/table/{}", one.database, table.object);
            let statement = format!("ALTER TABLE {} SET LOGGED", table.object);
            let message = format!(
                "`{}` is unlogged: its changes are not replicated",
                table.object
            );
            findings.push(Finding::new(object, message).fix(sql_in(&one.database, &statement)));
        }
        let total = tables.first().map_or(0, |t| t.of);
        say_unseen(
            &mut findings,
            &one.database,
            total - tables.len() as u64,
            "unlogged tables",
        );
    }
    Ok(findings)
}
