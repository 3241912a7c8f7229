//! Checks that the source's Microsoft Entra roles exist on the target. Since 0.1.0.
//! The service does not migrate these roles, and stops if one is missing.

use crate::checks::{
    Check, Finding, Findings, Judged, Needs, Official, Severity, Step, Unanswered, command,
};
use crate::facts::entra::may_have_entra_roles;
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "entra-roles-missing",
    title: "Microsoft Entra roles of the source are not on the target",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::ServiceError(603103)],
    why: "A role that signs in with Microsoft Entra is tied to its directory, and cannot be copied: it has to be on the target \
          before the migration, or what it owns and what it was granted is refused.",
    fix: "Make each role on the target first: administrators as administrators, others with `pgaadauth_create_principal` in \
          the target's database `postgres`.",
    look: "SELECT objoid::regrole FROM pg_shseclabel WHERE provider = 'pgaadauth'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-user-roles-migration-service",
    run,
};

fn run(facts: &Facts) -> Judged {
    let source = facts
        .migration
        .source
        .as_ref()
        .ok_or_else(Missing::no_source)?;
    let outside = || Unanswered::not_applicable("the source is outside Azure");
    if !may_have_entra_roles(source.kind) {
        return Err(outside());
    }
    let entra = facts.entra.as_ref()?;
    if source.kind.is_none() && !entra.is_azure {
        return Err(outside());
    }
    if entra.roles.is_empty() {
        return Ok(Findings::none());
    }
    let administrators = &facts.service.as_ref()?.administrators;
    let there = facts.on_target.as_ref().and_then(|t| t.roles.as_ref());
    let mut findings = Findings::none();
    if let Some(missing) = entra.cut(source) {
        findings.unknown(&missing);
    }
    let asks_there = facts
        .migration
        .target
        .as_ref()
        .is_some_and(|t| t.sql.is_some());
    if let (Err(missing), true) = (&there, asks_there) {
        // The target's roles could show a blocker. The findings below are only warnings.
        findings.unknown(missing);
    }
    let holds = |names: &[String], role: &str| names.iter().any(|n| n.eq_ignore_ascii_case(role));
    for role in &entra.roles {
        match (there, administrators) {
            (Ok(roles), _) if holds(roles, role) => {}
            (Ok(_), _) => findings.push(finding(role, "is not on the target")),
            (Err(_), Ok(names)) if holds(names, role) => {}
            (Err(_), Ok(_)) if !is_on(facts) => {
                let what = "cannot be on the target, where Microsoft Entra authentication is off";
                findings.push(finding(role, what).milder(Severity::Warning));
            }
            (Err(_), Ok(_)) => {
                let what = "is no administrator of the target; whether it is a role there only SQL on the target tells";
                findings.push(finding(role, what).milder(Severity::Warning));
            }
            (Err(_), Err(missing)) => findings.unknown(missing),
        }
    }
    Ok(findings)
}

fn is_on(facts: &Facts) -> bool {
    let auth = facts
        .server
        .as_ref()
        .ok()
        .and_then(|s| s.auth.as_ref().ok());
    auth.is_none_or(|a| a.entra != Ok(false))
}

fn finding(role: &str, what: &str) -> Finding {
    let make = format!(
        "SELECT * FROM pgaadauth_create_principal({}, false, false);",
        command::literal(role)
    );
    Finding::new(
        format!("role/{role}"),
        format!("the Microsoft Entra role `{role}` {what}"),
    )
    .fix(Step::sql(None, make).on_target().by_script())
}
