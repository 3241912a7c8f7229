//! If two networks overlap, packets to the source stay in the target's network. Since 0.1.0.

use std::net::IpAddr;

use ipnet::IpNet;

use super::vnet::vnet_placement;
use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, OfficialRule, Severity,
};
use crate::config::ResourceId;
use crate::facts::Facts;
use crate::facts::network::azure_network::VnetPlacement;
use crate::facts::network::exposure;
use crate::reference::network_scenarios::is_in_azure;

pub const CHECK: Check = Check {
    id: "vnet-address-overlap",
    title: "The source's addresses overlap with the target's virtual network",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "Azure keeps packets for the virtual network's own addresses inside it, and refuses to peer networks that overlap. \
          A source with such an address is not reached from there.",
    fix: "Use a target, or a runtime server, in a virtual network with other addresses; or translate the source's address \
          at the gateway and give that one.",
    verify: "az network vnet show --ids <network> --query addressSpace.addressPrefixes",
    link: "https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let placement = vnet_placement(facts)?;
    let own = placement.vnet.as_ref()?.address_space.as_ref()?;
    let source = facts.migration.source.as_ref();
    match source.and_then(|s| s.vnet.as_ref()) {
        Some(named) if *named == placement.vnet_id => Ok(Findings::none()),
        Some(named) => check_networks(facts, placement, own, named),
        None => check_address(facts, placement, own),
    }
}

fn check_networks(
    facts: &Facts,
    placement: &VnetPlacement,
    own: &[IpNet],
    named: &ResourceId,
) -> CheckResult {
    let Some(network) = facts.azure_network.as_ref()?.source_vnet.as_ref() else {
        return Ok(Findings::none());
    };
    let other = network.as_ref()?.address_space.as_ref()?;
    let meets = |net: &&IpNet| other.iter().any(|o| o.contains(*net) || net.contains(o));
    let Some(shared) = own.iter().find(meets) else {
        return Ok(Findings::none());
    };
    let (here, there) = (placement.vnet_id.name(), named.name());
    let message = format!(
        "`{here}` and the source's network `{there}` share addresses: {shared} of `{here}`"
    );
    Ok(Finding::new(Object::virtual_network(here), message)
        .with_evidence(here, join_prefixes(own))
        .with_evidence(there, join_prefixes(other))
        .into())
}

fn check_address(facts: &Facts, placement: &VnetPlacement, own: &[IpNet]) -> CheckResult {
    let to: IpAddr = exposure::service_destination(facts).map_err(Inconclusive::Missing)?;
    if !own.iter().any(|net| net.contains(&to)) {
        return Ok(Findings::none());
    }
    let here = placement.vnet_id.name();
    let kind = facts.migration.source.as_ref().and_then(|s| s.kind);
    let finding = if kind.and_then(is_in_azure) == Some(false) {
        let message = format!(
            "the source stands outside Azure, and its address {to} belongs to `{here}` ({})",
            join_prefixes(own)
        );
        Finding::new(Object::virtual_network(here), message)
    } else {
        let message = format!(
            "the source's address {to} belongs to `{here}` ({}); if the source stands in it, say so with `--source-vnet` (in a plan: \
             `source_vnet`)",
            join_prefixes(own)
        );
        Finding::new(Object::virtual_network(here), message).with_severity(Severity::Warning)
    };
    Ok(finding
        .with_evidence("source address", to)
        .with_evidence(
            "source kind",
            kind.map_or("unknown".to_owned(), |k| k.to_string()),
        )
        .into())
}

fn join_prefixes(space: &[IpNet]) -> String {
    let all: Vec<String> = space.iter().map(ToString::to_string).collect();
    all.join(", ")
}
