//! The name of a private endpoint only resolves if a private DNS zone contains its address. Since 0.1.0.

use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, ObjectKind, OfficialRule,
    Severity,
};
use crate::facts::Facts;
use crate::facts::network::azure_network::placement::VnetPlacement;
use crate::facts::network::azure_network::private_dns::ZoneLink;
use crate::facts::network::azure_network::private_endpoint::{EndpointConnection, EndpointDns};

pub const CHECK: Check = Check {
    id: "private-endpoint-no-dns",
    title: "A private endpoint of the target has no name in DNS",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "The runtime server and the applications connect by the server's name. Without a record in a private DNS zone that is linked \
          to their network the name leads to the public address, which answers nobody.",
    fix: "Attach the private endpoint to the zone `privatelink.postgres.database.azure.com` by a DNS zone group, and link the \
          zone to the networks that need it. DNS servers of your own are not seen here.",
    verify: "az network private-endpoint dns-zone-group list --resource-group <group> --endpoint-name <name>",
    link: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let server = facts.server.as_ref()?;
    if *server.network_mode.as_ref()? == crate::facts::target::server::NetworkMode::Integrated {
        return Err(Inconclusive::not_applicable(
            "the target stands in a virtual network of its own",
        ));
    }
    let path = facts.azure_network.as_ref()?;
    let mut findings = Findings::none();
    for connection in path.private_endpoints.as_ref()? {
        if findings.require(&connection.has_status("Approved")) != Some(&true) {
            continue;
        }
        let Some(dns) = findings.require(&connection.dns) else {
            continue;
        };
        check_records(&mut findings, connection, dns);
        if path.runtime_server.is_some()
            && let Some(Some(placement)) = findings.require(&path.placement)
        {
            check_zone_links(&mut findings, connection, dns, placement);
        }
    }
    Ok(findings)
}

fn check_records(findings: &mut Findings, connection: &EndpointConnection, dns: &EndpointDns) {
    if dns.zone_records.is_empty() {
        if findings.require(&dns.has_manual_record) == Some(&false) {
            let what = "has no DNS zone group, and no zone beside it has a record of the server";
            findings.push(finding(connection, what));
        }
        return;
    }
    if !dns.zone_records.iter().any(|z| z.has_record) {
        let zones: Vec<&str> = dns.zone_records.iter().map(|z| z.zone.id.name()).collect();
        let what = format!(
            "has a DNS zone group, but no address record in `{}`",
            zones.join("`, `")
        );
        findings.push(finding(connection, &what));
    }
}

/// The runtime server must resolve the endpoint too.
fn check_zone_links(
    findings: &mut Findings,
    connection: &EndpointConnection,
    dns: &EndpointDns,
    runtime: &VnetPlacement,
) {
    let network = runtime.vnet_id.name();
    for zone in dns.zone_records.iter().map(|z| &z.zone) {
        let is_ours = |l: &ZoneLink| l.vnet_id == runtime.vnet_id;
        match findings.require(&zone.links) {
            None => {}
            Some(Some(links)) if links.iter().any(is_ours) => {}
            Some(_) => {
                let what = format!(
                    "is in the zone `{}`, which is not linked to the runtime server's network `{network}`",
                    zone.id.name()
                );
                findings.push(finding(connection, &what));
            }
        }
    }
}

fn finding(connection: &EndpointConnection, what: &str) -> Finding {
    let name = connection.endpoint.name();
    Finding::new(
        Object::named(ObjectKind::PrivateEndpoint, name),
        format!("the private endpoint `{name}` {what}"),
    )
    .with_evidence("id", &connection.endpoint)
}
