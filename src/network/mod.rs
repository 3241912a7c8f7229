//! What a packet meets between the server that migrates and the source: security groups, routes, peerings, gateways,
//! and the source's own pg_hba.conf.
//! Pure: facts in, rulings out; the checks judge them, and the report draws them.
//! Not here: how the facts are read (`facts::path`), how bad a ruling is (`checks`).

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

/// How the side that migrates stands in the network.
///
/// # Errors
/// The target's network is not known.
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

/// What the network guide says of this pair.
///
/// # Errors
/// The target's network, how the source is exposed, or its kind where it matters, is not known.
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

/// What the subnet's security group does with a connection to the source; `None`: there is no group.
///
/// # Errors
/// What it depends on could not be read.
pub fn ruling_to_source(inside: &Inside, to: IpAddr, port: u16) -> Fact<Option<Ruling<'_>>> {
    let flow = |from| Flow {
        from,
        to: To::Address(to),
        port,
        in_virtual_network: routing::in_virtual_network(inside, to),
    };
    ruling(inside, flow)
}

/// What it does with an HTTPS connection to one of Azure's services, by the service's tag.
///
/// # Errors
/// What it depends on could not be read.
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
