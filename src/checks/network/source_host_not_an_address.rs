//! The service connects over TCP, not through Google's proxies. Since 0.1.0.
//!
//! The prerequisites for Cloud SQL and AlloyDB require the IP address, and document this form as not supported.

use super::source;
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::facts::Facts;
use crate::facts::network::source_network::HostKind;

pub const CHECK: Check = Check {
    id: "source-host-not-an-address",
    title: "The source is named as a Google Cloud instance, not by its address",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Plan,
    mode: None,
    official: &[OfficialRule::ServiceError(603000)],
    why: "`project:region:instance` is what Google's own connectors understand. The service needs a host name or an IP \
          address.",
    fix: "Give the migration the instance's IP address, public or reachable from the target's network.",
    verify: "gcloud sql instances describe <instance> --format 'value(ipAddresses)'",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/concepts-known-issues-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let host = source(facts)?.service_address();
    let HostKind::CloudInstance(instance) = HostKind::parse(host) else {
        return Ok(Findings::none());
    };
    let message = format!("`{instance}` is the name of an instance, not an address");
    Ok(Finding::new(Object::Server, message)
        .with_evidence("host", host)
        .with_fix(FixStep::manual(describe_instance_command(&instance)))
        .into())
}

fn describe_instance_command(instance: &str) -> String {
    let parts: Vec<&str> = instance.rsplitn(3, ':').collect();
    match parts.as_slice() {
        [name, _region, project] => format!(
            "gcloud sql instances describe {} --project {} --format 'value(ipAddresses)'",
            quote::quote_bash(name),
            quote::quote_bash(project)
        ),
        _ => format!(
            "gcloud alloydb instances describe {} --format 'value(ipAddress)'",
            quote::quote_bash(instance)
        ),
    }
}
