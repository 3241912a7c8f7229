//! Checks that the target accepts MD5 if the source has MD5 password hashes. Since 0.1.0.
//! The prerequisites of 2024-06-19 required `password_encryption = md5` on every target.
//! Since 2025-01-24, only the limitations of Single Server sources require it.
//! Single Server roles are migrated with their hashes, so the result depends on the source kind.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::config::{ServerId, SourceKind};
use crate::facts::Facts;
use crate::facts::target::target_parameters::TargetParameter;

const ACCEPTED_METHODS: &str = "azure.accepted_password_auth_method";
const PASSWORD_ENCRYPTION: &str = "password_encryption";
/// The maximum number of roles in one step.
const MAX_NAMED_ROLES: usize = 5;

pub const CHECK: Check = Check {
    id: "password-hashes-rejected",
    title: "Passwords of the source would not work on the target",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("password")],
    why: "A role that keeps its password as an MD5 hash signs in only where MD5 is accepted. The documentation asks for \
          `password_encryption = md5` on the target when the source is an Azure Single Server, whose roles the service \
          migrates with their hashes; for other sources you carry roles over yourself.",
    fix: "Where the target does not accept MD5 yet, let it. In either case set the passwords anew as SCRAM when the \
          time comes, and turn MD5 off then.",
    verify: "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'md5%'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let configurations = facts.target_parameters.as_ref()?;
    let encryption = configurations.get(PASSWORD_ENCRYPTION)?;
    let keeps_md5 = encryption.value.eq_ignore_ascii_case("md5");
    let mut findings = Findings::none();
    let accepted = configurations.get(ACCEPTED_METHODS);
    if keeps_md5 && accepted.as_ref().is_ok_and(|a| accepts_md5(a)) {
        return Ok(findings);
    }
    let kind = facts.source_kind();
    if findings.require(&kind) == Some(&SourceKind::PostgresqlSingleServer) {
        if !keeps_md5 {
            findings.push(single_server_finding(&server.id, encryption));
        }
        if let Some(accepted) = findings.require(&accepted).filter(|a| !accepts_md5(a)) {
            let reason = "the source is a Single Server, whose passwords move as MD5 hashes";
            findings.push(md5_rejected_finding(&server.id, reason, accepted));
        }
        return Ok(findings);
    }
    let roles = md5_roles(facts)?;
    if roles.is_empty() {
        return Ok(findings);
    }
    let accepted = accepted?;
    if !accepts_md5(accepted) {
        let refused = md5_rejected_finding(&server.id, &describe_roles(&roles), accepted);
        findings.push(refused.with_evidence("roles with MD5", roles.len()));
    } else if !keeps_md5 {
        findings.push(md5_accepted_finding(&roles, accepted));
    }
    Ok(findings)
}

fn single_server_finding(id: &ServerId, encryption: &TargetParameter) -> Finding {
    let message = format!(
        "the source is a Single Server and `{PASSWORD_ENCRYPTION}` of the target is `{}`",
        encryption.value
    );
    Finding::new(Object::parameter(PASSWORD_ENCRYPTION), message)
        .with_evidence(PASSWORD_ENCRYPTION, &encryption.value)
        .with_fix(quote::set_parameter(id, PASSWORD_ENCRYPTION, "md5"))
}

fn md5_roles<'f>(facts: &'f Facts) -> Result<Vec<&'f str>, crate::checks::Inconclusive> {
    let roles = facts.password_hashes.as_ref()?;
    Ok(roles
        .iter()
        .filter(|r| r.kind == "md5")
        .map(|r| r.role.as_str())
        .collect())
}

fn accepts_md5(accepted: &TargetParameter) -> bool {
    accepted.members().any(|m| m.eq_ignore_ascii_case("md5"))
}

fn describe_roles(roles: &[&str]) -> String {
    match roles.len() {
        1 => format!("role `{}` has an MD5 password", roles[0]),
        n => format!("{n} roles have MD5 passwords, `{}` among them", roles[0]),
    }
}

fn md5_rejected_finding(id: &ServerId, reason: &str, accepted: &TargetParameter) -> Finding {
    let list: Vec<&str> = accepted.members().chain(["md5"]).collect();
    Finding::new(
        Object::parameter(ACCEPTED_METHODS),
        format!("{reason}; the target does not accept MD5 (`{ACCEPTED_METHODS}`)"),
    )
    .with_evidence(ACCEPTED_METHODS, &accepted.value)
    .with_fix(quote::set_parameter(id, ACCEPTED_METHODS, &list.join(",")))
}

fn md5_accepted_finding(roles: &[&str], accepted: &TargetParameter) -> Finding {
    let message = format!(
        "{}; the target accepts MD5 (`{ACCEPTED_METHODS}`), and new passwords are kept as SCRAM",
        describe_roles(roles)
    );
    let passwords: Vec<String> = roles
        .iter()
        .take(MAX_NAMED_ROLES)
        .map(password_command)
        .collect();
    let more = match roles.len().saturating_sub(MAX_NAMED_ROLES) {
        0 => String::new(),
        more => format!(" and so on for {more} more roles"),
    };
    let instruction = format!(
        "psql on the target, when the time comes: {}{more}; then take `md5` out of `{ACCEPTED_METHODS}`",
        passwords.join(", ")
    );
    Finding::new(Object::parameter(PASSWORD_ENCRYPTION), message)
        .with_severity(Severity::Note)
        .with_evidence("roles with MD5", roles.len())
        .with_evidence(ACCEPTED_METHODS, &accepted.value)
        .with_fix(FixStep::manual(instruction).afterwards())
}

/// Formats the psql command that sets a password. psql prompts for the password and sends only its hash.
fn password_command(role: &&str) -> String {
    format!("`\\password {}`", quote::quote_identifier(role))
}
