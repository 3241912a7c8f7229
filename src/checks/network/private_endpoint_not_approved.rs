//! A server without public access and without a virtual network is only reachable through approved private endpoints.
//! Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, ObjectKind, OfficialRule,
    Severity,
};
use crate::commands::quote;
use crate::config::ServerId;
use crate::facts::Facts;
use crate::facts::network::azure_network::private_endpoint::EndpointConnection;
use crate::facts::target::server::NetworkMode;

pub const CHECK: Check = Check {
    id: "private-endpoint-not-approved",
    title: "No approved private endpoint leads to the target",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "Public access to the target is off and it stands in no virtual network: without an approved private endpoint nobody \
          reaches it, the migration's runtime server neither.",
    fix: "Approve the private endpoint's connection, or create one in a network that the runtime server reaches.",
    verify: "az postgres flexible-server private-endpoint-connection list --resource-group <group> --server-name <name> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private-link",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    if *server.network_mode.as_ref()? != NetworkMode::EndpointOnly {
        return Err(Inconclusive::not_applicable(
            "the target is reached in another way than by private endpoints alone",
        ));
    }
    let endpoints = facts.azure_network.as_ref()?.private_endpoints.as_ref()?;
    if endpoints.is_empty() {
        return Ok(Finding::new(
            Object::Server,
            "public access is off, and there is no private endpoint",
        )
        .into());
    }
    let mut findings = Findings::none();
    for connection in endpoints {
        match findings.require(&connection.status) {
            Some(status) if status.eq_ignore_ascii_case("Approved") => return Ok(Findings::none()),
            Some(status) => findings.push(finding(&server.id, connection, status)),
            None => {}
        }
    }
    Ok(findings)
}

fn finding(server: &ServerId, connection: &EndpointConnection, status: &str) -> Finding {
    let name = connection.endpoint.name();
    let message = format!("the private endpoint `{name}` is `{status}`, and no other is approved");
    let mut finding = Finding::new(Object::named(ObjectKind::PrivateEndpoint, name), message)
        .with_evidence("id", &connection.endpoint);
    if status.eq_ignore_ascii_case("Pending") {
        finding = finding.with_fix(quote::approve_private_endpoint(server, &connection.name));
    }
    match &connection.description {
        Some(words) => finding.with_evidence("description", words),
        None => finding,
    }
}
