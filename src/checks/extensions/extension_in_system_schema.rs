//! An extension that was created in `pg_catalog` cannot be created there on the target. Since 0.1.0.
//!
//! The control files of some extensions require that schema (plpgsql, adminpack, plv8, newer pg_cron, …). These pass.

use super::{SelectedExtension, installed_extensions};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;

/// Extensions that belong in `pg_catalog` in every version. They pass even if the control files cannot be read. As of
/// 2026-11.
const PG_CATALOG_EXTENSIONS: &[&str] = &[
    "plpgsql",
    "adminpack",
    "plperl",
    "plperlu",
    "plpython2u",
    "plpython3u",
    "plpythonu",
    "pltcl",
    "pltclu",
    "plv8",
    "citus",
    "citus_columnar",
];

pub const CHECK: Check = Check {
    id: "extension-in-system-schema",
    title: "An extension stands in a system schema",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::ServiceError(603407)],
    why: "On the target nobody may create objects in `pg_catalog`, so an extension that was put there cannot be created.",
    fix: "Move the extension to another schema, or drop it and create it there where it cannot be moved.",
    verify: "SELECT extname, extnamespace::regnamespace FROM pg_extension WHERE extnamespace = 'pg_catalog'::regnamespace",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    for one in installed_extensions(facts, &mut findings)? {
        let (name, schema) = (&one.extension.name, &one.extension.schema);
        let is_system = schema == "pg_catalog" || schema == "information_schema";
        if !is_system || PG_CATALOG_EXTENSIONS.contains(&name.as_str()) {
            continue;
        }
        let pins = findings.require(&facts.extension_schemas);
        let is_pinned = pins.map(|p| p.iter().any(|p| p.name == *name && p.schema == *schema));
        let message = match is_pinned {
            Some(true) => continue,
            Some(false) => {
                format!("`{name}` stands in `{schema}`, where its control file does not put it")
            }
            None => format!(
                "`{name}` stands in `{schema}`, and whether its control file puts it there cannot be read"
            ),
        };
        let finding = Finding::new(one.object(), message).with_evidence("schema", schema);
        findings.push(match is_pinned {
            None => finding.with_severity(Severity::Warning),
            Some(_) => match move_step(facts, &one) {
                Some(step) => finding.with_fix(step),
                None => finding,
            },
        });
    }
    Ok(findings)
}

/// Returns the step that moves the extension. Before PostgreSQL 12, an extension cannot leave `pg_catalog`. It can
/// be recreated if nothing depends on it.
fn move_step(facts: &Facts, installed: &SelectedExtension) -> Option<FixStep> {
    let name = quote::quote_identifier(&installed.extension.name);
    if facts.source_version().ok()?.major() >= 12 {
        let statement = format!("ALTER EXTENSION {name} SET SCHEMA public");
        return Some(FixStep::sql_in(installed.database, statement));
    }
    (installed.extension.dependents == 0).then(|| {
        // Both in one transaction.
        let statement = format!("DROP EXTENSION {name}; CREATE EXTENSION {name} SCHEMA public");
        FixStep::sql_in(installed.database, statement)
    })
}
