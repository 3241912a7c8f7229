//! Checks for unlogged tables, whose changes are not replicated. Since 0.1.0.
//! PostgreSQL rule: logical decoding reads the write-ahead log. The initial copy includes unlogged tables.

use super::per_database_checks::{check_copy_hazards, source_statement};
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "unlogged-table",
    title: "A table is not logged",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "Changes are replayed from the write-ahead log, and an unlogged table writes none there: what changes after the first \
          copy is missing on the target, without an error.",
    fix: "Make the table logged before the migration (this writes the whole table to the log, under an exclusive lock), or \
          copy it again at cutover.",
    verify: "SELECT oid::regclass FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'",
    link: "https://www.postgresql.org/docs/current/logical-replication-restrictions.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_copy_hazards(
        facts,
        "table",
        |r| &r.unlogged_tables,
        |database, table| {
            let object = Object::in_database(database, "table", &table.object);
            let statement = format!("ALTER TABLE {} SET LOGGED", table.object);
            let message = format!(
                "`{}` is unlogged: its changes are not replicated",
                table.object
            );
            Some(Finding::new(object, message).with_fix(source_statement(database, &statement)))
        },
    )
}
