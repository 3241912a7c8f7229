//! Checks that tables have a usable replica identity. Since 0.1.0.
//! A replicated update or delete identifies its row by the replica identity.
//! PostgreSQL uses the primary key (unless it is DEFERRABLE), a chosen index, or the whole old row.
//! <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY>

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::config::MigrationMode;
use crate::facts::Facts;
use crate::facts::source::replication::{
    PrimaryKeyState, TableWithoutIdentity, TablesWithoutIdentity,
};

pub const CHECK: Check = Check {
    id: "table-without-identity",
    title: "A table's updates and deletes cannot be replayed",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[],
    why: "The log of an update or delete names the row by the table's replica identity. Without one the change cannot be \
          found again on the target: it is lost, or the migration fails.",
    fix: "Give the table a primary key that is not deferrable, or set its replica identity to `FULL` for the time of the \
          migration (this writes the whole old row to the log).",
    verify: "SELECT c.oid::regclass, c.relreplident FROM pg_class c WHERE c.relkind = 'r' AND c.oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-required-user-permissions",
    run,
};

/// A dump includes the replica identity, so it must be restored on both servers.
const RESTORE_NOTE: &str = "on the target, and on the source if it goes on";

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let stream = facts.replication.as_ref()?;
    let mut findings = Findings::none();
    for database in findings.selected_databases(databases) {
        match stream.tables_without_identity(&database.name) {
            Ok(identities) => check_database(&mut findings, &database.name, identities),
            Err(missing) => findings.add_missing(&missing),
        }
    }
    Ok(findings)
}

fn check_database(findings: &mut Findings, database: &str, identities: &TablesWithoutIdentity) {
    let listed = identities.tables.iter();
    findings
        .items
        .extend(listed.map(|table| finding(database, table)));
    let more = identities
        .total
        .saturating_sub(identities.tables.len() as u64);
    if more == 0 {
        return;
    }
    let changed = identities.tables.iter().filter(|t| t.is_changed()).count() as u64;
    let message = format!("{more} more tables of `{database}` have no usable replica identity");
    let rest = Finding::new(Object::for_database(database), message)
        .with_evidence("tables", identities.total)
        .with_evidence("changed", identities.total_changed);
    findings.push(if identities.total_changed > changed {
        rest
    } else {
        rest.with_severity(Severity::Warning)
    });
}

fn finding(database: &str, table: &TableWithoutIdentity) -> Finding {
    let name = format!("{}.{}", table.schema, table.name);
    let (problem, is_default_usable) = match (table.identity.as_str(), table.key) {
        ("n", Some(PrimaryKeyState::Usable)) => ("it is set to `NOTHING`", true),
        ("n", _) => ("it is set to `NOTHING`", false),
        ("i", key) => (
            "it is set to an index that is not there any more, or not valid",
            key == Some(PrimaryKeyState::Usable),
        ),
        (_, Some(PrimaryKeyState::Deferrable)) => (
            "its primary key is deferrable, which PostgreSQL does not take as an identity",
            false,
        ),
        (_, Some(PrimaryKeyState::Invalid)) => ("the index of its primary key is not valid", false),
        _ => ("it has no primary key", false),
    };
    let activity = if table.is_changed() {
        ""
    } else {
        "; no update or delete was counted so far"
    };
    let identity = if is_default_usable { "DEFAULT" } else { "FULL" };
    let set = |identity: &str| {
        let (schema, name) = (&table.schema, &table.name);
        let (schema, name) = (
            quote::quote_identifier(schema),
            quote::quote_identifier(name),
        );
        let statement = format!("ALTER TABLE {schema}.{name} REPLICA IDENTITY {identity}");
        FixStep::sql_in(database, statement)
    };
    // An index that no longer exists cannot be the replica identity again.
    let was = match table.identity.as_str() {
        "n" => "NOTHING",
        _ => "DEFAULT",
    };
    let finding = Finding::new(
        Object::in_database(database, "table", &name),
        format!("`{name}` has no usable replica identity: {problem}{activity}"),
    )
    .with_evidence("updates", table.updates)
    .with_evidence("deletes", table.deletes)
    .with_evidence(
        "statistics reset",
        table.stats_reset.as_deref().unwrap_or("never"),
    )
    .with_fix(set(identity));
    let finding = if was == identity {
        finding
    } else {
        finding.with_fix(set(was).afterwards().with_note(RESTORE_NOTE))
    };
    if table.is_changed() {
        finding
    } else {
        finding.with_severity(Severity::Warning)
    }
}
