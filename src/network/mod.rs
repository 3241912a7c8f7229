//! Simulates the connection from the migration service to the source: security groups, routes, peerings, gateways, and
//! pg_hba.conf of the source.
//!
//! The functions are pure: they map facts to decisions. `facts::network` reads the facts, `checks` assigns the
//! severity, and `report` prints the path.

pub mod admission;
pub mod crossing;
pub mod drawn;
pub mod hop;
mod hops;
mod matching;
pub mod openness;
mod ports;
pub mod routing;
pub mod security;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use crate::facts::path::Inside;
use crate::facts::server::Network;
use crate::facts::{Fact, Facts, Missing, network};
use crate::reference::scenarios::{self, Listed, Side};

pub use matching::Match;
use security::{Flow, Ruling, To};

/// Returns how the connecting server is attached to the network. This is the runtime server if one is specified,
/// otherwise the target.
///
/// # Errors
///
/// Returns an error if the target's network is not known.
pub fn side(facts: &Facts) -> Fact<Side> {
    let server = facts.server.as_ref().map_err(Clone::clone)?;
    let own = *server.network.as_ref().map_err(Clone::clone)?;
    if facts.migration.runtime_server.is_none() {
        return Ok(match own {
            Network::Integrated => Side::Integrated,
            Network::Public => Side::Public,
            Network::EndpointOnly => Side::Endpoint,
        });
    }
    Ok(match own {
        Network::EndpointOnly => Side::Runtime,
        Network::Public if has_endpoint(facts)? => Side::Runtime,
        _ => Side::RuntimeForOther,
    })
}

fn has_endpoint(facts: &Facts) -> Fact<bool> {
    let path = facts.path.as_ref().map_err(Clone::clone)?;
    let endpoints = path.endpoints.as_ref().map_err(Clone::clone)?;
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
pub fn scenario(facts: &Facts) -> Fact<Listed> {
    let side = side(facts)?;
    let exposure = network::exposure(facts)?.exposure;
    scenarios::scenario(facts.source_kind().ok(), exposure, side).ok_or_else(|| {
        Missing::not_said(
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
pub fn ruling_to_source(inside: &Inside, to: IpAddr, port: u16) -> Fact<Option<Ruling<'_>>> {
    let flow = |from| Flow {
        from,
        to: To::Address(to),
        port,
        in_virtual_network: routing::in_virtual_network(inside, to),
    };
    ruling(inside, flow)
}

/// Returns the decision of the subnet's security group for an HTTPS connection to an Azure service, specified by its
/// service tag.
///
/// # Errors
///
/// Returns an error if a fact that decides could not be read.
pub fn ruling_to_service<'i>(inside: &'i Inside, tag: &str) -> Fact<Option<Ruling<'i>>> {
    let location = inside.location.as_ref().ok();
    let region = location.map(|l| crate::facts::server::normal_location(l));
    let flow = |from| Flow {
        from,
        to: To::Service(tag, region.clone()),
        port: 443,
        in_virtual_network: routing::service_in_virtual_network(inside),
    };
    ruling(inside, flow)
}

fn ruling<'i, 't>(
    inside: &'i Inside,
    flow: impl FnOnce(&'i [ipnet::IpNet]) -> Flow<'t>,
) -> Fact<Option<Ruling<'i>>>
where
    'i: 't,
{
    let Some(group) = inside.security.as_ref().map_err(Clone::clone)? else {
        return Ok(None);
    };
    let subnet = inside.subnet.as_ref().map_err(Clone::clone)?;
    let prefixes = subnet.prefixes.as_ref().map_err(Clone::clone)?;
    Ok(Some(security::outbound(group, &flow(prefixes))))
}
