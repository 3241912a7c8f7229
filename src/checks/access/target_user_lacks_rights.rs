//! Checks the privileges of the migration user on the target, which must create databases and roles. Since 0.1.0.
//! Only SQL on the target can show this, and that connection is optional. Without it, the check counts as a note.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::target::target_sql::TargetUserPrivileges;
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "target-user-lacks-rights",
    title: "The migration user lacks rights on the target",
    severity: Severity::Blocker,
    unknown: Severity::Note,
    needs: Needs::Target,
    mode: None,
    official: &[
        OfficialRule::ServiceError(603111),
        OfficialRule::ServiceError(603115),
        OfficialRule::ServiceError(603116),
        OfficialRule::ServiceError(603117),
        OfficialRule::ServiceError(603706),
        OfficialRule::ServiceError(603708),
    ],
    why: "The service makes databases and roles as this user, ends sessions in databases that it replaces, and gives the \
          schema `public` to `azure_pg_admin`.",
    fix: "Sign in as the server's administrator, or give the user what is missing.",
    verify: "SELECT rolname, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let target = facts
        .migration
        .target
        .as_ref()
        .ok_or_else(Missing::no_target)?;
    let rights = facts.target_sql.as_ref()?.user.as_ref()?;
    let sql = target.sql.as_ref().ok_or_else(Missing::no_target)?;
    let user = sql.migration_user();
    if !rights.user_exists {
        let message =
            format!("the target has no role `{user}`, which the migration would sign in as");
        return Ok(Finding::new(Object::role(user), message).into());
    }
    let mut findings = Findings::none();
    for (holds, message, fix) in required_privileges(rights, user) {
        if !holds {
            findings.push(Finding::new(Object::role(user), message).with_fix(target_sql_step(fix)));
        }
    }
    for finding in recommended_findings(rights, user) {
        findings.push(finding.with_severity(Severity::Warning));
    }
    Ok(findings)
}

fn target_sql_step(statement: String) -> FixStep {
    FixStep::sql(statement).on_target().for_script()
}

/// Returns the required privileges: whether the user has each, the message, and the fix statement.
/// The service stops if one of them is missing.
fn required_privileges(rights: &TargetUserPrivileges, user: &str) -> [(bool, String, String); 3] {
    let name = quote::quote_identifier(user);
    [
        (
            rights.is_admin,
            format!("`{user}` is no member of `azure_pg_admin` on the target"),
            format!("GRANT azure_pg_admin TO {name}"),
        ),
        (
            rights.can_create_role == Some(true),
            format!("`{user}` may not create roles on the target (CREATEROLE)"),
            format!("ALTER ROLE {name} CREATEROLE"),
        ),
        (
            rights.can_create_db == Some(true),
            format!("`{user}` may not create databases on the target (CREATEDB)"),
            format!("ALTER ROLE {name} CREATEDB"),
        ),
    ]
}

/// Returns findings for privileges that only some operations need.
/// These are replacing a database, monitoring, and the cleanup at the end.
fn recommended_findings(rights: &TargetUserPrivileges, user: &str) -> Vec<Finding> {
    let name = quote::quote_identifier(user);
    let object = Object::role(user);
    let roles = [
        (rights.may_signal, "pg_signal_backend"),
        (rights.may_read_settings, "pg_read_all_settings"),
        (rights.may_read_stats, "pg_read_all_stats"),
        (rights.may_scan_tables, "pg_stat_scan_tables"),
    ];
    let lacking = roles.iter().filter(|(holds, _)| *holds != Some(true));
    let mut found: Vec<Finding> = lacking
        .map(|(_, role)| {
            let message = format!("`{user}` is no member of `{role}` on the target");
            Finding::new(object.clone(), message)
                .with_fix(target_sql_step(format!("GRANT {role} TO {name}")))
        })
        .collect();
    for role in &rights.other_memberships {
        let message = format!(
            "`{user}` is also a member of `{role}`: the service may fail to tidy up after itself"
        );
        let fix = format!("REVOKE {} FROM {name}", quote::quote_identifier(role));
        found.push(Finding::new(object.clone(), message).with_fix(FixStep::sql(fix).on_target()));
    }
    let owner = rights.public_owner.as_deref().unwrap_or("nobody");
    if rights.public_owner.is_some()
        && rights.owns_public == Some(false)
        && owner != "pg_database_owner"
    {
        let message = format!(
            "the schema `public` belongs to `{owner}`, so `{user}` cannot give it to `azure_pg_admin`"
        );
        found.push(
            Finding::new(object.clone(), message)
                .with_fix(FixStep::sql("ALTER SCHEMA public OWNER TO azure_pg_admin").on_target()),
        );
    }
    found
}
