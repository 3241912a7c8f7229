//! Determines whether a peering on the route blocks a packet: the local peering, and the hub's peering for its gateway.
//! <https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering>
//!
//! Route selection is in `routing`. The remote network's side of the peering is in `checks::network`.

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

/// The setting that blocks a packet at a peering.
#[derive(Debug, Clone)]
pub enum Stop<'a> {
    /// `allowVirtualNetworkAccess` is off. Azure documents that a security rule that names the address can still allow
    /// the packet.
    NoAccess {
        peering: &'a Peering,
        unless: Option<&'a Rule>,
    },
    /// `allowGatewayTransit` is off in the hub: only the hub itself can use its gateway.
    NoTransit {
        hub: &'a VirtualNetwork,
        back: &'a Peering,
    },
}

/// Returns the setting that blocks a packet to this address and port. `None` if the route uses no peering, or the
/// peering is open.
///
/// # Errors
///
/// Returns an error if the peering does not have the setting, or if the hub could not be read.
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

/// Returns the peering that a route uses.
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
