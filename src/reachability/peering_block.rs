//! Determines whether a peering on the route blocks a packet: the local peering, and the hub's peering for its gateway.
//! <https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering>
//!
//! Route selection is in `routing`. The remote network's side of the peering is in `checks::network`.

use std::net::IpAddr;

use super::nsg::NsgDecision;
use super::nsg_decision_for_source;
use super::routing::{Gateway, RouteDecision, TableRoute};
use crate::facts::network::azure_network::route_table::NextHop;
use crate::facts::network::azure_network::security_group::SecurityRule;
use crate::facts::network::azure_network::virtual_network::VirtualNetwork;
use crate::facts::network::azure_network::vnet_peering::Peering;
use crate::facts::network::azure_network::{VnetPlacement, virtual_network};
use crate::facts::{Fact, Missing};

/// The setting that blocks a packet at a peering.
#[derive(Debug, Clone)]
pub enum PeeringBlock<'a> {
    /// `allowVirtualNetworkAccess` is off. Azure documents that a security rule that names the address can still allow
    /// the packet.
    AccessOff {
        peering: &'a Peering,
        possibly_allowed_by: Option<&'a SecurityRule>,
    },
    /// `allowGatewayTransit` is off in the hub: only the hub itself can use its gateway.
    GatewayTransitOff {
        hub: &'a VirtualNetwork,
        hub_peering: &'a Peering,
    },
}

/// Returns the setting that blocks a packet to this address and port. `None` if the route uses no peering, or the
/// peering is open.
///
/// # Errors
///
/// Returns an error if the peering does not have the setting, or if the hub could not be read.
pub fn find_peering_block<'a>(
    placement: &'a VnetPlacement,
    decision: &RouteDecision<'a>,
    to: IpAddr,
    port: u16,
) -> Fact<Option<PeeringBlock<'a>>> {
    let Some(peering) = peering_on_route(decision) else {
        return Ok(None);
    };
    if !peering.allows_vnet_access.clone()? {
        let unless = match nsg_decision_for_source(placement, to, port) {
            Ok(Some(NsgDecision::Allowed(rule))) if !rule.is_default => Some(rule),
            _ => None,
        };
        return Ok(Some(PeeringBlock::AccessOff {
            peering,
            possibly_allowed_by: unless,
        }));
    }
    match decision {
        RouteDecision::Peering(_) => Ok(None),
        _ => find_transit_block(placement, peering),
    }
}

/// Returns the peering that a route uses.
fn peering_on_route<'a>(decision: &RouteDecision<'a>) -> Option<&'a Peering> {
    match decision {
        RouteDecision::Peering(peering) | RouteDecision::Gateway(Gateway::Remote(peering)) => {
            Some(peering)
        }
        RouteDecision::Table(TableRoute {
            route,
            gateway: Some(Gateway::Remote(peering)),
            ..
        }) if route.next_hop == NextHop::Gateway => Some(peering),
        _ => None,
    }
}

fn find_transit_block<'a>(
    placement: &'a VnetPlacement,
    peering: &Peering,
) -> Fact<Option<PeeringBlock<'a>>> {
    let remote = peering.remote_vnet_id.as_ref()?;
    let not_asked =
        || Missing::unreadable(&virtual_network::question(remote), "the hub was not asked");
    let hub = placement.hub_vnet.as_ref().ok_or_else(not_asked)?;
    let hub = hub.as_ref()?;
    let peerings = hub.peerings.as_ref()?;
    let is_ours = |p: &&Peering| p.remote_vnet_id.as_ref() == Ok(&placement.vnet_id);
    let hub_peering = peerings.iter().find(is_ours).ok_or_else(|| {
        let own = placement.vnet_id.name();
        let why = format!("`{}` lists no peering with `{own}`", hub.id.name());
        Missing::unreadable(&virtual_network::question(&hub.id), why)
    })?;
    let allows = hub_peering.allows_gateway_transit.clone()?;
    Ok((!allows).then_some(PeeringBlock::GatewayTransitOff { hub, hub_peering }))
}
