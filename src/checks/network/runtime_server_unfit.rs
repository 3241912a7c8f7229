//! Requirements of the runtime server from its documentation: another server than the target, in a virtual network, and
//! not smaller. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, ObjectKind, OfficialRule,
    Severity,
};
use crate::config::ServerId;
use crate::facts::target::server::{NetworkMode, Server};
use crate::facts::{Fact, Facts, Missing};

pub const CHECK: Check = Check {
    id: "runtime-server-unfit",
    title: "The runtime server that is named cannot carry the migration",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Plan,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "The service connects to both sides from the runtime server: it must exist, be another server than the target and \
          stand in a virtual network. A smaller one than the target slows the copy.",
    fix: "Name a flexible server in a virtual network that reaches both sides, with at least the target's SKU.",
    verify: "az postgres flexible-server show --ids <runtime server> --query '{network: network, sku: sku}'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-migration-service-runtime-server",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let Some(id) = &facts.migration.runtime_server else {
        return Err(Inconclusive::not_applicable("no runtime server is named"));
    };
    if facts.migration.target.as_ref().is_some_and(|t| t.id == *id) {
        return Ok(finding(id, "is the target itself").into());
    }
    let runtime = match facts.azure_network.as_ref()?.runtime_server.as_ref() {
        Some(Err(missing)) if missing.is_absent_target() => {
            return Ok(finding(id, "does not exist").into());
        }
        Some(runtime) => runtime.as_ref()?,
        None => return Err(Inconclusive::not_applicable("no runtime server is named")),
    };
    let mut findings = Findings::none();
    match findings.require(&runtime.network_mode) {
        Some(NetworkMode::Integrated) | None => {}
        Some(_) => findings.push(finding(id, "stands in no virtual network")),
    }
    if let Some(Some(smaller)) = findings.require(&smaller_sku_finding(facts, runtime)) {
        findings.push(smaller.clone());
    }
    Ok(findings)
}

fn finding(id: &ServerId, what: &str) -> Finding {
    let name = &id.name;
    Finding::new(
        Object::named(ObjectKind::RuntimeServer, name),
        format!("the runtime server `{name}` {what}"),
    )
    .with_evidence("id", id)
}

/// Compares the vCores and memory of both SKUs, if the target's location offers them.
fn smaller_sku_finding(facts: &Facts, runtime: &Server) -> Fact<Option<Finding>> {
    let own = |missing: &Missing| missing.clone();
    let target = facts.server.as_ref().map_err(own)?;
    let (has, wants) = (
        runtime.sku.as_ref().map_err(own)?,
        target.sku.as_ref().map_err(own)?,
    );
    if has.name.eq_ignore_ascii_case(&wants.name) {
        return Ok(None);
    }
    let offers = facts.capabilities.as_ref().map_err(own)?;
    let (small, large) = (offers.sku(&has.name)?, offers.sku(&wants.name)?);
    if small.vcores >= large.vcores && small.memory_gib >= large.memory_gib {
        return Ok(None);
    }
    let what = format!(
        "has `{}` ({} vCores, {} GiB), the target `{}` ({} vCores, {} GiB)",
        has.name, small.vcores, small.memory_gib, wants.name, large.vcores, large.memory_gib
    );
    Ok(Some(
        finding(&runtime.id, &what).with_severity(Severity::Warning),
    ))
}
