//! The migration service signs in to the target with a password. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-entra-only",
    title: "The target accepts no passwords",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::ServiceError(603100)],
    why: "The migration service signs in to the target as its administrator with a password; on a server with Microsoft \
          Entra authentication alone it cannot.",
    fix: "Turn password authentication on for the migration, beside Microsoft Entra; turn it off again afterwards.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query authConfig",
    link: "https://learn.microsoft.com/azure/postgresql/security/security-entra-configure",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    if *server
        .authentication
        .as_ref()?
        .is_password_enabled
        .as_ref()?
    {
        return Ok(Findings::none());
    }
    let finding = Finding::new(
        Object::Server,
        "password authentication is `Disabled` on the target",
    )
    .with_evidence("passwordAuth", "Disabled")
    .with_fix(quote::enable_password_auth(&server.id));
    Ok(finding.into())
}
