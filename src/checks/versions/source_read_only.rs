//! The service disables `default_transaction_read_only` for its sessions, and stops if it cannot. Since 0.1.0.
//!
//! The check uses the settings for sessions of the migration user. It never uses its own session, which is always
//! read-only.

use std::collections::BTreeSet;

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::facts::read_only::{PARAMETER, Place};

pub const CHECK: Check = Check {
    id: "source-read-only",
    title: "Sessions on the source begin read only",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[Official::ServiceError(603112)],
    why: "The service turns `default_transaction_read_only` off for its sessions on the source, and stops where that fails; \
          it names this parameter when it does.",
    fix: "Turn `default_transaction_read_only` off where it is set, for the migration at least.",
    look: "SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let user = facts.migration_user()?;
    let databases = facts.databases.as_ref()?;
    let read_only = facts.read_only.as_ref()?;
    let mut findings = Findings::none();
    let mut seen = BTreeSet::new();
    for database in findings.selected(databases) {
        let name = &database.name;
        let Some((true, place)) = findings.know(&read_only.of(name, user)).copied() else {
            continue;
        };
        let finding = finding(place, name, user);
        if seen.insert(finding.object.clone()) {
            findings.push(finding);
        }
    }
    Ok(findings)
}

fn finding(place: Place, database: &str, user: &str) -> Finding {
    let (role, quoted) = (command::identifier(user), command::identifier(database));
    let (object, whose) = match place {
        Place::Server => (
            format!("parameter/{PARAMETER}"),
            "on for the whole server".to_owned(),
        ),
        Place::AllRoles => (
            format!("parameter/{PARAMETER}"),
            "on for all roles".to_owned(),
        ),
        Place::Database => (
            format!("database/{database}"),
            format!("on for database `{database}`"),
        ),
        Place::Role => (format!("role/{user}"), format!("on for role `{user}`")),
        Place::RoleInDatabase => (
            format!("database/{database}"),
            format!("on for role `{user}` in database `{database}`"),
        ),
    };
    let set = |value: &str| {
        let set = format!("SET {PARAMETER} = {value};");
        match place {
            Place::Server => format!("ALTER SYSTEM {set} SELECT pg_reload_conf();"),
            Place::AllRoles => format!("ALTER ROLE ALL {set}"),
            Place::Database => format!("ALTER DATABASE {quoted} {set}"),
            Place::Role => format!("ALTER ROLE {role} {set}"),
            Place::RoleInDatabase => format!("ALTER ROLE {role} IN DATABASE {quoted} {set}"),
        }
    };
    let back = format!("{} -- afterwards, on the source if it goes on", set("on"));
    Finding::new(object, format!("`{PARAMETER}` is {whose}"))
        .fix(set("off"))
        .fix(Step::from(back).afterwards())
}
