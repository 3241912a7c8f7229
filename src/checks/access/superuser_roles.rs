//! Checks for roles with SUPERUSER or BYPASSRLS, which roles of a flexible server cannot have. Since 0.1.0.
//! Service limitations:
//! <https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service>

use super::is_user_created;
use crate::checks::{Check, CheckResult, Finding, Findings, FixStep, Needs, Object, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::privileges::SourceRole;

pub const CHECK: Check = Check {
    id: "superuser-roles",
    title: "A role has an attribute that the target does not give",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "A flexible server gives nobody SUPERUSER, and BYPASSRLS to nobody but its administrators: a dump of the roles \
          stops there, and what relied on the attribute is refused afterwards.",
    fix: "Take `SUPERUSER` and `BYPASSRLS` out of the dump of the roles, and grant `azure_pg_admin` on the target to those \
          who administrate.",
    verify: "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND oid <> 10",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-user-roles-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let roles = facts.privileges.as_ref()?.roles.as_ref()?;
    let mut findings = Findings::none();
    let kind = facts.source_kind();
    let kind = findings.require(&kind);
    let found = roles.iter().filter(|r| is_user_created(r, kind));
    findings.items = found.filter_map(finding).collect();
    Ok(findings)
}

fn finding(role: &SourceRole) -> Option<Finding> {
    let attributes = match (role.is_superuser, role.bypasses_row_security) {
        (true, true) => "`SUPERUSER` and `BYPASSRLS`",
        (true, false) => "`SUPERUSER`",
        (false, true) => "`BYPASSRLS`",
        (false, false) => return None,
    };
    let message = format!(
        "`{}` has {attributes}, not to be had on the target",
        role.name
    );
    let instead = role.is_superuser.then(|| {
        let name = quote::quote_identifier(&role.name);
        FixStep::sql(format!("GRANT azure_pg_admin TO {name}"))
            .on_target()
            .with_note("on the target")
    });
    let finding = Finding::new(Object::role(&role.name), message)
        .with_evidence("rolsuper", role.is_superuser)
        .with_evidence("rolbypassrls", role.bypasses_row_security);
    Some(instead.into_iter().fold(finding, Finding::with_fix))
}
