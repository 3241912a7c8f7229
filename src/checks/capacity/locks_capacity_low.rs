//! Reading or restoring a complete schema in one transaction locks each of its tables and indexes. Since 0.1.0.
//!
//! Rule: `max_locks_per_transaction * max_connections > tables + indexes`, on both servers (troubleshooting page,
//! 2025-02-07).

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, command};
use crate::facts::{Fact, Facts};

const LOCKS: &str = "max_locks_per_transaction";
const CONNECTIONS: &str = "max_connections";

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
    look: "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'i', 'I')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

/// The lock table of one server.
struct Server {
    name: &'static str,
    connections: i64,
    locks: i64,
}

impl Server {
    fn places(&self) -> i64 {
        self.connections * self.locks
    }

    /// Returns the smallest power of two for `max_locks_per_transaction` that is sufficient.
    fn wanted(&self, needed: i64) -> u64 {
        let locks = needed / self.connections.max(1) + 1;
        locks.unsigned_abs().next_power_of_two()
    }
}

fn run(facts: &Facts) -> Judged {
    let databases = facts.databases.as_ref()?;
    let tables = &facts.load.as_ref()?.tables;
    let mut findings = Findings::none();
    let selected = findings.selected(databases);
    let sides = [source(facts), target(facts)];
    let sides: Vec<&Server> = sides
        .iter()
        .filter_map(|side| findings.know(side))
        .collect();
    for in_database in tables
        .iter()
        .filter(|t| selected.iter().any(|d| d.name == t.database))
    {
        let Some(counts) = findings.know(&in_database.counts) else {
            continue;
        };
        let needed = counts.tables + counts.indexes;
        let short: Vec<&&Server> = sides.iter().filter(|s| s.places() <= needed).collect();
        if !short.is_empty() {
            findings.push(finding(facts, &in_database.database, needed, &short));
        }
    }
    Ok(findings)
}

fn finding(facts: &Facts, database: &str, needed: i64, short: &[&&Server]) -> Finding {
    let names: Vec<String> = short
        .iter()
        .map(|s| format!("{} on the {}", s.places(), s.name))
        .collect();
    let message = format!(
        "`{database}` has {needed} tables and indexes, the lock table holds {}",
        names.join(" and ")
    );
    let start = Finding::new(format!("database/{database}"), message)
        .evidence("tables and indexes", needed);
    short.iter().fold(start, |finding, server| {
        let wanted = server.wanted(needed);
        let finding = finding.evidence(
            server.name,
            format!(
                "{LOCKS} {} x {CONNECTIONS} {}",
                server.locks, server.connections
            ),
        );
        match facts
            .server
            .as_ref()
            .ok()
            .filter(|_| server.name == "target")
        {
            Some(target) => finding
                .fix(command::set_parameter(
                    &target.id,
                    LOCKS,
                    &wanted.to_string(),
                ))
                .fix(command::restart(&target.id)),
            None => finding.fix(format!(
                "ALTER SYSTEM SET {LOCKS} = {wanted}; -- on the source; takes a restart"
            )),
        }
    })
}

fn source(facts: &Facts) -> Fact<Server> {
    let settings = facts.settings.as_ref().map_err(Clone::clone)?;
    Ok(Server {
        name: "source",
        connections: settings.number(CONNECTIONS)?,
        locks: settings.number(LOCKS)?,
    })
}

fn target(facts: &Facts) -> Fact<Server> {
    let configurations = facts.configurations.as_ref().map_err(Clone::clone)?;
    Ok(Server {
        name: "target",
        connections: configurations.number(CONNECTIONS)?,
        locks: configurations.number(LOCKS)?,
    })
}

#[cfg(test)]
mod tests {
    use super::Server;

    #[test]
    fn the_proposed_lock_table_is_large_enough() {
        let server = Server {
            name: "source",
            connections: 100,
            locks: 64,
        };
        assert_eq!(server.wanted(6400), 128);
        assert_eq!(server.wanted(12_800), 256);
    }
}
