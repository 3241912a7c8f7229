//! Whether the peering that a way leads over lets a packet cross: the own side's word, and the hub's on its gateway.
//! <https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering>
//! Not here: which way a packet takes (`routing`), the other network's own side (`checks::network`).

use std::net::IpAddr;

use super::routing::{Gate, Told, Way};
use super::ruling_to_source;
use super::security::Ruling;
use crate::facts::path::Inside;
use crate::facts::path::peering::Peering;
use crate::facts::path::route_table::NextHop;
use crate::facts::path::security_group::Rule;
use crate::facts::path::subnet::{self, VirtualNetwork};
use crate::facts::{Fact, Missing};

/// What stops a packet at a peering.
#[derive(Debug, Clone)]
pub enum Stop<'a> {
    /// `allowVirtualNetworkAccess` is off. Azure documents that a rule of the security group which names the address may
    /// let the packet through all the same.
    NoAccess {
        peering: &'a Peering,
        unless: Option<&'a Rule>,
    },
    /// `allowGatewayTransit` is off on the hub's side: its gateway serves the hub alone.
    NoTransit {
        hub: &'a VirtualNetwork,
        back: &'a Peering,
    },
}

/// What stops a packet on its way to this address and port; `None`: it crosses no peering, or the peering is open.
///
/// # Errors
/// The peering does not tell, or the hub could not be read.
pub fn stop<'a>(
    inside: &'a Inside,
    way: &Way<'a>,
    to: IpAddr,
    port: u16,
) -> Fact<Option<Stop<'a>>> {
    let Some(peering) = crossed(way) else {
        return Ok(None);
    };
    if !peering.allows_access.clone()? {
        let unless = match ruling_to_source(inside, to, port) {
            Ok(Some(Ruling::Allowed(rule))) if !rule.is_default => Some(rule),
            _ => None,
        };
        return Ok(Some(Stop::NoAccess { peering, unless }));
    }
    match way {
        Way::Peering(_) => Ok(None),
        _ => transit(inside, peering),
    }
}

/// The peering that a way leads over.
fn crossed<'a>(way: &Way<'a>) -> Option<&'a Peering> {
    match way {
        Way::Peering(peering) | Way::Gateway(Gate::Remote(peering)) => Some(peering),
        Way::Told(Told {
            route,
            gate: Some(Gate::Remote(peering)),
            ..
        }) if route.next_hop == NextHop::Gateway => Some(peering),
        _ => None,
    }
}

fn transit<'a>(inside: &'a Inside, peering: &Peering) -> Fact<Option<Stop<'a>>> {
    let remote = peering.remote.as_ref().map_err(Clone::clone)?;
    let not_asked = || Missing::unreadable(&subnet::question(remote), "the hub was not asked");
    let hub = inside.hub.as_ref().ok_or_else(not_asked)?;
    let hub = hub.as_ref().map_err(Clone::clone)?;
    let peerings = hub.peerings.as_ref().map_err(Clone::clone)?;
    let is_ours = |p: &&Peering| p.remote.as_ref() == Ok(&inside.network_id);
    let back = peerings.iter().find(is_ours).ok_or_else(|| {
        let own = inside.network_id.name();
        let why = format!("`{}` lists no peering with `{own}`", hub.id.name());
        Missing::unreadable(&subnet::question(&hub.id), why)
    })?;
    let allows = back.allows_gateway_transit.clone()?;
    Ok((!allows).then_some(Stop::NoTransit { hub, back }))
}
