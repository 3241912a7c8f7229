//! Checks for foreign servers that the target might not reach. Since 0.1.0.
//! A foreign server is migrated with its host name and user mappings.
//! Its options are never read, because they can contain secrets.

use super::per_database_checks::check_objects;
use crate::checks::{Check, CheckResult, Finding, Needs, Object, Severity};
use crate::config::{MigrationScope, SourceKind};
use crate::facts::Facts;
use crate::facts::source::objects::ForeignServer;
use crate::plural::count_noun;

pub const CHECK: Check = Check {
    id: "foreign-server",
    title: "A foreign server is in a database",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "Foreign tables are not copied: they are read where they are. The target must reach the foreign server's host by name and port, and that server must let the target in. The rule is PostgreSQL's own.",
    fix: "Open the way from the target's network to the foreign server, or drop the server with its tables; enter passwords of user mappings again on the target.",
    verify: "SELECT srvname, srvoptions FROM pg_foreign_server",
    link: "https://www.postgresql.org/docs/current/ddl-foreign-data.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    check_objects(
        facts,
        "foreign-server",
        |parts| &parts.foreign_servers,
        |database, server| {
            let finding = finding(database, server);
            Some(if is_reported_as_extension(facts, server) {
                finding.with_severity(Severity::Note)
            } else {
                finding
            })
        },
    )
}

/// Returns whether the check `extension-not-migrated` already reports this server.
/// That check reports `postgres_fdw` unless the source is an Azure Single Server.
fn is_reported_as_extension(facts: &Facts, server: &ForeignServer) -> bool {
    let is_other = |kind| kind != SourceKind::PostgresqlSingleServer;
    server.wrapper == "postgres_fdw"
        && facts.migration.scope == MigrationScope::Pair
        && facts.source_kind().is_ok_and(is_other)
}

fn finding(database: &str, server: &ForeignServer) -> Finding {
    let ForeignServer {
        name,
        wrapper,
        tables,
        mappings,
    } = server;
    let message = format!(
        "`{name}` ({wrapper}) has {} and {}: the target must reach its host",
        count_noun(*tables, "foreign table"),
        count_noun(*mappings, "user mapping")
    );
    Finding::new(
        Object::in_database(database, "foreign-server", name),
        message,
    )
    .with_evidence("wrapper", wrapper)
    .with_evidence("foreign tables", tables)
    .with_evidence("user mappings", mappings)
}
