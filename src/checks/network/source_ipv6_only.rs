//! A flexible server only supports IPv4. Since 0.1.0.

use super::source;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "source-ipv6-only",
    title: "The source has no IPv4 address",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[OfficialRule::AzureMigrate("ipv6")],
    why: "Flexible servers neither have nor reach IPv6 addresses: the service would not get to the source.",
    fix: "Give the source an IPv4 address and its name an A record, or have something with an IPv4 address forward to it.",
    verify: "SHOW listen_addresses",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let host = source(facts)?.service_address();
    let addresses = facts.source_network.as_ref()?.addresses.as_ref()?;
    if addresses
        .iter()
        .any(|address| address.to_canonical().is_ipv4())
    {
        return Ok(Findings::none());
    }
    let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let message = match host.parse::<std::net::IpAddr>() {
        Ok(_) => format!("`{host}` is no IPv4 address"),
        Err(_) => format!("`{host}` has no IPv4 address"),
    };
    Ok(Finding::new(Object::Server, message)
        .with_evidence("addresses", listed.join(", "))
        .into())
}
