//! Checks for inactive replication slots, which retain write-ahead log indefinitely. Since 0.1.0.
//! PostgreSQL rule: <https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS>.

use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, ObjectKind, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::source::replication::ReplicationSlot;

pub const CHECK: Check = Check {
    id: "inactive-replication-slot",
    title: "A replication slot that nobody reads keeps write-ahead log",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "PostgreSQL keeps all log from a slot's position on, for as long as the slot exists: the source's disk fills, \
          faster while it is copied from, and a full disk stops the source. The slot is also one less for the migration.",
    fix: "Find out who was meant to read it. Bring the reader back, or drop the slot.",
    verify: "SELECT slot_name, slot_type, restart_lsn FROM pg_replication_slots WHERE NOT active",
    link: "https://www.postgresql.org/docs/current/view-pg-replication-slots.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let slots = facts.replication.as_ref()?.slots.as_ref()?;
    let mut findings = Findings::none();
    let idle = |slot: &&ReplicationSlot| !slot.active && !slot.temporary;
    findings
        .items
        .extend(slots.slots.iter().filter(idle).filter_map(finding));
    Ok(findings)
}

fn finding(slot: &ReplicationSlot) -> Option<Finding> {
    let held = slot.held_bytes?.max(0).unsigned_abs();
    let name = &slot.name;
    let message = match slot.wal_status.as_deref() {
        Some("lost") => return None,
        _ => format!(
            "nobody reads the {} slot `{name}`, which keeps {} of log",
            slot.kind,
            format_size(held)
        ),
    };
    let drop = format!(
        "SELECT pg_drop_replication_slot({})",
        quote::quote_literal(name)
    );
    let mut finding = Finding::new(Object::named(ObjectKind::ReplicationSlot, name), message)
        .with_evidence("held_bytes", held);
    for (what, value) in [
        ("database", &slot.database),
        ("plugin", &slot.plugin),
        ("wal_status", &slot.wal_status),
    ] {
        if let Some(value) = value {
            finding = finding.with_evidence(what, value);
        }
    }
    Some(finding.with_fix(FixStep::sql(drop)))
}

fn format_size(bytes: u64) -> String {
    const MIB: f64 = 1_048_576.0;
    let mib = bytes as f64 / MIB;
    if mib < 1024.0 {
        format!("{mib:.1} MiB")
    } else {
        format!("{:.1} GiB", mib / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::format_size;

    #[test]
    fn sizes_are_formatted_in_mib_or_gib() {
        assert_eq!(format_size(0), "0.0 MiB");
        assert_eq!(format_size(5 * 1_048_576), "5.0 MiB");
        assert_eq!(format_size(3 * 1_073_741_824), "3.0 GiB");
    }
}
