//! The IOPS of the target, compared with the source. Since 0.1.0.
//!
//! Storage page, 2026-01-13: effective IOPS are the smaller of the storage limit and the SKU limit.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::capabilities::Capabilities;
use crate::facts::server::Server;
use crate::facts::{Fact, Facts, Missing};

pub const CHECK: Check = Check {
    id: "iops-below-source",
    title: "The target's disk or SKU does fewer reads and writes than the source needs",
    severity: Severity::Warning,
    unknown: Severity::Note,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("sku")],
    why: "A flexible server does as many reads and writes a second as the weaker of its disk and its SKU, and a Premium SSD's \
          follow its size: a small disk behind a large SKU slows the copy and the load after it.",
    fix: "Where the disk is the weaker, choose a higher performance tier (it can be lowered again after 12 hours) or a \
          larger disk; where the SKU is, a larger SKU.",
    look: "SELECT sum(blks_read), max(stats_reset) FROM pg_stat_database",
    link: "https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage",
    run,
};

/// The IOPS limit of a Premium SSD v2, in total and per GiB (storage page, 2026-01-13).
const MOST_OF_V2: f64 = 80_000.0;
const MOST_OF_V2_PER_GIB: f64 = 500.0;

/// Storage that provides less than this share of the SKU's IOPS is reported.
const FAR_UNDER: f64 = 0.1;

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let disk = disk_iops(facts, server)?;
    let capabilities = facts.capabilities.as_ref()?;
    let sku = capabilities.sku(&server.sku.as_ref()?.name)?;
    let least = sku.iops.map_or(disk, |s| s.min(disk));
    let mut findings = Findings::none();
    let observed = findings.know(&facts.activity).and_then(|a| a.iops());
    if let Some(observed) = observed.filter(|o| f64::from(least) < *o) {
        let message = format!(
            "the source does {observed:.0} reads and writes a second on average, the target {least} at most (its disk \
             {disk}, its SKU {})",
            sku.iops.map_or("unknown".to_owned(), |s| s.to_string())
        );
        findings.push(
            finding(message, server, capabilities, disk, sku.iops, observed)
                .evidence("source_iops", format!("{observed:.0}")),
        );
    } else if let Some(most) = sku
        .iops
        .filter(|s| f64::from(disk) < f64::from(*s) * FAR_UNDER)
    {
        let message = format!(
            "the target's disk does {disk} reads and writes a second, a small part of the {most} that `{}` could",
            sku.name
        );
        findings.push(
            finding(
                message,
                server,
                capabilities,
                disk,
                sku.iops,
                f64::from(most) * FAR_UNDER,
            )
            .milder(Severity::Note),
        );
    }
    Ok(findings)
}

/// Proposes faster storage if the storage is the bottleneck and the SKU supports the required IOPS.
fn finding(
    message: String,
    server: &Server,
    capabilities: &Capabilities,
    disk: u32,
    sku: Option<u32>,
    wanted: f64,
) -> Finding {
    let finding = Finding::new("server", message).evidence("disk_iops", disk);
    let disk_will_do = sku.is_none_or(|most| f64::from(most) >= wanted);
    let step = match disk_will_do && f64::from(disk) < wanted {
        true => faster(server, capabilities, wanted),
        false => None,
    };
    step.into_iter().fold(finding, Finding::fix)
}

/// Returns the step to faster storage. A Premium SSD has the performance tiers of its size. A Premium SSD v2 has no
/// tiers, and its IOPS are set directly. Ultra Disk is not changed.
fn faster(server: &Server, capabilities: &Capabilities, wanted: f64) -> Option<Step> {
    let storage = server.storage.as_ref().ok()?;
    let size = storage.size_gib.as_ref().ok()?;
    if storage.is_premium_ssd_v2().ok()? {
        let most = MOST_OF_V2.min(f64::from(*size) * MOST_OF_V2_PER_GIB);
        let iops = wanted.ceil();
        return (iops <= most).then(|| command::provision_iops(&server.id, iops as u32));
    }
    if !storage.is_premium_ssd().ok()? {
        return None;
    }
    let tier = &server.sku.as_ref().ok()?.tier;
    let own = capabilities
        .premium_disks(tier)
        .find(|d| d.size_gib == *size)?;
    let better = own.tiers.iter().find(|t| f64::from(t.iops) >= wanted)?;
    Some(command::faster_disk(&server.id, &better.name))
}

/// Returns the IOPS that the server reports. An older api-version does not report them, so they follow from the storage
/// size.
fn disk_iops(facts: &Facts, server: &Server) -> Fact<u32> {
    let storage = server.storage.as_ref().map_err(Clone::clone)?;
    if let Ok(Some(iops)) = storage.iops {
        return Ok(iops);
    }
    let said = storage.iops.as_ref().map_err(Clone::clone);
    let size = *storage.size_gib.as_ref().map_err(Clone::clone)?;
    let tier = &server.sku.as_ref().map_err(Clone::clone)?.tier;
    let capabilities = facts.capabilities.as_ref().map_err(Clone::clone)?;
    let is_premium = storage.is_premium_ssd() != Ok(false);
    let listed = capabilities
        .premium_disks(tier)
        .find(|d| is_premium && d.size_gib == size);
    match (listed, said) {
        (Some(disk), _) => Ok(disk.iops),
        (None, Err(missing)) => Err(missing),
        (None, Ok(_)) => Err(Missing::not_said(
            "neither the server nor its location says what the disk can do",
            "look at `az postgres flexible-server show --query storage`",
        )),
    }
}
