//! The service disables `default_transaction_read_only` for its sessions, and stops if it cannot. Since 0.1.0.
//!
//! The check uses the settings for sessions of the migration user. It never uses its own session, which is always
//! read-only.

use std::collections::BTreeSet;

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::read_only_settings::{READ_ONLY_PARAMETER, ReadOnlyLevel};

pub const CHECK: Check = Check {
    id: "source-read-only",
    title: "Sessions on the source begin read only",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::ServiceError(603112)],
    why: "The service turns `default_transaction_read_only` off for its sessions on the source, and stops where that fails; \
          it names this parameter when it does.",
    fix: "Turn `default_transaction_read_only` off where it is set, for the migration at least.",
    verify: "SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let user = facts.migration_user()?;
    let databases = facts.databases.as_ref()?;
    let read_only = facts.read_only.as_ref()?;
    let mut findings = Findings::none();
    let mut seen = BTreeSet::new();
    for database in findings.selected_databases(databases) {
        let name = &database.name;
        let Some((true, place)) = findings.require(&read_only.effective(name, user)).copied()
        else {
            continue;
        };
        let finding = finding(place, name, user);
        if seen.insert(finding.object.clone()) {
            findings.push(finding);
        }
    }
    Ok(findings)
}

fn finding(place: ReadOnlyLevel, database: &str, user: &str) -> Finding {
    let (role, quoted) = (
        quote::quote_identifier(user),
        quote::quote_identifier(database),
    );
    let (object, whose) = match place {
        ReadOnlyLevel::Server => (
            Object::parameter(READ_ONLY_PARAMETER),
            "on for the whole server".to_owned(),
        ),
        ReadOnlyLevel::AllRoles => (
            Object::parameter(READ_ONLY_PARAMETER),
            "on for all roles".to_owned(),
        ),
        ReadOnlyLevel::Database => (
            Object::for_database(database),
            format!("on for database `{database}`"),
        ),
        ReadOnlyLevel::Role => (Object::role(user), format!("on for role `{user}`")),
        ReadOnlyLevel::RoleInDatabase => (
            Object::for_database(database),
            format!("on for role `{user}` in database `{database}`"),
        ),
    };
    let set = |value: &str| {
        let set = format!("SET {READ_ONLY_PARAMETER} = {value}");
        match place {
            ReadOnlyLevel::Server => FixStep::sql(format!("ALTER SYSTEM {set}")).with_reload(),
            ReadOnlyLevel::AllRoles => FixStep::sql(format!("ALTER ROLE ALL {set}")),
            ReadOnlyLevel::Database => FixStep::sql(format!("ALTER DATABASE {quoted} {set}")),
            ReadOnlyLevel::Role => FixStep::sql(format!("ALTER ROLE {role} {set}")),
            ReadOnlyLevel::RoleInDatabase => {
                FixStep::sql(format!("ALTER ROLE {role} IN DATABASE {quoted} {set}"))
            }
        }
    };
    let back = set("on")
        .afterwards()
        .with_note("on the source if it goes on");
    Finding::new(object, format!("`{READ_ONLY_PARAMETER}` is {whose}"))
        .with_fix(set("off"))
        .with_fix(back)
}
