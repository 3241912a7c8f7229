//! If two networks overlap, packets to the source stay in the target's network. Since 0.1.0.

use std::net::IpAddr;

use ipnet::IpNet;

use super::inside::inside;
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered};
use crate::facts::path::Inside;
use crate::facts::{Facts, network};
use crate::plan::ResourceId;
use crate::reference::scenarios::is_in_azure;

pub const CHECK: Check = Check {
    id: "vnet-address-overlap",
    title: "The source's addresses overlap with the target's virtual network",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("network")],
    why: "Azure keeps packets for the virtual network's own addresses inside it, and refuses to peer networks that overlap. \
          A source with such an address is not reached from there.",
    fix: "Use a target, or a runtime server, in a virtual network with other addresses; or translate the source's address \
          at the gateway and give that one.",
    look: "az network vnet show --ids <network> --query addressSpace.addressPrefixes",
    link: "https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
    run,
};

fn run(facts: &Facts) -> Judged {
    let inside = inside(facts)?;
    let own = inside.network.as_ref()?.space.as_ref()?;
    let source = facts.migration.source.as_ref();
    match source.and_then(|s| s.vnet.as_ref()) {
        Some(named) if *named == inside.network_id => Ok(Findings::none()),
        Some(named) => between_networks(facts, inside, own, named),
        None => of_address(facts, inside, own),
    }
}

fn between_networks(facts: &Facts, inside: &Inside, own: &[IpNet], named: &ResourceId) -> Judged {
    let Some(network) = facts.path.as_ref()?.source_network.as_ref() else {
        return Ok(Findings::none());
    };
    let other = network.as_ref()?.space.as_ref()?;
    let meets = |net: &&IpNet| other.iter().any(|o| o.contains(*net) || net.contains(o));
    let Some(shared) = own.iter().find(meets) else {
        return Ok(Findings::none());
    };
    let (here, there) = (inside.network_id.name(), named.name());
    let message = format!(
        "`{here}` and the source's network `{there}` share addresses: {shared} of `{here}`"
    );
    Ok(Finding::new(format!("vnet/{here}"), message)
        .evidence(here, list(own))
        .evidence(there, list(other))
        .into())
}

fn of_address(facts: &Facts, inside: &Inside, own: &[IpNet]) -> Judged {
    let to: IpAddr = network::destination(facts).map_err(Unanswered::Missing)?;
    if !own.iter().any(|net| net.contains(&to)) {
        return Ok(Findings::none());
    }
    let here = inside.network_id.name();
    let kind = facts.migration.source.as_ref().and_then(|s| s.kind);
    let finding = if kind.and_then(is_in_azure) == Some(false) {
        let message = format!(
            "the source stands outside Azure, and its address {to} belongs to `{here}` ({})",
            list(own)
        );
        Finding::new(format!("vnet/{here}"), message)
    } else {
        let message = format!(
            "the source's address {to} belongs to `{here}` ({}); if the source stands in it, say so with `--source-vnet` (in a plan: \
             `source_vnet`)",
            list(own)
        );
        Finding::new(format!("vnet/{here}"), message).milder(Severity::Warning)
    };
    Ok(finding
        .evidence("source address", to)
        .evidence(
            "source kind",
            kind.map_or("unknown".to_owned(), |k| k.to_string()),
        )
        .into())
}

fn list(space: &[IpNet]) -> String {
    let all: Vec<String> = space.iter().map(ToString::to_string).collect();
    all.join(", ")
}
