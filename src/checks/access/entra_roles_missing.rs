//! Checks that the source's Microsoft Entra roles exist on the target. Since 0.1.0.
//! The service does not migrate these roles, and stops if one is missing.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Inconclusive, Needs, Object, OfficialRule,
    Severity,
};
use crate::commands::quote;
use crate::facts::source::entra_roles::can_have_entra_roles;
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "entra-roles-missing",
    title: "Microsoft Entra roles of the source are not on the target",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::ServiceError(603103)],
    why: "A role that signs in with Microsoft Entra is tied to its directory, and cannot be copied: it has to be on the target \
          before the migration, or what it owns and what it was granted is refused.",
    fix: "Make each role on the target first: administrators as administrators, others with `pgaadauth_create_principal` in \
          the target's database `postgres`.",
    verify: "SELECT objoid::regrole FROM pg_shseclabel WHERE provider = 'pgaadauth'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-user-roles-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let source = facts
        .migration
        .source
        .as_ref()
        .ok_or_else(Missing::no_source)?;
    let outside_azure = || Inconclusive::not_applicable("the source is outside Azure");
    if !can_have_entra_roles(source.kind) {
        return Err(outside_azure());
    }
    let entra = facts.entra_roles.as_ref()?;
    if source.kind.is_none() && !entra.is_azure {
        return Err(outside_azure());
    }
    if entra.roles.is_empty() {
        return Ok(Findings::none());
    }
    let administrators = &facts.service.as_ref()?.administrators;
    let target_roles = facts.target_sql.as_ref().and_then(|t| t.roles.as_ref());
    let mut findings = Findings::none();
    if let Some(missing) = entra.missing_rows(source) {
        findings.add_missing(&missing);
    }
    let has_target_sql = facts
        .migration
        .target
        .as_ref()
        .is_some_and(|t| t.sql.is_some());
    if let (Err(missing), true) = (&target_roles, has_target_sql) {
        // The target's roles could show a blocker. The findings below are only warnings.
        findings.add_missing(missing);
    }
    let contains_role =
        |names: &[String], role: &str| names.iter().any(|n| n.eq_ignore_ascii_case(role));
    for role in &entra.roles {
        match (target_roles, administrators) {
            (Ok(roles), _) if contains_role(roles, role) => {}
            (Ok(_), _) => findings.push(finding(role, "is not on the target")),
            (Err(_), Ok(names)) if contains_role(names, role) => {}
            (Err(_), Ok(_)) if !has_entra_authentication(facts) => {
                let what = "cannot be on the target, where Microsoft Entra authentication is off";
                findings.push(finding(role, what).with_severity(Severity::Warning));
            }
            (Err(_), Ok(_)) => {
                let what = "is no administrator of the target; whether it is a role there only SQL on the target tells";
                findings.push(finding(role, what).with_severity(Severity::Warning));
            }
            (Err(_), Err(missing)) => findings.add_missing(missing),
        }
    }
    Ok(findings)
}

fn has_entra_authentication(facts: &Facts) -> bool {
    let auth = facts
        .server
        .as_ref()
        .ok()
        .and_then(|s| s.authentication.as_ref().ok());
    auth.is_none_or(|a| a.is_entra_enabled != Ok(false))
}

fn finding(role: &str, state: &str) -> Finding {
    let create = format!(
        "SELECT * FROM pgaadauth_create_principal({}, false, false);",
        quote::quote_literal(role)
    );
    Finding::new(
        Object::role(role),
        format!("the Microsoft Entra role `{role}` {state}"),
    )
    .with_fix(FixStep::sql(create).on_target().for_script())
}
