//! Checks that tables have a usable replica identity. Since 0.1.0.
//! A replicated update or delete identifies its row by the replica identity.
//! PostgreSQL uses the primary key (unless it is DEFERRABLE), a chosen index, or the whole old row.
//! <https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY>

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Step, command};
use crate::facts::Facts;
use crate::facts::stream::{Identities, Key, Table};
use crate::plan::Mode;

pub const CHECK: Check = Check {
    id: "table-without-identity",
    title: "A table's updates and deletes cannot be replayed",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(Mode::Online),
    official: &[],
    why: "The log of an update or delete names the row by the table's replica identity. Without one the change cannot be \
          found again on the target: it is lost, or the migration fails.",
    fix: "Give the table a primary key that is not deferrable, or set its replica identity to `FULL` for the time of the \
          migration (this writes the whole old row to the log).",
    look: "SELECT c.oid::regclass, c.relreplident FROM pg_class c WHERE c.relkind = 'r' AND c.oid >= 16384",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-required-user-permissions",
    run,
};

/// A dump includes the replica identity, so it must be restored on both servers.
const AFTERWARDS: &str = "afterwards, on the target, and on the source if it goes on";

fn run(facts: &Facts) -> Judged {
    let databases = facts.databases.as_ref()?;
    let stream = facts.stream.as_ref()?;
    let mut findings = Findings::none();
    for database in findings.selected(databases) {
        match stream.identities(&database.name) {
            Ok(identities) => of_database(&mut findings, &database.name, identities),
            Err(missing) => findings.unknown(&missing),
        }
    }
    Ok(findings)
}

fn of_database(findings: &mut Findings, database: &str, identities: &Identities) {
    let listed = identities.listed.iter();
    findings
        .found
        .extend(listed.map(|table| finding(database, table)));
    let more = identities
        .total
        .saturating_sub(identities.listed.len() as u64);
    if more == 0 {
        return;
    }
    let changed = identities.listed.iter().filter(|t| t.is_changed()).count() as u64;
    let message = format!("{more} more tables of `{database}` have no usable replica identity");
    let rest = Finding::new(format!("database/{database}"), message)
        .evidence("tables", identities.total)
        .evidence("changed", identities.total_changed);
    findings.push(if identities.total_changed > changed {
        rest
    } else {
        rest.milder(Severity::Warning)
    });
}

fn finding(database: &str, table: &Table) -> Finding {
    let name = format!("{}.{}", table.schema, table.name);
    let (what, default_will_do) = match (table.identity.as_str(), table.key) {
        ("n", Some(Key::Usable)) => ("it is set to `NOTHING`", true),
        ("n", _) => ("it is set to `NOTHING`", false),
        ("i", key) => (
            "it is set to an index that is not there any more, or not valid",
            key == Some(Key::Usable),
        ),
        (_, Some(Key::Deferrable)) => (
            "its primary key is deferrable, which PostgreSQL does not take as an identity",
            false,
        ),
        (_, Some(Key::Invalid)) => ("the index of its primary key is not valid", false),
        _ => ("it has no primary key", false),
    };
    let counted = match table.is_changed() {
        true => "",
        false => "; no update or delete was counted so far",
    };
    let identity = if default_will_do { "DEFAULT" } else { "FULL" };
    let set = |identity: &str| {
        let (schema, name) = (&table.schema, &table.name);
        let (schema, name) = (command::identifier(schema), command::identifier(name));
        let statement = format!("ALTER TABLE {schema}.{name} REPLICA IDENTITY {identity}");
        Step::sql(database.to_owned(), statement)
    };
    // An index that no longer exists cannot be the replica identity again.
    let was = match table.identity.as_str() {
        "n" => "NOTHING",
        _ => "DEFAULT",
    };
    let finding = Finding::new(
        format!("{database}/table/{name}"),
        format!("`{name}` has no usable replica identity: {what}{counted}"),
    )
    .evidence("updates", table.updates)
    .evidence("deletes", table.deletes)
    .evidence(
        "statistics reset",
        table.stats_reset.as_deref().unwrap_or("never"),
    )
    .fix(set(identity));
    let finding = match was == identity {
        true => finding,
        false => finding.fix(set(was).afterwards().note(AFTERWARDS)),
    };
    if table.is_changed() {
        finding
    } else {
        finding.milder(Severity::Warning)
    }
}
