//! Maintenance restarts the server, and a running migration starts again. Since 0.1.0.
//!
//! The maintenance events are available since api-version 2026-04-01-preview. A weekly maintenance window is not an
//! event.

use time::Duration;

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, ObjectKind, Severity,
};
use crate::facts::Facts;
use crate::facts::target::service::maintenance::{MaintenanceEvent, PlannedMaintenance};
use crate::time_format::format_utc_minute;

pub const CHECK: Check = Check {
    id: "target-maintenance-due",
    title: "Azure will maintain the target within a week",
    severity: Severity::Note,
    unknown: Severity::Note,
    needs: Needs::Target,
    mode: None,
    official: &[],
    why: "Maintenance restarts the server: connections break, and with them the copy of the tables that were under way.",
    fix: "Migrate before or after it, or move the maintenance to another day.",
    verify: "az rest --method get --url \"<server id>/maintenanceEvents?api-version=2026-10-01\"",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-maintenance",
    run,
};

const NOTICE_PERIOD: Duration = Duration::days(7);

fn run(facts: &Facts) -> CheckResult {
    let events = match facts.service.as_ref()?.maintenance.as_ref()? {
        PlannedMaintenance::Events(events) => events,
        PlannedMaintenance::Unsupported(version) => {
            let why = format!(
                "api-version {version} does not tell of maintenance; `--api-version 2026-10-01` does"
            );
            return Err(Inconclusive::not_applicable(why));
        }
    };
    let mut findings = Findings::none();
    for event in events.iter().filter(|e| !is_over(e)) {
        let Some(start) = findings.require(&event.start).copied() else {
            continue;
        };
        let end = event.end.unwrap_or(start);
        if start > facts.recorded_at + NOTICE_PERIOD || end < facts.recorded_at {
            continue;
        }
        let message = format!(
            "maintenance `{}` from {} to {} ({})",
            event.name,
            format_utc_minute(start),
            format_utc_minute(end),
            event.status
        );
        let finding = Finding::new(Object::named(ObjectKind::Maintenance, &event.name), message)
            .with_evidence("start", format_utc_minute(start))
            .with_evidence("end", format_utc_minute(end))
            .with_evidence("can be put off", event.is_deferrable);
        findings.push(finding);
    }
    Ok(findings)
}

fn is_over(event: &MaintenanceEvent) -> bool {
    ["complete", "completed", "canceled"].contains(&event.status.to_ascii_lowercase().as_str())
}
