//! Checks default privileges that the migration user cannot restore. Since 0.1.0.
//! `ALTER DEFAULT PRIVILEGES FOR ROLE` requires the privileges of that role.
//! <https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html>

use std::collections::BTreeMap;

use super::{membership_statements, rows_per_database};
use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::facts::Facts;
use crate::facts::source::privileges::DefaultPrivilege;

pub const CHECK: Check = Check {
    id: "default-privileges-of-others",
    title: "Default privileges are of a role that the migration user cannot act for",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "A dump repeats default privileges with `ALTER DEFAULT PRIVILEGES FOR ROLE`, which is refused to whoever has not \
          that role's rights; and on the target nobody has those of a superuser. New objects then lack the grants that \
          applications count on.",
    fix: "Grant the role to the migration user, on the target too, or set the default privileges anew on the target.",
    verify: "SELECT defaclrole::regrole, defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl",
    link: "https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let user = facts.migration_user()?;
    let mut findings = Findings::none();
    for (database, all) in rows_per_database(facts, &mut findings, |d| &d.default_privileges)? {
        let mut refused: BTreeMap<&str, Vec<&DefaultPrivilege>> = BTreeMap::new();
        for one in all
            .iter()
            .filter(|d| d.role_is_superuser || !d.user_has_role)
        {
            refused.entry(&one.role).or_default().push(one);
        }
        let found = refused
            .iter()
            .map(|(role, of)| finding(facts, database, user, role, of));
        findings.items.extend(found);
    }
    Ok(findings)
}

fn finding(
    facts: &Facts,
    database: &str,
    user: &str,
    role: &str,
    all: &[&DefaultPrivilege],
) -> Finding {
    let describe_scope = |d: &&DefaultPrivilege| match &d.schema {
        Some(schema) => format!("{} in `{schema}`", d.objects),
        None => d.objects.clone(),
    };
    let scopes: Vec<String> = all.iter().map(describe_scope).collect();
    let is_superuser = all.iter().any(|d| d.role_is_superuser);
    let why = if is_superuser {
        "a superuser, which the target does not have".to_owned()
    } else {
        format!("whose rights `{user}` has not")
    };
    let message = format!(
        "`{database}` has default privileges for {} of `{role}`, {why}",
        scopes.join(", ")
    );
    let finding = Finding::new(
        Object::in_database(database, "default-privileges", role),
        message,
    );
    let finding = finding.with_evidence("entries", all.len());
    if is_superuser {
        return finding;
    }
    let statements = membership_statements(facts, role, user).into_iter();
    statements.fold(finding, |f, statement| f.with_fix(FixStep::sql(statement)))
}
