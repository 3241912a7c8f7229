//! Reads and writes a second: the smaller of disk and SKU decides. Since 0.1.0.
//! Storage page, 2026-01-13: effective IOPS are the smaller of the disk's and the SKU's.

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::capabilities::DiskOffer;
use crate::facts::server::Server;
use crate::facts::{Fact, Facts, Missing};
use crate::sizing::storage;

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
    fix: "Choose a higher performance tier of the disk (it can be lowered again after 12 hours), a larger disk, or a larger \
          SKU.",
    look: "SELECT sum(blks_read), max(stats_reset) FROM pg_stat_database",
    link: "https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage",
    run,
};

/// A disk that does less than this share of what the SKU could is worth a word.
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
            finding(message, facts, disk, observed)
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
            finding(message, facts, disk, f64::from(most) * FAR_UNDER).milder(Severity::Note),
        );
    }
    Ok(findings)
}

/// Proposes the performance tier that does so many, where the disk is what holds back.
fn finding(message: String, facts: &Facts, disk: u32, wanted: f64) -> Finding {
    let finding = Finding::new("server", message).evidence("disk_iops", disk);
    let (Ok(server), Ok(capabilities)) = (&facts.server, &facts.capabilities) else {
        return finding;
    };
    let tier = server.sku.as_ref().map_or("", |s| s.tier.as_str());
    let enough = |d: &&DiskOffer| d.iops > disk && f64::from(d.iops) >= wanted;
    let better = capabilities.premium_disks(tier).find(enough);
    let flag = better.and_then(|d| storage::premium_tier(d.size_gib));
    flag.iter().fold(finding, |f, tier| {
        f.fix(command::faster_disk(&server.id, tier))
    })
}

/// What the server says; an older api-version leaves it to the size of the disk.
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
