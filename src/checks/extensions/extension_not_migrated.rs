//! Extensions that the target offers but the service does not migrate. Since 0.1.0.
//!
//! Rules: extensions page, 2025-07-21 (earlier lists differ). postgres_fdw is only migrated from a Single Server up to
//! PostgreSQL 15, TimescaleDB only offline. `extension-not-supported` reports extensions that the target does not
//! offer.

use super::{Installed, installed};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::{Fact, Facts};
use crate::plan::{Mode, SourceKind, SourceServer};

/// The newest major version from which the service migrates roles, and with them the user mappings of postgres_fdw.
const LAST_WITH_ROLES: u32 = 15;

pub const CHECK: Check = Check {
    id: "extension-not-migrated",
    title: "The migration service does not carry an extension",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::ServiceError(603405)],
    why: "The service leaves out some extensions that the target offers, and its validation stops at them.",
    fix: "Drop the extension on the source if nothing needs it; else keep its statements, drop it for the migration, and \
          create it on the target afterwards.",
    look: "SELECT extname, extversion FROM pg_extension WHERE extname IN ('postgres_fdw', 'timescaledb')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-extensions",
    run,
};

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    for one in installed(facts, &mut findings)? {
        let reason = match one.extension.name.as_str() {
            "postgres_fdw" => fdw(facts),
            "timescaledb" if facts.migration.mode == Mode::Online => Ok(Some(
                "the service carries it in offline migrations alone".to_owned(),
            )),
            _ => continue,
        };
        if let Some(Some(reason)) = findings.know(&reason) {
            findings.push(finding(facts, &one, reason));
        }
    }
    Ok(findings)
}

/// Returns why postgres_fdw is not migrated. `None` if it is migrated.
fn fdw(facts: &Facts) -> Fact<Option<String>> {
    let version = facts.source_version()?;
    let is_too_new = version.major() > LAST_WITH_ROLES;
    let goes_along = !is_too_new && facts.source_kind()? == SourceKind::PostgresqlSingleServer;
    let reason = format!(
        "the service carries it from a Single Server of PostgreSQL {LAST_WITH_ROLES} or older alone"
    );
    Ok((!goes_along).then_some(reason))
}

fn finding(facts: &Facts, one: &Installed, reason: &str) -> Finding {
    let (name, dependents) = (&one.extension.name, one.extension.dependents);
    let use_of_it = match dependents {
        0 => "nothing outside it needs it".to_owned(),
        1 => "one object outside it needs it".to_owned(),
        n => format!("{n} objects outside it need it"),
    };
    let finding = Finding::new(one.object(), format!("`{name}`: {reason}; {use_of_it}"))
        .evidence("version", &one.extension.version)
        .evidence("dependents", dependents);
    if dependents == 0 {
        return finding.fix(format!(
            "DROP EXTENSION {}; -- in database {}",
            command::identifier(name),
            command::identifier(one.database)
        ));
    }
    // Dropping TimescaleDB would drop its tables.
    if name != "postgres_fdw" {
        return finding;
    }
    let source = facts.migration.source.as_ref();
    let who = source.zip(facts.migration_user().ok());
    let keep = who.map(|(source, user)| keep(source, user, one.database));
    keep.into_iter().fold(finding, Finding::fix).fix(again(one))
}

/// Saves the definitions of objects that depend on the extension.
fn keep(source: &SourceServer, user: &str, database: &str) -> String {
    format!(
        "pg_dump --schema-only --host {} --port {} --username {} --dbname {} --file schema.sql # before the drop",
        command::quote(&source.host),
        source.port,
        command::quote(user),
        command::quote(&command::database(database)),
    )
}

/// Recreates the extension. A person must restore the dependent objects from the saved definitions.
fn again(one: &Installed) -> Step {
    Step::from(format!(
        "CREATE EXTENSION {}; -- afterwards, on the target, in database {}; then its servers, user mappings (with their \
         passwords) and foreign tables out of schema.sql",
        command::identifier(&one.extension.name),
        command::identifier(one.database)
    ))
    .afterwards()
}
