//! Checks that the target accepts MD5 if the source has MD5 password hashes. Since 0.1.0.
//! The prerequisites of 2024-06-19 required `password_encryption = md5` on every target.
//! Since 2025-01-24, only the limitations of Single Server sources require it.
//! Single Server roles are migrated with their hashes, so the result depends on the source kind.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::facts::configurations::Configuration;
use crate::plan::{ServerId, SourceKind};

const ACCEPTED: &str = "azure.accepted_password_auth_method";
const ENCRYPTION: &str = "password_encryption";
/// The maximum number of roles in one step.
const MOST_NAMED: usize = 5;

pub const CHECK: Check = Check {
    id: "password-hashes-rejected",
    title: "Passwords of the source would not work on the target",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("password")],
    why: "A role that keeps its password as an MD5 hash signs in only where MD5 is accepted. The documentation asks for \
          `password_encryption = md5` on the target when the source is an Azure Single Server, whose roles the service \
          migrates with their hashes; for other sources you carry roles over yourself.",
    fix: "Where the target does not accept MD5 yet, let it. In either case set the passwords anew as SCRAM when the \
          time comes, and turn MD5 off then.",
    look: "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'md5%'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let configurations = facts.configurations.as_ref()?;
    let encryption = configurations.get(ENCRYPTION)?;
    let keeps_md5 = encryption.value.eq_ignore_ascii_case("md5");
    let mut findings = Findings::none();
    let accepted = configurations.get(ACCEPTED);
    if keeps_md5 && accepted.as_ref().is_ok_and(|a| takes_md5(a)) {
        return Ok(findings);
    }
    let kind = facts.source_kind();
    if findings.know(&kind) == Some(&SourceKind::PostgresqlSingleServer) {
        if !keeps_md5 {
            findings.push(single_server(&server.id, encryption));
        }
        if let Some(accepted) = findings.know(&accepted).filter(|a| !takes_md5(a)) {
            let whose = "the source is a Single Server, whose passwords move as MD5 hashes";
            findings.push(refused(&server.id, whose, accepted));
        }
        return Ok(findings);
    }
    let roles = md5_roles(facts)?;
    if roles.is_empty() {
        return Ok(findings);
    }
    let accepted = accepted?;
    if !takes_md5(accepted) {
        let refused = refused(&server.id, &count(&roles), accepted);
        findings.push(refused.evidence("roles with MD5", roles.len()));
    } else if !keeps_md5 {
        findings.push(kept_roles(&roles, accepted));
    }
    Ok(findings)
}

fn single_server(id: &ServerId, encryption: &Configuration) -> Finding {
    let message = format!(
        "the source is a Single Server and `{ENCRYPTION}` of the target is `{}`",
        encryption.value
    );
    Finding::new(format!("parameter/{ENCRYPTION}"), message)
        .evidence(ENCRYPTION, &encryption.value)
        .fix(command::set_parameter(id, ENCRYPTION, "md5"))
}

fn md5_roles<'f>(facts: &'f Facts) -> Result<Vec<&'f str>, crate::checks::Unanswered> {
    let roles = facts.passwords.as_ref()?;
    Ok(roles
        .iter()
        .filter(|r| r.kind == "md5")
        .map(|r| r.role.as_str())
        .collect())
}

fn takes_md5(accepted: &Configuration) -> bool {
    accepted.members().any(|m| m.eq_ignore_ascii_case("md5"))
}

fn count(roles: &[&str]) -> String {
    match roles.len() {
        1 => format!("role `{}` has an MD5 password", roles[0]),
        n => format!("{n} roles have MD5 passwords, `{}` among them", roles[0]),
    }
}

fn refused(id: &ServerId, whose: &str, accepted: &Configuration) -> Finding {
    let list: Vec<&str> = accepted.members().chain(["md5"]).collect();
    Finding::new(
        format!("parameter/{ACCEPTED}"),
        format!("{whose}; the target does not accept MD5 (`{ACCEPTED}`)"),
    )
    .evidence(ACCEPTED, &accepted.value)
    .fix(command::set_parameter(id, ACCEPTED, &list.join(",")))
}

fn kept_roles(roles: &[&str], accepted: &Configuration) -> Finding {
    let message = format!(
        "{}; the target accepts MD5 (`{ACCEPTED}`), and new passwords are kept as SCRAM",
        count(roles)
    );
    let passwords: Vec<String> = roles.iter().take(MOST_NAMED).map(set_password).collect();
    let more = match roles.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and so on for {more} more roles"),
    };
    let anew = format!(
        "psql on the target, when the time comes: {}{more}; then take `md5` out of `{ACCEPTED}`",
        passwords.join(", ")
    );
    Finding::new(format!("parameter/{ENCRYPTION}"), message)
        .milder(Severity::Note)
        .evidence("roles with MD5", roles.len())
        .evidence(ACCEPTED, &accepted.value)
        .fix(Step::from(anew).afterwards())
}

/// Formats the psql command that sets a password. psql prompts for the password and sends only its hash.
fn set_password(role: &&str) -> String {
    format!("`\\password {}`", command::identifier(role))
}
