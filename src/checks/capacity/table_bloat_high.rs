//! The copy reads dead rows and discards them. Since 0.1.0.
//!
//! No page documents a limit. 20% on tables over 1 GiB is the threshold of autovacuum's default settings.

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::workload::LargeTable;

const GIB: f64 = 1_073_741_824.0;

pub const CHECK: Check = Check {
    id: "table-bloat-high",
    title: "Large tables hold many dead rows",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The copy reads a table's dead rows with the others, and takes longer for nothing. The documentation advises \
          VACUUM before a migration, without a number; more than a fifth is beyond autovacuum's own default.",
    fix: "Run VACUUM on the table, and look for a long transaction or a replication slot that holds dead rows back.",
    verify: "SELECT relid::regclass, n_live_tup, n_dead_tup FROM pg_stat_user_tables ORDER BY n_dead_tup DESC LIMIT 20",
    link: "https://learn.microsoft.com/azure/postgresql/troubleshoot/how-to-pgdump-restore",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let tables = &facts.workload.as_ref()?.tables;
    let mut findings = Findings::none();
    let settings = facts.source_parameters.as_ref()?;
    if settings.value("track_counts")? != "on" {
        let missing = settings.unreadable("the source counts no rows: `track_counts` is off");
        let remedy = "turn `track_counts` on, and run again after a while";
        return Err(missing.with_advice(remedy).into());
    }
    let selected = findings.selected_databases(databases);
    for in_database in tables
        .iter()
        .filter(|t| selected.iter().any(|d| d.name == t.database))
    {
        let large = findings
            .require(&in_database.large_tables)
            .into_iter()
            .flatten();
        for table in large.filter(|t| t.dead_rows * 5 > t.live_rows + t.dead_rows) {
            findings.push(finding(&in_database.database, table));
        }
    }
    Ok(findings)
}

fn finding(database: &str, table: &LargeTable) -> Finding {
    let (schema, name) = (&table.schema, &table.name);
    let share = table.dead_rows as f64 * 100.0 / (table.live_rows + table.dead_rows) as f64;
    let size = table.bytes as f64 / GIB;
    let message = format!("{share:.0} % of the rows of `{schema}.{name}` ({size:.1} GiB) are dead");
    let vacuum = format!(
        "VACUUM (VERBOSE) {}.{}",
        quote::quote_identifier(schema),
        quote::quote_identifier(name)
    );
    Finding::new(
        Object::in_database(database, "table", format!("{schema}.{name}")),
        message,
    )
    .with_evidence("live rows", table.live_rows)
    .with_evidence("dead rows", table.dead_rows)
    .with_fix(FixStep::sql_in(database, vacuum))
}
