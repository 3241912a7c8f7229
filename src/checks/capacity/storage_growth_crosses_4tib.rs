//! A Premium SSD of 4,096 GiB or more is a different kind of storage, so growth to that size needs planning. Since
//! 0.1.0.
//!
//! Storage page, 2026-01-13: storage autogrow stops at 4,095 GiB, and storage of 4,096 GiB or more has no host caching.

use super::larger_storage_step;
use crate::checks::{Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, Severity};
use crate::facts::Facts;
use crate::sizing::storage_size::AUTOGROW_BOUNDARY_GIB;
use crate::sizing::{requirements, storage_size};

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
    verify: "az postgres flexible-server show --resource-group <group> --name <name> --query storage",
    link: "https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage-premium-ssd",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let disk = server.storage.as_ref()?;
    let size_gib = *disk.size_gib.as_ref()?;
    if !disk.is_premium_ssd()? {
        let why = "this kind of disk neither grows by itself nor is cached by its host";
        return Err(Inconclusive::not_applicable(why));
    }
    let data = requirements::source_data(facts)?;
    let mut findings = Findings::none();
    let least = storage_size::min_storage_gib(data.total_gib);
    if size_gib >= AUTOGROW_BOUNDARY_GIB {
        return Ok(findings);
    }
    data.missing.iter().for_each(|m| findings.add_missing(m));
    if least >= f64::from(AUTOGROW_BOUNDARY_GIB) {
        let message = format!(
            "the databases take {:.1} GiB and need a disk of {least:.0} GiB with their write-ahead log; the target has \
             {size_gib} GiB and grows by itself to 4095 at most",
            data.total_gib
        );
        findings.push(
            Finding::new(Object::Server, message)
                .with_evidence("source_gib", format!("{:.1}", data.total_gib))
                .with_evidence("needed_gib", format!("{least:.0}"))
                .with_evidence("storage_gib", size_gib)
                .with_fix(larger_storage_step(&server.id, data.total_gib)),
        );
    }
    Ok(findings)
}
