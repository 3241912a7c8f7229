//! Simulates the connection from the migration service to the source: security groups, routes, peerings, gateways, and
//! pg_hba.conf of the source.
//!
//! The functions are pure: they map facts to decisions. `facts::network` reads the facts, `checks` assigns the
//! severity, and `report` prints the path.

pub mod firewall_coverage;
pub mod hba_evaluation;
pub mod nsg;
pub mod path;
pub mod peering_block;
mod ports;
pub mod routing;
#[cfg(test)]
mod tests;
mod tristate;

use std::net::IpAddr;

use nsg::{Destination, Flow, NsgDecision};

use crate::facts::network::azure_network::VnetPlacement;
use crate::facts::network::exposure;
use crate::facts::target::server::NetworkMode;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::network_scenarios;
use crate::reference::network_scenarios::{MigratingServer, ScenarioSupport};

pub use tristate::Tristate;

/// Returns how the connecting server is attached to the network. This is the runtime server if one is specified,
/// otherwise the target.
///
/// # Errors
///
/// Returns an error if the target's network is not known.
pub fn connecting_side(facts: &Facts) -> Fact<MigratingServer> {
    let server = facts.server.as_ref()?;
    let own = *server.network_mode.as_ref()?;
    if facts.migration.runtime_server.is_none() {
        return Ok(match own {
            NetworkMode::Integrated => MigratingServer::VnetIntegrated,
            NetworkMode::Public => MigratingServer::Public,
            NetworkMode::EndpointOnly => MigratingServer::PrivateEndpoint,
        });
    }
    Ok(match own {
        NetworkMode::EndpointOnly => MigratingServer::Runtime,
        NetworkMode::Public if has_approved_endpoint(facts)? => MigratingServer::Runtime,
        _ => MigratingServer::RuntimeForOtherTarget,
    })
}

fn has_approved_endpoint(facts: &Facts) -> Fact<bool> {
    let path = facts.azure_network.as_ref()?;
    let endpoints = path.private_endpoints.as_ref()?;
    for endpoint in endpoints {
        if endpoint.has_status("Approved")? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns what the network guide documents for this source and target.
///
/// # Errors
///
/// Returns an error if the target's network or the source's exposure is not known, or the source kind where it matters.
pub fn scenario(facts: &Facts) -> Fact<ScenarioSupport> {
    let side = connecting_side(facts)?;
    let exposure = exposure::source_exposure(facts)?.exposure;
    network_scenarios::scenario_support(facts.source_kind().ok(), exposure, side).ok_or_else(|| {
        Missing::not_specified(
            "the guide has different words for different kinds of source, and the kind is not known",
            "say where the source runs: `--source-kind` (in a plan: `source_kind`)",
        )
    })
}

/// Returns the decision of the subnet's security group for a connection to the source. `None` if the subnet has no
/// security group.
///
/// # Errors
///
/// Returns an error if a fact that decides could not be read.
pub fn nsg_decision_for_source(
    placement: &VnetPlacement,
    to: IpAddr,
    port: u16,
) -> Fact<Option<NsgDecision<'_>>> {
    let flow = |from| Flow {
        from,
        to: Destination::Address(to),
        port,
        in_virtual_network: routing::is_in_virtual_network(placement, to),
    };
    nsg_decision(placement, flow)
}

/// Returns the decision of the subnet's security group for an HTTPS connection to an Azure service, specified by its
/// service tag.
///
/// # Errors
///
/// Returns an error if a fact that decides could not be read.
pub fn nsg_decision_for_service<'i>(
    placement: &'i VnetPlacement,
    tag: &str,
) -> Fact<Option<NsgDecision<'i>>> {
    let location = placement.location.as_ref().ok();
    let region = location.map(|l| crate::facts::target::server::normalize_location(l));
    let flow = |from| Flow {
        from,
        to: Destination::Service(tag, region.clone()),
        port: 443,
        in_virtual_network: routing::is_service_in_virtual_network(placement),
    };
    nsg_decision(placement, flow)
}

fn nsg_decision<'i, 't>(
    placement: &'i VnetPlacement,
    flow: impl FnOnce(&'i [ipnet::IpNet]) -> Flow<'t>,
) -> Fact<Option<NsgDecision<'i>>>
where
    'i: 't,
{
    let Some(group) = placement.security_group.as_ref()? else {
        return Ok(None);
    };
    let subnet = placement.subnet.as_ref()?;
    let prefixes = subnet.prefixes.as_ref()?;
    Ok(Some(nsg::decide_outbound(group, &flow(prefixes))))
}
