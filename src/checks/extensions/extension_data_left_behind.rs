//! A dump contains the rows of an extension's tables only if the extension marked them. Since 0.1.0.
//!
//! PostgreSQL rule: `pg_extension_config_dump`, stored in `pg_extension.extconfig`.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::facts::Facts;
use crate::facts::source::installed_extensions::ExtensionTable;

/// Extensions whose unmarked tables only contain data that `CREATE EXTENSION` restores. As of 2026-11.
const RESTORED_BY_EXTENSION: &[&str] = &["postgis_tiger_geocoder", "address_standardizer_data_us"];

/// The maximum number of tables that a finding lists.
const MAX_LISTED_TABLES: usize = 10;

pub const CHECK: Check = Check {
    id: "extension-data-left-behind",
    title: "Rows in an extension's own tables are not copied",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "By PostgreSQL's own rule a dump creates an extension anew and takes along the rows of its tables only where the \
          extension marked them as configuration.",
    fix: "Copy the rows by hand after the migration where they are yours; what the extension itself put there is there \
          again.",
    verify: "SELECT extname, extconfig::regclass[] FROM pg_extension",
    link: "https://www.postgresql.org/docs/current/extend-extensions.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    let selected = findings.selected_databases(databases);
    for in_database in facts.extensions.as_ref()? {
        if !selected.iter().any(|d| d.name == in_database.database) {
            continue;
        }
        let tables = findings.require(&in_database.extension_tables);
        let tables: Vec<&ExtensionTable> = tables
            .into_iter()
            .flatten()
            .filter(|t| !RESTORED_BY_EXTENSION.contains(&t.extension.as_str()))
            .collect();
        for of_one in tables.chunk_by(|a, b| a.extension == b.extension) {
            findings.push(finding(&in_database.database, of_one));
        }
    }
    Ok(findings)
}

fn finding(database: &str, tables: &[&ExtensionTable]) -> Finding {
    let names = |t: &&ExtensionTable| format!("`{}.{}`", t.schema, t.name);
    let mut list: Vec<String> = tables.iter().take(MAX_LISTED_TABLES).map(names).collect();
    if tables.len() > MAX_LISTED_TABLES {
        list.push(format!("and {} more", tables.len() - MAX_LISTED_TABLES));
    }
    let extension = &tables[0].extension;
    let message = format!(
        "`{extension}` keeps rows that no dump takes along, in {}",
        list.join(", ")
    );
    Finding::new(Object::extension(database, extension), message)
        .with_evidence("tables", tables.len())
}
