//! The copy must fit before the server turns read-only. Since 0.1.0.
//! Figures: read-only below the larger of 5 % and 5 GiB free (limits page, 2025-11-13); room for write-ahead log of
//! 1.25 times the databases (best practices, 2025-01-24); autogrow on Premium SSD alone, not across 4,096 GiB and not
//! while write-ahead log fills the disk (storage page, 2026-01-13).

use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, command};
use crate::facts::Facts;
use crate::facts::server::{Server, Storage};

const GIB: f64 = 1_073_741_824.0;

pub const CHECK: Check = Check {
    id: "storage-too-small",
    title: "The target's storage is too small for the source",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("sku")],
    why: "A flexible server turns read-only when less than 5 % or 5 GiB of its storage is free, and the copy writes \
          write-ahead log beside the data: the documentation advises 1.25 times the size of the databases.",
    fix: "Enlarge the storage before the migration; it cannot be made smaller again.",
    look: "SELECT datname, pg_size_pretty(pg_database_size(oid)) FROM pg_database",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
    run,
};

fn run(facts: &Facts) -> Judged {
    let server = facts.server.as_ref()?;
    let storage = server.storage.as_ref()?;
    let size_gib = f64::from(*storage.size_gib.as_ref()?);
    let databases = facts.databases.as_ref()?;
    let mut findings = Findings::none();
    let mut bytes = 0;
    for database in findings.selected(databases) {
        bytes += findings.know(&database.size()).copied().unwrap_or(0);
    }
    let need = Need {
        source_gib: bytes as f64 / GIB,
        size_gib,
        usable_gib: size_gib - f64::max(size_gib * 0.05, 5.0),
    };
    judge(&mut findings, server, storage, &need);
    others_on_target(&mut findings, facts);
    Ok(findings)
}

struct Need {
    source_gib: f64,
    size_gib: f64,
    usable_gib: f64,
}

impl Need {
    fn finding(&self, server: &Server, message: &str) -> Finding {
        let wanted = (self.source_gib * 1.25 + f64::max(self.source_gib * 0.07, 5.0)).ceil();
        let grow = command::server(
            &server.id,
            "update",
            &format!("--storage-size {}", disk(wanted)),
        );
        Finding::new(
            "server",
            format!(
                "{message}: the databases take {:.1} GiB, the target has {} GiB, of which \
             {:.1} can be filled",
                self.source_gib, self.size_gib, self.usable_gib
            ),
        )
        .evidence("source_gib", format!("{:.1}", self.source_gib))
        .evidence("storage_gib", self.size_gib)
        .evidence("usable_gib", format!("{:.1}", self.usable_gib))
        .fix(grow)
    }
}

/// The smallest Premium SSD size that holds so many GiB: they double from 32 on, and end at 32,767.
fn disk(gib: f64) -> u32 {
    let sizes = (5..15).map(|power| 1u32 << power).chain([32_767]);
    sizes
        .into_iter()
        .find(|s| f64::from(*s) >= gib)
        .unwrap_or(32_767)
}

fn judge(findings: &mut Findings, server: &Server, storage: &Storage, need: &Need) {
    if need.source_gib > need.usable_gib {
        findings.push(need.finding(server, "the databases do not fit"));
    } else if need.source_gib * 1.25 > need.usable_gib {
        let (Some(auto_grow), Some(kind)) = (
            findings.know(&storage.auto_grow),
            findings.know(&storage.kind),
        ) else {
            findings.push(
                need.finding(server, "there is little room for write-ahead log")
                    .milder(Severity::Warning),
            );
            return;
        };
        let offered = !kind
            .as_deref()
            .is_some_and(|k| k.starts_with("PremiumV2") || k.starts_with("Ultra"));
        let on = auto_grow
            .as_deref()
            .is_some_and(|a| a.eq_ignore_ascii_case("Enabled"));
        findings.push(if on && offered {
            let said = "there is little room for write-ahead log; storage grows by itself, but not while the log fills it";
            need.finding(server, said).milder(Severity::Note)
        } else {
            need.finding(server, "there is little room for write-ahead log and storage does not grow by itself")
                .milder(Severity::Warning)
        });
    }
}

/// What else is on the target's disk: its size shows to SQL on the target alone.
fn others_on_target(findings: &mut Findings, facts: &Facts) {
    let Some(names) = findings
        .know(&facts.target_databases)
        .filter(|names| !names.is_empty())
    else {
        return;
    };
    let list = names
        .iter()
        .map(|n| format!("`{n}`"))
        .collect::<Vec<_>>()
        .join(", ");
    findings.push(
        Finding::new(
            "server",
            format!("the target already holds {list}, whose size is not counted here"),
        )
        .milder(Severity::Warning)
        .evidence("databases", names.join(", ")),
    );
}

#[cfg(test)]
mod tests {
    use super::disk;

    #[test]
    fn disks_double() {
        assert_eq!(disk(10.0), 32);
        assert_eq!(disk(129.0), 256);
        assert_eq!(disk(20_000.0), 32_767);
    }
}
