//! A dump of a newer major version does not restore into an older one. Since 0.1.0.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::reference::versions;

pub const CHECK: Check = Check {
    id: "target-version-older",
    title: "The target's major version is older than the source's",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("version")],
    why: "The migration service does not migrate to an earlier major version.",
    fix: "Upgrade the target to the source's major version or a newer one, or create one there.",
    look: "az postgres flexible-server show --resource-group <group> --name <name> --query version",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let target = server.version.as_ref()?;
    let source = facts.source_version()?;
    if target.major() >= source.major() {
        return Ok(Findings::none());
    }
    let today = facts.recorded_at.date();
    // Propose the same version as `target-version-retired`, so that there is only one upgrade.
    let wanted = match versions::is_retiring(target.major(), today) {
        true => versions::proposed(source.major(), today),
        false => source.major(),
    };
    Ok(Finding::new(
        "server",
        format!(
            "the source is PostgreSQL {source}, the target {}",
            target.major_text()
        ),
    )
    .evidence("source", source)
    .evidence("target", target)
    .fix(command::upgrade(&server.id, wanted))
    .into())
}
