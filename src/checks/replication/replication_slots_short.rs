//! Checks that the source has a free replication slot for each database. Since 0.1.0.
//! The error text requires free slots. The prerequisites require more slots than databases.
//! Therefore fewer free slots than databases are a blocker, and an equal number is a warning.

use super::{required_settings, source_count, source_parameter, source_parameter_fix};
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;
use crate::facts::source::replication::ReplicationSlots;

pub const CHECK: Check = Check {
    id: "replication-slots-short",
    title: "The source has too few free replication slots",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: Some(MigrationMode::Online),
    official: &[OfficialRule::ServiceError(603105)],
    why: "An online migration takes one logical replication slot for each database, and the documentation asks for more \
          slots than databases. Slots that standbys, subscribers or earlier attempts hold are not there for it.",
    fix: "Drop slots that nobody uses, or raise `max_replication_slots` (with `max_wal_senders` at least as high) and \
          restart the source; or migrate the databases in groups.",
    verify: "SELECT slot_name, active, database FROM pg_replication_slots",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/troubleshoot-error-codes",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let limit = source_count(facts, "max_replication_slots")?;
    let slots = facts.replication.as_ref()?.slots.as_ref()?;
    let mut findings = Findings::none();
    let databases = findings.selected_databases(facts.databases.as_ref()?).len() as u64;
    let free = limit.saturating_sub(slots.total);
    if databases == 0 || free > databases {
        return Ok(findings);
    }
    let kind = facts.source_kind().ok();
    let of = match databases {
        1 => "1 database".to_owned(),
        many => format!("{many} databases"),
    };
    let message = format!("{free} of {limit} replication slots are free, for {of}");
    let needed = required_settings::required_slots(slots.total, databases);
    let mut finding = Finding::new(Object::parameter("max_replication_slots"), message)
        .with_evidence("max_replication_slots", limit)
        .with_evidence("in use", slots.total);
    if !slots.slots.is_empty() {
        finding = finding.with_evidence("slots", describe_slots(slots));
    }
    let change = ("max_replication_slots", &*needed.to_string());
    let (was, _) = source_parameter(facts, "max_replication_slots")?;
    let finding = source_parameter_fix::with_change_steps(finding, kind, change, was);
    findings.push(if free == databases {
        finding.with_severity(Severity::Warning)
    } else {
        finding
    });
    Ok(findings)
}

/// Lists the slots, inactive ones first because they are candidates for removal.
fn describe_slots(slots: &ReplicationSlots) -> String {
    let mut listed: Vec<_> = slots.slots.iter().collect();
    listed.sort_by_key(|slot| (slot.active, slot.name.as_str()));
    let named: Vec<String> = listed
        .iter()
        .take(10)
        .map(|slot| {
            let state = if slot.active { "active" } else { "inactive" };
            format!("{} ({state})", slot.name)
        })
        .collect();
    let more = slots.total.saturating_sub(named.len() as u64);
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
