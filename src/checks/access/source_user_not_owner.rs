//! The service asks for the owner of each database, or a member of the owner. Since 0.1.0.
//! Judged by `pg_has_role(…, 'USAGE')`: from PostgreSQL 16 on, membership without INHERIT does not count.

use super::shown_user;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::facts::databases::Database;

pub const CHECK: Check = Check {
    id: "source-user-not-owner",
    title: "The migration user does not own a database of the source",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[Official::ServiceError(603110)],
    why: "The service reads the source as the migration user, and stops when that user has not the rights of the owner of \
          a database.",
    fix: "Grant the owner's role to the migration user, or sign in as the owner; a database that a superuser owns is given to \
          another role first.",
    look: "SELECT datname, pg_get_userbyid(datdba) FROM pg_database",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> Judged {
    let user = facts.migration_user()?;
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    let selected = findings.selected(databases);
    if selected.iter().any(|d| d.user_has_owner.is_none()) {
        let message =
            format!("the source has no role `{user}`, which the migration would sign in as");
        findings.push(Finding::new(format!("role/{user}"), message));
        return Ok(findings);
    }
    for database in selected.iter().filter(|d| d.user_has_owner == Some(false)) {
        findings.push(finding(facts, database, user));
    }
    Ok(findings)
}

fn finding(facts: &Facts, database: &Database, user: &str) -> Finding {
    let statement = format!(
        "GRANT {} TO {}",
        command::identifier(&database.owner),
        command::identifier(user)
    );
    let grant = Step::sql(None, statement);
    let roles = facts
        .access
        .as_ref()
        .ok()
        .and_then(|a| a.roles.as_ref().ok());
    let owner = roles.and_then(|r| r.find(&database.owner));
    let step = match owner.map(|o| o.is_superuser) {
        Some(false) => grant.by_script(),
        // To be a member of a superuser is to be one: that is no answer.
        Some(true) => format!(
            "ALTER DATABASE {} OWNER TO <a role without SUPERUSER>; -- best one that the migration user is a member of",
            command::identifier(&database.name)
        )
        .into(),
        None => grant.note("if that role is no superuser"),
    };
    let message = format!(
        "{} has not the rights of `{}`, who owns `{}`",
        shown_user(facts, user),
        database.owner,
        database.name
    );
    Finding::new(format!("database/{}", database.name), message)
        .evidence("owner", &database.owner)
        .fix(step)
}
