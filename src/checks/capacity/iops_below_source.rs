//! The IOPS of the target, compared with the source. Since 0.1.0.
//!
//! Storage page, 2026-01-13: effective IOPS are the smaller of the storage limit and the SKU limit.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::target::capabilities::Capabilities;
use crate::facts::target::server::Server;
use crate::facts::{Fact, Facts, Missing};

pub const CHECK: Check = Check {
    id: "iops-below-source",
    title: "The target's disk or SKU does fewer reads and writes than the source needs",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("sku")],
    why: "A flexible server does as many reads and writes a second as the weaker of its disk and its SKU, and a Premium SSD's \
          follow its size: a small disk behind a large SKU slows the copy and the load after it.",
    fix: "Where the disk is the weaker, choose a higher performance tier (it can be lowered again after 12 hours) or a \
          larger disk; where the SKU is, a larger SKU.",
    verify: "SELECT sum(blks_read), max(stats_reset) FROM pg_stat_database",
    link: "https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage",
    run,
};

/// The IOPS limit of a Premium SSD v2, in total and per GiB (storage page, 2026-01-13).
const PREMIUM_SSD_V2_MAX_IOPS: f64 = 80_000.0;
const PREMIUM_SSD_V2_MAX_IOPS_PER_GIB: f64 = 500.0;

/// Storage that provides less than this share of the SKU's IOPS is reported.
const LOW_STORAGE_SHARE: f64 = 0.1;

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let storage_iops = storage_iops(facts, server)?;
    let capabilities = facts.capabilities.as_ref()?;
    let sku = capabilities.sku(&server.sku.as_ref()?.name)?;
    let effective_iops = sku.iops.map_or(storage_iops, |s| s.min(storage_iops));
    let mut findings = Findings::none();
    let observed = findings.require(&facts.io).and_then(|a| a.iops());
    if let Some(observed) = observed.filter(|o| f64::from(effective_iops) < *o) {
        let message = format!(
            "the source does {observed:.0} reads and writes a second on average, the target {effective_iops} at most (its disk \
             {storage_iops}, its SKU {})",
            sku.iops.map_or("unknown".to_owned(), |s| s.to_string())
        );
        findings.push(
            finding(
                message,
                server,
                capabilities,
                storage_iops,
                sku.iops,
                observed,
            )
            .with_evidence("source_iops", format!("{observed:.0}")),
        );
    } else if let Some(most) = sku
        .iops
        .filter(|s| f64::from(storage_iops) < f64::from(*s) * LOW_STORAGE_SHARE)
    {
        let message = format!(
            "the target's disk does {storage_iops} reads and writes a second, a small part of the {most} that `{}` could",
            sku.name
        );
        findings.push(
            finding(
                message,
                server,
                capabilities,
                storage_iops,
                sku.iops,
                f64::from(most) * LOW_STORAGE_SHARE,
            )
            .with_severity(Severity::Note),
        );
    }
    Ok(findings)
}

/// Proposes faster storage if the storage is the bottleneck and the SKU supports the required IOPS.
fn finding(
    message: String,
    server: &Server,
    capabilities: &Capabilities,
    storage_iops: u32,
    sku_iops: Option<u32>,
    required_iops: f64,
) -> Finding {
    let finding = Finding::new(Object::Server, message).with_evidence("disk_iops", storage_iops);
    let is_sku_sufficient = sku_iops.is_none_or(|most| f64::from(most) >= required_iops);
    let step = if is_sku_sufficient && f64::from(storage_iops) < required_iops {
        faster_storage_step(server, capabilities, required_iops)
    } else {
        None
    };
    step.into_iter().fold(finding, Finding::with_fix)
}

/// Returns the step to faster storage. A Premium SSD has the performance tiers of its size. A Premium SSD v2 has no
/// tiers, and its IOPS are set directly. Ultra Disk is not changed.
fn faster_storage_step(
    server: &Server,
    capabilities: &Capabilities,
    required_iops: f64,
) -> Option<FixStep> {
    let storage = server.storage.as_ref().ok()?;
    let size = storage.size_gib.as_ref().ok()?;
    if storage.is_premium_ssd_v2().ok()? {
        let most = PREMIUM_SSD_V2_MAX_IOPS.min(f64::from(*size) * PREMIUM_SSD_V2_MAX_IOPS_PER_GIB);
        let iops = required_iops.ceil();
        return (iops <= most).then(|| quote::provision_iops(&server.id, iops as u32));
    }
    if !storage.is_premium_ssd().ok()? {
        return None;
    }
    let tier = &server.sku.as_ref().ok()?.tier;
    let current = capabilities
        .premium_ssd_sizes(tier)
        .find(|d| d.size_gib == *size)?;
    let better = current
        .performance_tiers
        .iter()
        .find(|t| f64::from(t.iops) >= required_iops)?;
    Some(quote::set_performance_tier(&server.id, &better.name))
}

/// Returns the IOPS that the server reports. An older api-version does not report them, so they follow from the storage
/// size.
fn storage_iops(facts: &Facts, server: &Server) -> Fact<u32> {
    let storage = server.storage.as_ref()?;
    if let Ok(Some(iops)) = storage.iops {
        return Ok(iops);
    }
    let reported = storage.iops.as_ref().map_err(Clone::clone);
    let size = *storage.size_gib.as_ref()?;
    let tier = &server.sku.as_ref()?.tier;
    let capabilities = facts.capabilities.as_ref()?;
    let is_premium = storage.is_premium_ssd() != Ok(false);
    let listed = capabilities
        .premium_ssd_sizes(tier)
        .find(|d| is_premium && d.size_gib == size);
    match (listed, reported) {
        (Some(disk), _) => Ok(disk.iops),
        (None, Err(missing)) => Err(missing),
        (None, Ok(_)) => Err(Missing::not_specified(
            "neither the server nor its location says what the disk can do",
            "look at `az postgres flexible-server show --query storage`",
        )),
    }
}
