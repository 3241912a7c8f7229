//! Extensions that the target offers but the service does not migrate. Since 0.1.0.
//!
//! Rules: extensions page, 2025-07-21 (earlier lists differ). postgres_fdw is only migrated from a Single Server up to
//! PostgreSQL 15, TimescaleDB only offline. `extension-not-supported` reports extensions that the target does not
//! offer.

use super::{SelectedExtension, installed_extensions};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::config::{MigrationMode, SourceKind, SourceServer};
use crate::facts::{Fact, Facts};

/// The newest major version from which the service migrates roles, and with them the user mappings of postgres_fdw.
const LAST_MAJOR_WITH_ROLES: u32 = 15;

pub const CHECK: Check = Check {
    id: "extension-not-migrated",
    title: "The migration service does not carry an extension",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::ServiceError(603405)],
    why: "The service leaves out some extensions that the target offers, and its validation stops at them.",
    fix: "Drop the extension on the source if nothing needs it; else keep its statements, drop it for the migration, and \
          create it on the target afterwards.",
    verify: "SELECT extname, extversion FROM pg_extension WHERE extname IN ('postgres_fdw', 'timescaledb')",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-extensions",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    for one in installed_extensions(facts, &mut findings)? {
        let reason = match one.extension.name.as_str() {
            "postgres_fdw" => fdw_exclusion_reason(facts),
            "timescaledb" if facts.migration.mode == MigrationMode::Online => Ok(Some(
                "the service carries it in offline migrations alone".to_owned(),
            )),
            _ => continue,
        };
        if let Some(Some(reason)) = findings.require(&reason) {
            findings.push(finding(facts, &one, reason));
        }
    }
    Ok(findings)
}

/// Returns why postgres_fdw is not migrated. `None` if it is migrated.
fn fdw_exclusion_reason(facts: &Facts) -> Fact<Option<String>> {
    let version = facts.source_version()?;
    let is_too_new = version.major() > LAST_MAJOR_WITH_ROLES;
    let goes_along = !is_too_new && facts.source_kind()? == SourceKind::PostgresqlSingleServer;
    let reason = format!(
        "the service carries it from a Single Server of PostgreSQL {LAST_MAJOR_WITH_ROLES} or older alone"
    );
    Ok((!goes_along).then_some(reason))
}

fn finding(facts: &Facts, installed: &SelectedExtension, reason: &str) -> Finding {
    let (name, dependents) = (&installed.extension.name, installed.extension.dependents);
    let use_of_it = match dependents {
        0 => "nothing outside it needs it".to_owned(),
        1 => "one object outside it needs it".to_owned(),
        n => format!("{n} objects outside it need it"),
    };
    let finding = Finding::new(
        installed.object(),
        format!("`{name}`: {reason}; {use_of_it}"),
    )
    .with_evidence("version", &installed.extension.version)
    .with_evidence("dependents", dependents);
    if dependents == 0 {
        let statement = format!("DROP EXTENSION {}", quote::quote_identifier(name));
        return finding.with_fix(FixStep::sql_in(installed.database, statement));
    }
    // Dropping TimescaleDB would drop its tables.
    if name != "postgres_fdw" {
        return finding;
    }
    let source = facts.migration.source.as_ref();
    let who = source.zip(facts.migration_user().ok());
    let keep = who.map(|(source, user)| {
        FixStep::manual(dump_schema_command(source, user, installed.database))
    });
    keep.into_iter()
        .fold(finding, Finding::with_fix)
        .with_fix(recreate_step(installed))
}

/// Saves the definitions of objects that depend on the extension.
fn dump_schema_command(source: &SourceServer, user: &str, database: &str) -> String {
    format!(
        "pg_dump --schema-only --host {} --port {} --username {} --dbname {} --file schema.sql # before the drop",
        quote::quote_bash(&source.host),
        source.port,
        quote::quote_bash(user),
        quote::quote_bash(&quote::psql_dbname(database)),
    )
}

/// Recreates the extension. A person must restore the dependent objects from the saved definitions.
fn recreate_step(installed: &SelectedExtension) -> FixStep {
    let statement = format!(
        "CREATE EXTENSION {}",
        quote::quote_identifier(&installed.extension.name)
    );
    let database = quote::quote_identifier(installed.database);
    FixStep::sql_in(installed.database, statement)
        .on_target()
        .afterwards()
        .naming_its_database()
        .with_note(format!("on the target, in database {database}"))
        .with_detail(
            "then its servers, user mappings (with their passwords) and foreign tables out of schema.sql",
        )
}
