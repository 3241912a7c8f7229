//! A large table is copied by several jobs only if a key can split it. Since 0.1.0.
//!
//! Rule: over 20 GB with a primary key or unique index of one smallint, integer or bigint column (best practices,
//! 2025-01-24). The service's own `azure.migration_table_split_size` is 20480 MB.

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::workload::LargeTable;

const GIB: f64 = 1_073_741_824.0;
/// The size in bytes above which the service splits a table.
const SPLIT_BYTES: u64 = 20_480 * 1_048_576;

pub const CHECK: Check = Check {
    id: "large-table-single-stream",
    title: "A large table has no key that its copy could be split by",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The service copies tables over 20 GB with several jobs, where one smallint, integer or bigint column is a primary \
          key or has a unique index; any other is copied in one stream, and the whole migration waits for it. This is \
          advice of the best practices, not a rule of the validation.",
    fix: "Give the table a unique index on one whole-number column, such as an identity column.",
    verify: "SELECT oid::regclass, pg_size_pretty(pg_relation_size(oid)) FROM pg_class WHERE relkind = 'r' ORDER BY relpages \
           DESC LIMIT 20",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let tables = &facts.workload.as_ref()?.tables;
    let mut findings = Findings::none();
    let selected = findings.selected_databases(databases);
    for in_database in tables {
        let Some(database) = selected.iter().find(|d| d.name == in_database.database) else {
            continue;
        };
        findings.require(&in_database.counts);
        if let Some(missing) = in_database.unaccounted_size(database, SPLIT_BYTES) {
            findings.add_missing(&missing);
        }
        let large = findings
            .require(&in_database.large_tables)
            .into_iter()
            .flatten();
        for table in large.filter(|t| t.bytes > SPLIT_BYTES && !t.can_be_split) {
            findings.push(finding(&database.name, table));
        }
    }
    Ok(findings)
}

fn finding(database: &str, table: &LargeTable) -> Finding {
    let (schema, name) = (&table.schema, &table.name);
    let size = table.bytes as f64 / GIB;
    let message = format!(
        "`{schema}.{name}` has {size:.0} GiB and no unique index on one whole-number column"
    );
    let index = format!(
        "CREATE UNIQUE INDEX CONCURRENTLY ON {}.{} (<column>)",
        quote::quote_identifier(schema),
        quote::quote_identifier(name)
    );
    Finding::new(
        Object::in_database(database, "table", format!("{schema}.{name}")),
        message,
    )
    .with_evidence("size_gib", format!("{size:.1}"))
    .with_fix(FixStep::sql_in(database, index).to_complete())
}
