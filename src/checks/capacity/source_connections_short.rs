//! The parallel copy needs one connection per job on the source. Since 0.1.0.
//!
//! PostgreSQL limits the connections of the server (less the reserved ones), of the role, and of each database. The
//! number of jobs is not documented. 20 free connections are enough for the widest known copies.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, command};
use crate::facts::Fact;
use crate::facts::Facts;
use crate::facts::load::connections::{Connections, User};
use crate::facts::settings::Settings;

/// The minimum number of free connections.
const ENOUGH: i64 = 20;

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
    look: "SELECT datname, usename, count(*) FROM pg_stat_activity GROUP BY 1, 2",
    link: "https://www.postgresql.org/docs/current/runtime-config-connection.html",
    run,
};

fn run(facts: &Facts) -> Judged {
    let user = facts.migration_user()?;
    let connections = facts.load.as_ref()?.connections.as_ref()?;
    // Another check reports a role that does not exist. Limits that apply to any role are checked here.
    let of_user = connections.user.unwrap_or(User {
        limit: -1,
        is_superuser: false,
    });
    let mut findings = Findings::none();
    let places = free_places(facts.settings.as_ref()?, connections, of_user)?;
    if places.free() < ENOUGH {
        findings.push(places.finding());
    }
    if of_user.is_superuser {
        return Ok(findings);
    }
    findings.found.extend(of_role(user, of_user, connections));
    let databases = facts.databases.as_ref()?;
    for database in findings.selected(databases) {
        let in_use = connections.in_use.get(&database.name).copied().unwrap_or(0);
        let limit = database.connection_limit;
        // 0 and -2 do not allow any connections, which `source-database-missing` reports.
        if limit > 0 && i64::from(limit) - i64::from(in_use) < ENOUGH {
            let name = command::identifier(&database.name);
            let fix = format!("ALTER DATABASE {name} CONNECTION LIMIT -1;");
            let object = format!("database/{}", database.name);
            findings.push(
                short(
                    object,
                    &format!("database `{}`", database.name),
                    limit,
                    in_use,
                )
                .fix(fix),
            );
        }
    }
    Ok(findings)
}

/// The connections of the server.
struct Places {
    most: i64,
    reserved: i64,
    in_use: i64,
}

impl Places {
    fn free(&self) -> i64 {
        self.most - self.reserved - self.in_use
    }

    fn finding(&self) -> Finding {
        let message = format!(
            "{} of the server's {} connections are free for the migration user",
            self.free().max(0),
            self.most
        );
        let wanted = self.most + ENOUGH - self.free();
        Finding::new("server", message)
            .evidence("max_connections", self.most)
            .evidence("reserved", self.reserved)
            .evidence("in use", self.in_use)
            .fix(format!(
                "ALTER SYSTEM SET max_connections = {wanted}; -- takes a restart"
            ))
    }
}

fn free_places(settings: &Settings, connections: &Connections, user: User) -> Fact<Places> {
    let reserved = match user.is_superuser {
        true => 0,
        // `reserved_connections` exists since PostgreSQL 16.
        false => {
            settings.number("superuser_reserved_connections")?
                + settings
                    .find("reserved_connections")
                    .map_or(Ok(0), |_| settings.number("reserved_connections"))?
        }
    };
    Ok(Places {
        most: settings.number("max_connections")?,
        reserved,
        in_use: i64::from(connections.total()),
    })
}

fn of_role(name: &str, user: User, connections: &Connections) -> Option<Finding> {
    if user.limit < 0 || i64::from(user.limit) - i64::from(connections.of_user) >= ENOUGH {
        return None;
    }
    let fix = format!(
        "ALTER ROLE {} CONNECTION LIMIT -1;",
        command::identifier(name)
    );
    let object = format!("role/{name}");
    Some(
        short(
            object,
            &format!("role `{name}`"),
            user.limit,
            connections.of_user,
        )
        .fix(fix),
    )
}

fn short(object: String, whose: &str, limit: i32, in_use: u32) -> Finding {
    let message = format!("{whose} may have {limit} connections, of which {in_use} are in use");
    Finding::new(object, message)
        .evidence("limit", limit)
        .evidence("in use", in_use)
}
