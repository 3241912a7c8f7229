//! Firewalls and assessments expect the default port of PostgreSQL. Since 0.1.0.

use super::source;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "source-port-unusual",
    title: "The source listens on an unusual port",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Plan,
    mode: None,
    official: &[OfficialRule::AzureMigrate("ports")],
    why: "Azure Migrate expects 5432 or 6432, and rules of network security groups and firewalls are mostly written for \
          these: another port is often closed on the way from the target.",
    fix: "Open this port on the whole way from the target's subnet to the source, or let the source listen on 5432.",
    verify: "SHOW port",
    link: "https://learn.microsoft.com/azure/migrate/assessment-rules-for-postgresql",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let port = source(facts)?.port;
    if [5432, 6432].contains(&port) {
        return Ok(Findings::none());
    }
    Ok(
        Finding::new(Object::Server, format!("the source's port is {port}"))
            .with_evidence("port", port)
            .into(),
    )
}
