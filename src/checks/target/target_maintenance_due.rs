//! Maintenance restarts the server, and a running migration starts again. Since 0.1.0.
//!
//! The maintenance events are available since api-version 2026-04-01-preview. A weekly maintenance window is not an
//! event.

use time::Duration;

use crate::checks::{Check, Finding, Findings, Judged, Needs, Severity, Unanswered, moment::at};
use crate::facts::Facts;
use crate::facts::service::maintenance::{Event, Maintenance};

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
    look: "az rest --method get --url \"<server id>/maintenanceEvents?api-version=2026-10-01\"",
    link: "https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-maintenance",
    run,
};

const AHEAD: Duration = Duration::days(7);

fn run(facts: &Facts) -> Judged {
    let events = match facts.service.as_ref()?.maintenance.as_ref()? {
        Maintenance::Events(events) => events,
        Maintenance::NotOffered(version) => {
            let why = format!(
                "api-version {version} does not tell of maintenance; `--api-version 2026-10-01` does"
            );
            return Err(Unanswered::not_applicable(why));
        }
    };
    let mut findings = Findings::none();
    for event in events.iter().filter(|e| !is_over(e)) {
        let Some(start) = findings.know(&event.start).copied() else {
            continue;
        };
        let end = event.end.unwrap_or(start);
        if start > facts.recorded_at + AHEAD || end < facts.recorded_at {
            continue;
        }
        let message = format!(
            "maintenance `{}` from {} to {} ({})",
            event.name,
            at(start),
            at(end),
            event.status
        );
        let finding = Finding::new(format!("maintenance/{}", event.name), message)
            .evidence("start", at(start))
            .evidence("end", at(end))
            .evidence("can be put off", event.deferrable);
        findings.push(finding);
    }
    Ok(findings)
}

fn is_over(event: &Event) -> bool {
    ["complete", "completed", "canceled"].contains(&event.status.to_ascii_lowercase().as_str())
}
