//! The copy must fit before the server becomes read-only. Since 0.1.0.
//!
//! The figures are in `sizing::storage`. Storage autogrow only works on Premium SSD, not across 4,096 GiB, and not
//! while WAL fills the storage (storage page, 2026-01-13).

use super::larger_storage_step;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::target::server::{Server, ServerStorage};
use crate::sizing::{GIB, requirements, storage_size};

pub const CHECK: Check = Check {
    id: "storage-too-small",
    title: "The target's storage is too small for the source",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("sku")],
    why: "A flexible server turns read-only when less than 5 % or 5 GiB of its storage is free, and the copy writes \
          write-ahead log beside the data: the documentation advises 1.25 times the size of the databases.",
    fix: "Enlarge the storage before the migration; it cannot be made smaller again.",
    verify: "SELECT datname, pg_size_pretty(pg_database_size(oid)) FROM pg_database",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let disk = server.storage.as_ref()?;
    let size_gib = f64::from(*disk.size_gib.as_ref()?);
    let data = requirements::source_data(facts)?;
    let mut findings = Findings::none();
    data.missing.iter().for_each(|m| findings.add_missing(m));
    let need = StorageNeed {
        source_gib: data.total_gib,
        size_gib,
        usable_gib: storage_size::usable_gib(size_gib),
    };
    check_size(&mut findings, server, disk, &need);
    warn_about_existing_databases(&mut findings, facts);
    Ok(findings)
}

struct StorageNeed {
    source_gib: f64,
    size_gib: f64,
    usable_gib: f64,
}

impl StorageNeed {
    fn finding(&self, server: &Server, message: &str) -> Finding {
        Finding::new(
            Object::Server,
            format!(
                "{message}: the databases take {:.1} GiB, the target has {} GiB, of which \
             {:.1} can be filled",
                self.source_gib, self.size_gib, self.usable_gib
            ),
        )
        .with_evidence("source_gib", format!("{:.1}", self.source_gib))
        .with_evidence("storage_gib", self.size_gib)
        .with_evidence("usable_gib", format!("{:.1}", self.usable_gib))
        .with_fix(larger_storage_step(&server.id, self.source_gib))
    }
}

fn check_size(findings: &mut Findings, server: &Server, disk: &ServerStorage, need: &StorageNeed) {
    if need.source_gib > need.usable_gib {
        findings.push(need.finding(server, "the databases do not fit"));
    } else if storage_size::with_log_gib(need.source_gib) > need.usable_gib {
        let (auto_grow, offered) = (&disk.auto_grow, disk.is_premium_ssd());
        let (Some(auto_grow), Some(offered)) =
            (findings.require(auto_grow), findings.require(&offered))
        else {
            findings.push(
                need.finding(server, "there is little room for write-ahead log")
                    .with_severity(Severity::Warning),
            );
            return;
        };
        let is_auto_grow_enabled = auto_grow
            .as_deref()
            .is_some_and(|a| a.eq_ignore_ascii_case("Enabled"));
        findings.push(if is_auto_grow_enabled && *offered {
            let message = "there is little room for write-ahead log; storage grows by itself, but not while the log fills it";
            need.finding(server, message).with_severity(Severity::Note)
        } else {
            need.finding(server, "there is little room for write-ahead log and storage does not grow by itself")
                .with_severity(Severity::Warning)
        });
    }
}

/// Warns about databases that already use storage on the target. Only SQL on the target shows their size.
fn warn_about_existing_databases(findings: &mut Findings, facts: &Facts) {
    let names = findings.require(&facts.target_databases);
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return;
    };
    let sizes = facts
        .target_sql
        .as_ref()
        .ok()
        .and_then(|t| t.sizes.as_ref().ok());
    let bytes = sizes.and_then(|sizes| {
        let each = names.iter().map(|n| sizes.get(n).copied().flatten());
        each.sum::<Option<u64>>()
    });
    let size = match bytes {
        Some(bytes) => format!("whose {:.1} GiB are not counted here", bytes as f64 / GIB),
        None => "whose size is not counted here".to_owned(),
    };
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    findings.push(
        Finding::new(
            Object::Server,
            format!("the target already holds {}, {size}", quoted.join(", ")),
        )
        .with_severity(Severity::Warning)
        .with_evidence("databases", names.join(", ")),
    );
}
