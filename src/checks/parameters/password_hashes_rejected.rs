//! Passwords kept as MD5 hashes work only where the target takes MD5. Since 0.1.0.
//! The prerequisites of 2024-06-19 asked for `password_encryption = md5` on every target. Since 2025-01-24 only the
//! limitations of Single Server sources say so, whose roles are migrated with their hashes; so it depends on the source.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::facts::configurations::Configuration;
use crate::plan::{ServerId, SourceKind};

const ACCEPTED: &str = "azure.accepted_password_auth_method";
const ENCRYPTION: &str = "password_encryption";

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
    fix: "Let the target accept MD5 until the passwords are set anew, then turn it off.",
    look: "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'md5%'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let configurations = facts.configurations.as_ref()?;
    let encryption = configurations.get(ENCRYPTION)?;
    let is_md5 = encryption.value.eq_ignore_ascii_case("md5");
    if is_md5 {
        return md5_roles(facts).map(|_| Findings::none());
    }
    let mut findings = Findings::none();
    let kind = facts.source_kind();
    if findings.know(&kind) == Some(&SourceKind::PostgresqlSingleServer) {
        return Ok(single_server(&server.id, encryption).into());
    }
    let roles = md5_roles(facts)?;
    if !roles.is_empty() {
        let accepted = configurations.get(ACCEPTED)?;
        findings.push(kept_roles(&server.id, &roles, accepted));
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

fn kept_roles(id: &ServerId, roles: &[&str], accepted: &Configuration) -> Finding {
    let count = match roles.len() {
        1 => format!("role `{}` has an MD5 password", roles[0]),
        n => format!("{n} roles have MD5 passwords, `{}` among them", roles[0]),
    };
    let takes_md5 = accepted.members().any(|m| m.eq_ignore_ascii_case("md5"));
    let finding = if takes_md5 {
        let message = format!(
            "{count}; the target accepts MD5 (`{ACCEPTED}`), and new passwords are kept as SCRAM"
        );
        Finding::new(format!("parameter/{ENCRYPTION}"), message).milder(Severity::Note)
    } else {
        let list: Vec<&str> = accepted.members().chain(["md5"]).collect();
        Finding::new(
            format!("parameter/{ACCEPTED}"),
            format!("{count}; the target does not accept MD5 (`{ACCEPTED}`)"),
        )
        .fix(command::set_parameter(id, ACCEPTED, &list.join(",")))
    };
    finding
        .evidence("roles with MD5", roles.len())
        .evidence(ACCEPTED, &accepted.value)
}
