//! A dump of a newer major version does not restore into an older one. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;
use crate::reference::version_support;

pub const CHECK: Check = Check {
    id: "target-version-older",
    title: "The target's major version is older than the source's",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("version")],
    why: "The migration service does not migrate to an earlier major version.",
    fix: "Upgrade the target to the source's major version or a newer one, or create one there.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query version",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let target = server.version.as_ref()?;
    let source = facts.source_version()?;
    if target.major() >= source.major() {
        return Ok(Findings::none());
    }
    let today = facts.recorded_at.date();
    // Propose the same version as `target-version-retired`, so that there is only one upgrade.
    let proposed = if version_support::is_retiring(target.major(), today) {
        version_support::proposed_major(source.major(), today)
    } else {
        source.major()
    };
    Ok(Finding::new(
        Object::Server,
        format!(
            "the source is PostgreSQL {source}, the target {}",
            target.major_label()
        ),
    )
    .with_evidence("source", source)
    .with_evidence("target", target)
    .with_fix(quote::upgrade_server(&server.id, proposed))
    .into())
}
