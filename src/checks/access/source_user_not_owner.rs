//! Checks that the migration user owns each database or is a member of its owner. Since 0.1.0.
//! Evaluated with `pg_has_role(…, 'USAGE')`. In PostgreSQL 16 and later, membership without INHERIT does not count.

use super::{describe_user, membership_statements};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::privileges::SourceRole;
use crate::facts::source::source_databases::SourceDatabase;

pub const CHECK: Check = Check {
    id: "source-user-not-owner",
    title: "The migration user does not own a database of the source",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::ServiceError(603110)],
    why: "The service reads the source as the migration user, and stops when that user has not the rights of the owner of \
          a database.",
    fix: "Grant the owner's role to the migration user, or sign in as the owner; a database that a superuser owns is given to \
          another role first.",
    verify: "SELECT datname, pg_get_userbyid(datdba) FROM pg_database",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let user = facts.migration_user()?;
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    let selected = findings.selected_databases(databases);
    if selected.iter().any(|d| d.user_has_owner.is_none()) {
        let message =
            format!("the source has no role `{user}`, which the migration would sign in as");
        findings.push(Finding::new(Object::role(user), message));
        return Ok(findings);
    }
    if let Some(role) = findings.require(&facts.privileges.as_ref()?.migration_user) {
        findings.items.extend(login_finding(role));
    }
    for database in selected.iter().filter(|d| d.user_has_owner == Some(false)) {
        findings.push(finding(facts, database, user));
    }
    Ok(findings)
}

/// Returns a finding if the migration user does not have the LOGIN attribute.
/// The fix is manual, because a script must not enable sign-in for a role.
fn login_finding(user: &SourceRole) -> Option<Finding> {
    let message = format!("`{}` may not log in to the source", user.name);
    let alter = format!("ALTER ROLE {} LOGIN", quote::quote_identifier(&user.name));
    let finding = Finding::new(Object::role(&user.name), message);
    (!user.can_login).then(|| finding.with_fix(FixStep::sql(alter)))
}

fn finding(facts: &Facts, database: &SourceDatabase, user: &str) -> Finding {
    let roles = facts
        .privileges
        .as_ref()
        .ok()
        .and_then(|a| a.roles.as_ref().ok());
    let owner = roles.and_then(|r| r.find(&database.owner));
    let is_superuser = owner.map(|o| o.is_superuser);
    let message = format!(
        "{} has not the rights of `{}`, who owns `{}`",
        describe_user(facts, user),
        database.owner,
        database.name
    );
    let finding = Finding::new(Object::for_database(&database.name), message)
        .with_evidence("owner", &database.owner);
    if is_superuser == Some(true) {
        // Membership in a superuser role would make the migration user a superuser, so it is not offered.
        let statement = format!(
            "ALTER DATABASE {} OWNER TO <a role without SUPERUSER>",
            quote::quote_identifier(&database.name)
        );
        return finding.with_fix(
            FixStep::sql(statement)
                .to_complete()
                .with_note("best one that the migration user is a member of"),
        );
    }
    membership_statements(facts, &database.owner, user)
        .into_iter()
        .enumerate()
        .map(|(at, statement)| {
            let step = FixStep::sql(statement);
            match is_superuser {
                Some(_) => step.for_script(),
                None if at == 0 => step.with_note("if that role is no superuser"),
                None => step,
            }
        })
        .fold(finding, Finding::with_fix)
}
