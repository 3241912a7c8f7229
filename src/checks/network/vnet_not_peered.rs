//! A source in another virtual network is reachable through a peering or a gateway. Since 0.1.0.

use std::net::IpAddr;

use super::inside::{allow, inside, place};
use crate::checks::{
    Check, Finding, Findings, Judged, Needs, Official, Severity, Step, Unanswered, command,
};
use crate::facts::path::Inside;
use crate::facts::path::peering::Peering;
use crate::facts::path::subnet::VirtualNetwork;
use crate::facts::{Fact, Facts, network};
use crate::network::routing::{Gate, Way, gate, way};
use crate::plan::ResourceId;

pub const CHECK: Check = Check {
    id: "vnet-not-peered",
    title: "The target's virtual network is not peered with the source's",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("network")],
    why: "Virtual networks do not reach each other by themselves: the guide asks for a peering between the target's and the \
          source's, connected on both sides. A way over a gateway or an appliance may do as well, but no read shows that it does.",
    fix: "Peer both networks, in both directions, with access to the virtual network allowed.",
    look: "az network vnet peering list --resource-group <group> --vnet-name <name> --output table",
    link: "https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
    run,
};

fn run(facts: &Facts) -> Judged {
    let inside = inside(facts)?;
    let Some(other) = facts
        .migration
        .source
        .as_ref()
        .and_then(|s| s.vnet.as_ref())
    else {
        return Err(Unanswered::not_applicable(
            "no virtual network is named for the source (`--source-vnet`, in a plan: `source_vnet`)",
        ));
    };
    if *other == inside.network_id {
        return Ok(Findings::none());
    }
    let own = inside.network.as_ref()?;
    let mut findings = Findings::none();
    match peering_with(own, other)? {
        None => {
            let finding = without(facts, inside, own, other)?;
            findings.push(mended(finding, None, &inside.network_id, other));
        }
        Some(peering) if !peering.is_connected()? => {
            let state = peering.state.as_ref()?;
            let mut finding = without(facts, inside, own, other)?;
            finding
                .message
                .push_str(&format!("; `{}` is `{state}`", peering.name));
            let finding = finding.evidence("peering", format!("{}: {state}", peering.name));
            findings.push(mended(finding, Some(peering), &inside.network_id, other));
        }
        Some(peering) => {
            judge(&mut findings, own, peering, true);
            back(&mut findings, facts, inside);
        }
    }
    Ok(findings)
}

/// Returns the peering of a network with another network.
fn peering_with<'n>(network: &'n VirtualNetwork, other: &ResourceId) -> Fact<Option<&'n Peering>> {
    let peerings = network.peerings.as_ref().map_err(Clone::clone)?;
    for peering in peerings {
        if peering.remote.as_ref().map_err(Clone::clone)? == other {
            return Ok(Some(peering));
        }
    }
    Ok(None)
}

/// Checks the source's side of the peering.
fn back(findings: &mut Findings, facts: &Facts, inside: &Inside) {
    let path = facts.path.as_ref().ok();
    let Some(network) = path.and_then(|p| p.source_network.as_ref()) else {
        return;
    };
    if let Some(network) = findings.know(network)
        && let Some(Some(peering)) = findings.know(&peering_with(network, &inside.network_id))
    {
        judge(findings, network, peering, false);
    }
}

fn judge(findings: &mut Findings, network: &VirtualNetwork, peering: &Peering, is_ours: bool) {
    let (name, at) = (&peering.name, network.id.name());
    if findings.know(&peering.allows_access) == Some(&false) {
        let message = format!(
            "the peering `{name}` of `{at}` is connected, but allowVirtualNetworkAccess is off"
        );
        let set = allow(&network.id, name, "allowVirtualNetworkAccess");
        findings.push(Finding::new(format!("vnet/{at}"), message).fix(set));
    }
    if let Some(sync) = findings.know(&peering.sync).filter(|_| is_ours)
        && !sync.eq_ignore_ascii_case("FullyInSync")
    {
        let message = format!(
            "the peering `{name}` of `{at}` is `{sync}`: addresses that were added since are not reached"
        );
        let sync_up = format!(
            "az network vnet peering sync {} --name {}",
            place(&network.id, "--vnet-name"),
            command::quote(name)
        );
        let finding = Finding::new(format!("vnet/{at}"), message).milder(Severity::Warning);
        findings.push(finding.fix(command::az(sync_up)));
    }
}

/// Returns the finding for two networks without a connected peering.
fn without(
    facts: &Facts,
    inside: &Inside,
    own: &VirtualNetwork,
    other: &ResourceId,
) -> Result<Finding, Unanswered> {
    let (here, there) = (inside.network_id.name(), other.name());
    let object = format!("vnet/{here}");
    let apart = format!("no connected peering leads from `{here}` to `{there}`");
    Ok(match transit(facts, inside, own)? {
        None => Finding::new(object, apart),
        Some(by) => {
            let message = format!("{apart}; {by} may lead there, which no read proves");
            Finding::new(object, message).milder(Severity::Warning)
        }
    }
    .evidence("source network", other))
}

/// Adds the steps that create both sides of a peering. A side in state `Initiated` is kept. A side in any other state
/// is deleted first.
fn mended(
    mut finding: Finding,
    half: Option<&Peering>,
    own: &ResourceId,
    other: &ResourceId,
) -> Finding {
    let waits = |p: &Peering| matches!(&p.state, Ok(s) if s.eq_ignore_ascii_case("Initiated"));
    if let Some(peering) = half.filter(|p| !waits(p)) {
        finding = finding.fix(
            command::az(format!(
                "az network vnet peering delete {} --name {}",
                place(own, "--vnet-name"),
                command::quote(&peering.name)
            ))
            .by_person(),
        );
    }
    if !half.is_some_and(waits) {
        finding = finding.fix(create(own, other));
    }
    finding.fix(create(other, own))
}

fn create(from: &ResourceId, to: &ResourceId) -> Step {
    let name = format!("{}-to-{}", from.name(), to.name());
    let create = format!(
        "az network vnet peering create {} --name {} --remote-vnet {} --allow-vnet-access",
        place(from, "--vnet-name"),
        command::quote(&name),
        command::quote(to.path())
    );
    // A peering connects two networks permanently, so their owners decide.
    command::az(create).by_person()
}

/// Returns another possible route to the source: a gateway, or a route to an appliance.
fn transit(
    facts: &Facts,
    inside: &Inside,
    own: &VirtualNetwork,
) -> Result<Option<String>, Unanswered> {
    match gate(inside, own)? {
        Some(Gate::Own) => return Ok(Some("its gateway".to_owned())),
        Some(Gate::Remote(peering)) => {
            let remote = peering.remote.as_ref()?;
            return Ok(Some(format!("the gateway of `{}`", remote.name())));
        }
        None => {}
    }
    if matches!(inside.routes, Ok(None)) {
        return Ok(None);
    }
    let to: IpAddr = network::destination(facts)?;
    Ok(match way(inside, to)? {
        Way::Told(told) => Some(format!("route `{}`", told.route.name)),
        _ => None,
    })
}
