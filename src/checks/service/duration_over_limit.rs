//! The service ends a migration after seven days. Since 0.1.0.
//!
//! Best practices, 2025-01-24: 168 hours per migration, and 72 hours between the base copy of an online migration and
//! its cutover.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::facts::Facts;
use crate::sizing::copy_estimate::{MEASURED_VCORES, estimate_copy};
use crate::sizing::requirements;

pub const CHECK: Check = Check {
    id: "duration-over-limit",
    title: "The copy will take longer than the service waits",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[],
    why: "The service ends a migration after seven days, whatever it has copied by then; what takes more than three is close \
          enough to it for a slow disk or a large table to decide.",
    fix: "Scale the target up for the copy, split the databases into several migrations, or archive old data first.",
    verify: "SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/best-practices-migration-service-postgresql",
    run,
};

const LIMIT_HOURS: f64 = 168.0;
const CLOSE_HOURS: f64 = 72.0;

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    let data = requirements::source_data(facts)?;
    let mut findings = Findings::none();
    data.missing.iter().for_each(|m| findings.add_missing(m));
    let vcores = server.sku.as_ref().map_err(Clone::clone).and_then(|sku| {
        let capabilities = facts.capabilities.as_ref()?;
        Ok(capabilities.sku(&sku.name)?.vcores)
    });
    let estimate = estimate_copy(data.total_gib, vcores.as_ref().ok().copied());
    // A single vCore takes four times as long. Only above this limit does an unknown SKU change the result.
    if estimate.hours * f64::from(MEASURED_VCORES) > CLOSE_HOURS {
        findings.require(&vcores);
    }
    if estimate.hours > CLOSE_HOURS {
        let message = format!(
            "the copy of {:.0} GiB takes {}",
            data.total_gib,
            estimate.format()
        );
        let finding = Finding::new(Object::Server, message)
            .with_evidence("source_gib", format!("{:.1}", data.total_gib))
            .with_evidence("hours", format!("{:.0}", estimate.hours))
            .with_evidence("limit_hours", LIMIT_HOURS);
        findings.push(if estimate.hours > LIMIT_HOURS {
            finding
        } else {
            finding.with_severity(Severity::Warning)
        });
    }
    Ok(findings)
}
