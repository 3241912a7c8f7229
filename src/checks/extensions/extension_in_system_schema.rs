//! An extension that was created in `pg_catalog` cannot be created there on the target. Since 0.1.0.
//!
//! The control files of some extensions require that schema (plpgsql, adminpack, plv8, newer pg_cron, …). These pass.

use super::{Installed, installed};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;

/// Extensions that belong in `pg_catalog` in every version. They pass even if the control files cannot be read. As of
/// 2026-11.
const AT_HOME: &[&str] = &[
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
    official: &[Official::ServiceError(603407)],
    why: "On the target nobody may create objects in `pg_catalog`, so an extension that was put there cannot be created.",
    fix: "Move the extension to another schema, or drop it and create it there where it cannot be moved.",
    look: "SELECT extname, extnamespace::regnamespace FROM pg_extension WHERE extnamespace = 'pg_catalog'::regnamespace",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    for one in installed(facts, &mut findings)? {
        let (name, schema) = (&one.extension.name, &one.extension.schema);
        let is_system = schema == "pg_catalog" || schema == "information_schema";
        if !is_system || AT_HOME.contains(&name.as_str()) {
            continue;
        }
        let pins = findings.know(&facts.pins);
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
        let finding = Finding::new(one.object(), message).evidence("schema", schema);
        findings.push(match is_pinned {
            None => finding.milder(Severity::Warning),
            Some(_) => match remedy(facts, &one) {
                Some(command) => finding.fix(command),
                None => finding,
            },
        });
    }
    Ok(findings)
}

/// Returns the statement that moves the extension. Before PostgreSQL 12, an extension cannot leave `pg_catalog`. It can
/// be recreated if nothing depends on it.
fn remedy(facts: &Facts, one: &Installed) -> Option<String> {
    let name = command::identifier(&one.extension.name);
    let place = command::identifier(one.database);
    if facts.source_version().ok()?.major() >= 12 {
        let command = format!("ALTER EXTENSION {name} SET SCHEMA public; -- in database {place}");
        return Some(command);
    }
    (one.extension.dependents == 0).then(|| {
        format!(
            "DROP EXTENSION {name}; CREATE EXTENSION {name} SCHEMA public; -- in database {place}"
        )
    })
}
