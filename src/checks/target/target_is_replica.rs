//! A read replica is read-only, so it cannot be a migration target. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::commands::quote;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "target-is-replica",
    title: "The target is a read replica",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("target")],
    why: "A read replica follows its primary and takes no writes, so the migration service cannot copy into it.",
    fix: "Choose the primary as the target, or promote the replica to a server of its own.",
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query replicationRole",
    link: "https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let replication = server.replication.as_ref()?;
    let role = &replication.role;
    if ["none", "primary"].contains(&role.to_ascii_lowercase().as_str()) {
        return Ok(Findings::none());
    }
    let of = replication
        .source_server
        .as_deref()
        .and_then(|id| id.rsplit('/').next());
    let of = of.map(|name| format!(" of `{name}`")).unwrap_or_default();
    let promote = quote::promote_replica(&server.id);
    Ok(Finding::new(
        Object::Server,
        format!("the target is a read replica{of}, its role is `{role}`"),
    )
    .with_evidence("replicationRole", role)
    .with_fix(promote)
    .into())
}
