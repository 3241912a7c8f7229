//! Reading or restoring a complete schema in one transaction locks each of its tables and indexes. Since 0.1.0.
//!
//! Rule: `max_locks_per_transaction * max_connections > tables + indexes`, on both servers (troubleshooting page,
//! 2025-02-07).

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::{Fact, Facts};

const LOCKS_PARAMETER: &str = "max_locks_per_transaction";
const CONNECTIONS_PARAMETER: &str = "max_connections";

pub const CHECK: Check = Check {
    id: "locks-capacity-low",
    title: "The lock table may be too small for the number of tables",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "A dump or restore of the schema locks every table and index in one transaction. The lock table has \
          `max_locks_per_transaction` times `max_connections` places; when it is full, the migration ends with `out of \
          shared memory`. The troubleshooting page names this formula, without an error code of its own.",
    fix: "Raise `max_locks_per_transaction` on the server named, and restart it.",
    verify: "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'i', 'I')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

/// The lock table of one server.
struct LockTable {
    side: &'static str,
    max_connections: i64,
    max_locks_per_transaction: i64,
}

impl LockTable {
    fn capacity(&self) -> i64 {
        self.max_connections * self.max_locks_per_transaction
    }

    /// Returns the smallest power of two for `max_locks_per_transaction` that is sufficient.
    fn required_locks_per_transaction(&self, needed: i64) -> u64 {
        let locks = needed / self.max_connections.max(1) + 1;
        locks.unsigned_abs().next_power_of_two()
    }
}

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let tables = &facts.workload.as_ref()?.tables;
    let mut findings = Findings::none();
    let selected = findings.selected_databases(databases);
    let sides = [source_lock_table(facts), target_lock_table(facts)];
    let sides: Vec<&LockTable> = sides
        .iter()
        .filter_map(|side| findings.require(side))
        .collect();
    for in_database in tables
        .iter()
        .filter(|t| selected.iter().any(|d| d.name == t.database))
    {
        let Some(counts) = findings.require(&in_database.counts) else {
            continue;
        };
        let needed = counts.tables + counts.indexes;
        let short: Vec<&&LockTable> = sides.iter().filter(|s| s.capacity() <= needed).collect();
        if !short.is_empty() {
            findings.push(finding(facts, &in_database.database, needed, &short));
        }
    }
    Ok(findings)
}

fn finding(facts: &Facts, database: &str, needed: i64, short: &[&&LockTable]) -> Finding {
    let names: Vec<String> = short
        .iter()
        .map(|s| format!("{} on the {}", s.capacity(), s.side))
        .collect();
    let message = format!(
        "`{database}` has {needed} tables and indexes, the lock table holds {}",
        names.join(" and ")
    );
    let start = Finding::new(Object::for_database(database), message)
        .with_evidence("tables and indexes", needed);
    short.iter().fold(start, |finding, server| {
        let required = server.required_locks_per_transaction(needed);
        let finding = finding.with_evidence(
            server.side,
            format!(
                "{LOCKS_PARAMETER} {} x {CONNECTIONS_PARAMETER} {}",
                server.max_locks_per_transaction, server.max_connections
            ),
        );
        match facts
            .server
            .as_ref()
            .ok()
            .filter(|_| server.side == "target")
        {
            Some(target) => finding
                .with_fix(quote::set_parameter(
                    &target.id,
                    LOCKS_PARAMETER,
                    &required.to_string(),
                ))
                .with_fix(quote::restart_server(&target.id)),
            None => {
                let statement = format!("ALTER SYSTEM SET {LOCKS_PARAMETER} = {required}");
                let note = "on the source; takes a restart";
                finding.with_fix(FixStep::sql(statement).with_note(note))
            }
        }
    })
}

fn source_lock_table(facts: &Facts) -> Fact<LockTable> {
    let settings = facts.source_parameters.as_ref()?;
    Ok(LockTable {
        side: "source",
        max_connections: settings.number(CONNECTIONS_PARAMETER)?,
        max_locks_per_transaction: settings.number(LOCKS_PARAMETER)?,
    })
}

fn target_lock_table(facts: &Facts) -> Fact<LockTable> {
    let configurations = facts.target_parameters.as_ref()?;
    Ok(LockTable {
        side: "target",
        max_connections: configurations.number(CONNECTIONS_PARAMETER)?,
        max_locks_per_transaction: configurations.number(LOCKS_PARAMETER)?,
    })
}

#[cfg(test)]
mod tests {
    use super::LockTable;

    #[test]
    fn the_proposed_lock_table_is_large_enough() {
        let server = LockTable {
            side: "source",
            max_connections: 100,
            max_locks_per_transaction: 64,
        };
        assert_eq!(server.required_locks_per_transaction(6400), 128);
        assert_eq!(server.required_locks_per_transaction(12_800), 256);
    }
}
