//! The parallel copy needs one connection per job on the source. Since 0.1.0.
//!
//! PostgreSQL limits the connections of the server (less the reserved ones), of the role, and of each database. The
//! number of jobs is not documented. 20 free connections are enough for the widest known copies.

use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::source::source_parameters::SourceParameters;
use crate::facts::source::workload::{ConnectionUsage, UserConnectionLimit};
use crate::facts::{Fact, Facts};

/// The minimum number of free connections.
const MIN_FREE_CONNECTIONS: i64 = 20;

pub const CHECK: Check = Check {
    id: "source-connections-short",
    title: "Few connections of the source are free",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The service copies tables in parallel, each job over a connection of its own. By PostgreSQL's own rules the \
          server, the role and the database each limit them, and what is over a limit is refused in the midst of the copy.",
    fix: "Raise the limit, or end what is connected and not needed, before the migration.",
    verify: "SELECT datname, usename, count(*) FROM pg_stat_activity GROUP BY 1, 2",
    link: "https://www.postgresql.org/docs/current/runtime-config-connection.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let user = facts.migration_user()?;
    let connections = facts.workload.as_ref()?.connections.as_ref()?;
    // Another check reports a role that does not exist. Limits that apply to any role are checked here.
    let role = connections.user.unwrap_or(UserConnectionLimit {
        limit: -1,
        is_superuser: false,
    });
    let mut findings = Findings::none();
    let server = server_connections(facts.source_parameters.as_ref()?, connections, role)?;
    if server.free() < MIN_FREE_CONNECTIONS {
        findings.push(server.finding());
    }
    if role.is_superuser {
        return Ok(findings);
    }
    findings.items.extend(role_finding(user, role, connections));
    let databases = facts.databases.as_ref()?;
    for database in findings.selected_databases(databases) {
        let in_use = connections.in_use.get(&database.name).copied().unwrap_or(0);
        let limit = database.connection_limit;
        // 0 and -2 do not allow any connections, which `source-database-missing` reports.
        if limit > 0 && i64::from(limit) - i64::from(in_use) < MIN_FREE_CONNECTIONS {
            let name = quote::quote_identifier(&database.name);
            let fix = format!("ALTER DATABASE {name} CONNECTION LIMIT -1");
            let object = Object::for_database(&database.name);
            findings.push(
                limit_finding(
                    object,
                    &format!("database `{}`", database.name),
                    limit,
                    in_use,
                )
                .with_fix(FixStep::sql(fix)),
            );
        }
    }
    Ok(findings)
}

/// The connections of the server.
struct ServerConnections {
    max_connections: i64,
    reserved: i64,
    in_use: i64,
}

impl ServerConnections {
    fn free(&self) -> i64 {
        self.max_connections - self.reserved - self.in_use
    }

    fn finding(&self) -> Finding {
        let message = format!(
            "{} of the server's {} connections are free for the migration user",
            self.free().max(0),
            self.max_connections
        );
        let proposed = self.max_connections + MIN_FREE_CONNECTIONS - self.free();
        Finding::new(Object::Server, message)
            .with_evidence("max_connections", self.max_connections)
            .with_evidence("reserved", self.reserved)
            .with_evidence("in use", self.in_use)
            .with_fix(
                FixStep::sql(format!("ALTER SYSTEM SET max_connections = {proposed}"))
                    .with_note("takes a restart"),
            )
    }
}

fn server_connections(
    settings: &SourceParameters,
    connections: &ConnectionUsage,
    user: UserConnectionLimit,
) -> Fact<ServerConnections> {
    let reserved = if user.is_superuser {
        0
    } else {
        // `reserved_connections` exists since PostgreSQL 16.
        settings.number("superuser_reserved_connections")?
            + settings
                .find("reserved_connections")
                .map_or(Ok(0), |_| settings.number("reserved_connections"))?
    };
    Ok(ServerConnections {
        max_connections: settings.number("max_connections")?,
        reserved,
        in_use: i64::from(connections.total()),
    })
}

fn role_finding(
    name: &str,
    user: UserConnectionLimit,
    connections: &ConnectionUsage,
) -> Option<Finding> {
    if user.limit < 0
        || i64::from(user.limit) - i64::from(connections.in_use_by_user) >= MIN_FREE_CONNECTIONS
    {
        return None;
    }
    let fix = format!(
        "ALTER ROLE {} CONNECTION LIMIT -1",
        quote::quote_identifier(name)
    );
    let object = Object::role(name);
    Some(
        limit_finding(
            object,
            &format!("role `{name}`"),
            user.limit,
            connections.in_use_by_user,
        )
        .with_fix(FixStep::sql(fix)),
    )
}

fn limit_finding(object: Object, subject: &str, limit: i32, in_use: u32) -> Finding {
    let message = format!("{subject} may have {limit} connections, of which {in_use} are in use");
    Finding::new(object, message)
        .with_evidence("limit", limit)
        .with_evidence("in use", in_use)
}
