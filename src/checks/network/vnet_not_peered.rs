//! A source in another virtual network is reachable through a peering or a gateway. Since 0.1.0.

use std::net::IpAddr;

use super::vnet::{enable_peering_setting, resource_flags, vnet_placement};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Inconclusive, Needs, Object, OfficialRule,
    Severity,
};
use crate::commands::quote;
use crate::config::ResourceId;
use crate::facts::network::azure_network::VnetPlacement;
use crate::facts::network::azure_network::virtual_network::VirtualNetwork;
use crate::facts::network::azure_network::vnet_peering::Peering;
use crate::facts::network::exposure;
use crate::facts::{Fact, Facts};
use crate::reachability::routing::{Gateway, RouteDecision, decide_route, usable_gateway};

pub const CHECK: Check = Check {
    id: "vnet-not-peered",
    title: "The target's virtual network is not peered with the source's",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "Virtual networks do not reach each other by themselves: the guide asks for a peering between the target's and the \
          source's, connected on both sides. A way over a gateway or an appliance may do as well, but no read shows that it does.",
    fix: "Peer both networks, in both directions, with access to the virtual network allowed.",
    verify: "az network vnet peering list --resource-group <group> --vnet-name <name> --output table",
    link: "https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let placement = vnet_placement(facts)?;
    let Some(other) = facts
        .migration
        .source
        .as_ref()
        .and_then(|s| s.vnet.as_ref())
    else {
        return Err(Inconclusive::not_applicable(
            "no virtual network is named for the source (`--source-vnet`, in a plan: `source_vnet`)",
        ));
    };
    if *other == placement.vnet_id {
        return Ok(Findings::none());
    }
    let own = placement.vnet.as_ref()?;
    let mut findings = Findings::none();
    match peering_with(own, other)? {
        None => {
            let finding = missing_peering_finding(facts, placement, own, other)?;
            findings.push(with_peering_steps(finding, None, &placement.vnet_id, other));
        }
        Some(peering) if !peering.is_connected()? => {
            let state = peering.state.as_ref()?;
            let mut finding = missing_peering_finding(facts, placement, own, other)?;
            finding
                .message
                .push_str(&format!("; `{}` is `{state}`", peering.name));
            let finding = finding.with_evidence("peering", format!("{}: {state}", peering.name));
            findings.push(with_peering_steps(
                finding,
                Some(peering),
                &placement.vnet_id,
                other,
            ));
        }
        Some(peering) => {
            check_peering(&mut findings, own, peering, true);
            check_remote_peering(&mut findings, facts, placement);
        }
    }
    Ok(findings)
}

/// Returns the peering of a network with another network.
fn peering_with<'n>(network: &'n VirtualNetwork, other: &ResourceId) -> Fact<Option<&'n Peering>> {
    let peerings = network.peerings.as_ref()?;
    for peering in peerings {
        if peering.remote_vnet_id.as_ref()? == other {
            return Ok(Some(peering));
        }
    }
    Ok(None)
}

/// Checks the source's side of the peering.
fn check_remote_peering(findings: &mut Findings, facts: &Facts, placement: &VnetPlacement) {
    let path = facts.azure_network.as_ref().ok();
    let Some(network) = path.and_then(|p| p.source_vnet.as_ref()) else {
        return;
    };
    if let Some(network) = findings.require(network)
        && let Some(Some(peering)) = findings.require(&peering_with(network, &placement.vnet_id))
    {
        check_peering(findings, network, peering, false);
    }
}

fn check_peering(
    findings: &mut Findings,
    network: &VirtualNetwork,
    peering: &Peering,
    is_ours: bool,
) {
    let (name, at) = (&peering.name, network.id.name());
    if findings.require(&peering.allows_vnet_access) == Some(&false) {
        let message = format!(
            "the peering `{name}` of `{at}` is connected, but allowVirtualNetworkAccess is off"
        );
        let set = enable_peering_setting(&network.id, name, "allowVirtualNetworkAccess");
        findings.push(Finding::new(Object::virtual_network(at), message).with_fix(set));
    }
    if let Some(sync) = findings.require(&peering.sync_level).filter(|_| is_ours)
        && !sync.eq_ignore_ascii_case("FullyInSync")
    {
        let message = format!(
            "the peering `{name}` of `{at}` is `{sync}`: addresses that were added since are not reached"
        );
        let sync_up = format!(
            "az network vnet peering sync {} --name {}",
            resource_flags(&network.id, "--vnet-name"),
            quote::quote_bash(name)
        );
        let finding =
            Finding::new(Object::virtual_network(at), message).with_severity(Severity::Warning);
        findings.push(finding.with_fix(quote::az_step(sync_up)));
    }
}

/// Returns the finding for two networks without a connected peering.
fn missing_peering_finding(
    facts: &Facts,
    placement: &VnetPlacement,
    own: &VirtualNetwork,
    other: &ResourceId,
) -> Result<Finding, Inconclusive> {
    let (here, there) = (placement.vnet_id.name(), other.name());
    let object = Object::virtual_network(here);
    let apart = format!("no connected peering leads from `{here}` to `{there}`");
    Ok(match alternative_route(facts, placement, own)? {
        None => Finding::new(object, apart),
        Some(by) => {
            let message = format!("{apart}; {by} may lead there, which no read proves");
            Finding::new(object, message).with_severity(Severity::Warning)
        }
    }
    .with_evidence("source network", other))
}

/// Adds the steps that create both sides of a peering. A side in state `Initiated` is kept. A side in any other state
/// is deleted first.
fn with_peering_steps(
    mut finding: Finding,
    half: Option<&Peering>,
    own: &ResourceId,
    other: &ResourceId,
) -> Finding {
    let waits = |p: &Peering| matches!(&p.state, Ok(s) if s.eq_ignore_ascii_case("Initiated"));
    if let Some(peering) = half.filter(|p| !waits(p)) {
        finding = finding.with_fix(
            quote::az_step(format!(
                "az network vnet peering delete {} --name {}",
                resource_flags(own, "--vnet-name"),
                quote::quote_bash(&peering.name)
            ))
            .for_decision(),
        );
    }
    if !half.is_some_and(waits) {
        finding = finding.with_fix(create_peering_step(own, other));
    }
    finding.with_fix(create_peering_step(other, own))
}

fn create_peering_step(from: &ResourceId, to: &ResourceId) -> FixStep {
    let name = format!("{}-to-{}", from.name(), to.name());
    let create = format!(
        "az network vnet peering create {} --name {} --remote-vnet {} --allow-vnet-access",
        resource_flags(from, "--vnet-name"),
        quote::quote_bash(&name),
        quote::quote_bash(to.path())
    );
    // A peering connects two networks permanently, so their owners decide.
    quote::az_step(create).for_decision()
}

/// Returns another possible route to the source: a gateway, or a route to an appliance.
fn alternative_route(
    facts: &Facts,
    placement: &VnetPlacement,
    own: &VirtualNetwork,
) -> Result<Option<String>, Inconclusive> {
    match usable_gateway(placement, own)? {
        Some(Gateway::Own) => return Ok(Some("its gateway".to_owned())),
        Some(Gateway::Remote(peering)) => {
            let remote = peering.remote_vnet_id.as_ref()?;
            return Ok(Some(format!("the gateway of `{}`", remote.name())));
        }
        None => {}
    }
    if matches!(placement.route_table, Ok(None)) {
        return Ok(None);
    }
    let to: IpAddr = exposure::service_destination(facts)?;
    Ok(match decide_route(placement, to)? {
        RouteDecision::Table(told) => Some(format!("route `{}`", told.route.name)),
        _ => None,
    })
}
