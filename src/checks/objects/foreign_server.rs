//! Checks for foreign servers that the target might not reach. Since 0.1.0.
//! A foreign server is migrated with its host name and user mappings.
//! Its options are never read, because they can contain secrets.

use super::each::{counted, each};
use crate::checks::{Check, Finding, Judged, Needs, Severity};
use crate::facts::Facts;
use crate::facts::objects::ForeignServer;
use crate::plan::{Scope, SourceKind};

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
    look: "SELECT srvname, srvoptions FROM pg_foreign_server",
    link: "https://www.postgresql.org/docs/current/ddl-foreign-data.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    each(
        facts,
        "foreign-server",
        |parts| &parts.foreign_servers,
        |database, server| {
            let finding = finding(database, server);
            Some(match is_said_elsewhere(facts, server) {
                true => finding.milder(Severity::Note),
                false => finding,
            })
        },
    )
}

/// Returns whether the check `extension-not-migrated` already reports this server.
/// That check reports `postgres_fdw` unless the source is an Azure Single Server.
fn is_said_elsewhere(facts: &Facts, server: &ForeignServer) -> bool {
    let is_other = |kind| kind != SourceKind::PostgresqlSingleServer;
    server.wrapper == "postgres_fdw"
        && facts.migration.scope == Scope::Pair
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
        counted(*tables, "foreign table"),
        counted(*mappings, "user mapping")
    );
    Finding::new(format!("{database}/foreign-server/{name}"), message)
        .evidence("wrapper", wrapper)
        .evidence("foreign tables", tables)
        .evidence("user mappings", mappings)
}
