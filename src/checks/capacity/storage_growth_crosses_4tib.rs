//! A Premium SSD of 4,096 GiB or more is a different kind of storage, so growth to that size needs planning. Since
//! 0.1.0.
//!
//! Storage page, 2026-01-13: storage autogrow stops at 4,095 GiB, and storage of 4,096 GiB or more has no host caching.

use super::larger_disk;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Unanswered};
use crate::facts::Facts;
use crate::sizing::demand;
use crate::sizing::storage::{self, BOUNDARY_GIB};

pub const CHECK: Check = Check {
    id: "storage-growth-crosses-4tib",
    title: "The target's storage would have to grow across 4 TiB",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "Storage autogrow stops at 4,095 GiB: in the middle of the copy the server would turn read-only instead. A disk of \
          4,096 GiB and more also does without host caching, and cannot be made smaller again.",
    fix: "Choose the size that the copy needs before the migration, or make room on the source first.",
    look: "az postgres flexible-server show --resource-group <group> --name <name> --query storage",
    link: "https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage-premium-ssd",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let disk = server.storage.as_ref()?;
    let size_gib = *disk.size_gib.as_ref()?;
    if !disk.is_premium_ssd()? {
        let why = "this kind of disk neither grows by itself nor is cached by its host";
        return Err(Unanswered::not_applicable(why));
    }
    let data = demand::data(facts)?;
    let mut findings = Findings::none();
    let least = storage::least_disk_gib(data.gib);
    if size_gib >= BOUNDARY_GIB {
        return Ok(findings);
    }
    data.missing.iter().for_each(|m| findings.unknown(m));
    if least >= f64::from(BOUNDARY_GIB) {
        let message = format!(
            "the databases take {:.1} GiB and need a disk of {least:.0} GiB with their write-ahead log; the target has \
             {size_gib} GiB and grows by itself to 4095 at most",
            data.gib
        );
        findings.push(
            Finding::new("server", message)
                .evidence("source_gib", format!("{:.1}", data.gib))
                .evidence("needed_gib", format!("{least:.0}"))
                .evidence("storage_gib", size_gib)
                .fix(larger_disk(&server.id, data.gib)),
        );
    }
    Ok(findings)
}
