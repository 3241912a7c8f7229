//! A server in a virtual network resolves names through a private DNS zone, which must be linked to that network. Since
//! 0.1.0.

use std::net::IpAddr;

use super::vnet::{resource_flags, vnet_placement};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, ObjectKind, OfficialRule,
    Severity,
};
use crate::facts::network::azure_network::VnetPlacement;
use crate::facts::network::azure_network::private_dns::{PrivateDnsZone, ZoneLink};
use crate::facts::{Fact, Facts};

pub const CHECK: Check = Check {
    id: "private-dns-zone-unlinked",
    title: "The private DNS zone is missing, or not linked to the virtual network",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Target,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "A flexible server in a virtual network is known by a record in its private DNS zone. Where the zone is not linked \
          to the network, Azure's DNS does not resolve the name there; own DNS servers may, if they forward to 168.63.129.16.",
    fix: "Link the zone to the virtual network of the server, without registration.",
    verify: "az network private-dns link vnet list --resource-group <group> --zone-name <zone> --output table",
    link: "https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let placement = vnet_placement(facts)?;
    let Some(zone) = placement.dns_zone.as_ref()? else {
        let message = format!(
            "the server `{}` names no private DNS zone",
            placement.server.name
        );
        return Ok(Finding::new(Object::Server, message).into());
    };
    let name = zone.id.name();
    let object = Object::named(ObjectKind::DnsZone, name);
    let Some(links) = zone.links.as_ref()? else {
        let message = format!("the private DNS zone `{name}` does not exist");
        return Ok(Finding::new(object, message)
            .with_evidence("zone", &zone.id)
            .into());
    };
    let finding = Finding::new(object, "").with_evidence("zone", &zone.id);
    match links.iter().find(|l| l.vnet_id == placement.vnet_id) {
        None => {
            let network = placement.vnet_id.name();
            let message = format!("the private DNS zone `{name}` is not linked to `{network}`");
            let finding = Finding { message, ..finding };
            with_dns_severity(
                facts,
                placement,
                finding.with_fix(link_zone_step(placement, zone)),
            )
        }
        Some(link) if link.state.as_ref()?.eq_ignore_ascii_case("Completed") => {
            Ok(Findings::none())
        }
        Some(link) => {
            let message = incomplete_link_message(placement, zone, link)?;
            with_dns_severity(facts, placement, Finding { message, ..finding })
        }
    }
}

fn incomplete_link_message(
    placement: &VnetPlacement,
    zone: &PrivateDnsZone,
    link: &ZoneLink,
) -> Fact<String> {
    let state = link.state.as_ref()?;
    Ok(format!(
        "the link `{}` of the private DNS zone `{}` to `{}` is `{state}`; wait until it is `Completed`",
        link.name,
        zone.id.name(),
        placement.vnet_id.name()
    ))
}

/// Custom DNS servers can resolve the zone without the link, and an IP address needs no DNS.
fn with_dns_severity(
    facts: &Facts,
    placement: &VnetPlacement,
    mut finding: Finding,
) -> CheckResult {
    let source = facts.migration.source.as_ref();
    if source.is_some_and(|s| s.service_address().parse::<IpAddr>().is_ok()) {
        finding
            .message
            .push_str("; the source is given by its address");
        return Ok(finding.with_severity(Severity::Note).into());
    }
    let servers = placement.vnet.as_ref()?.dns_servers.as_ref()?;
    if servers.is_empty() {
        return Ok(finding.into());
    }
    let own = format!(
        "; the network has DNS servers of its own ({})",
        servers.join(", ")
    );
    finding.message.push_str(&own);
    Ok(finding.with_severity(Severity::Warning).into())
}

fn link_zone_step(placement: &VnetPlacement, zone: &PrivateDnsZone) -> FixStep {
    crate::commands::quote::az_step(format!(
        "az network private-dns link vnet create {} --name {} --virtual-network {} --registration-enabled false",
        resource_flags(&zone.id, "--zone-name"),
        crate::commands::quote::quote_bash(placement.vnet_id.name()),
        crate::commands::quote::quote_bash(placement.vnet_id.path())
    ))
}
