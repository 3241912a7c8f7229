//! Determines the effective route of a packet: the longest prefix among the route table, the virtual network and its
//! peers. If two prefixes are equally long, the route table wins.
//! <https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview>

use std::net::IpAddr;

use ipnet::IpNet;

use super::tristate::Tristate;
use crate::facts::network::azure_network::VnetPlacement;
use crate::facts::network::azure_network::route_table::{NextHop, Route, RouteTable};
use crate::facts::network::azure_network::virtual_network::VirtualNetwork;
use crate::facts::network::azure_network::vnet_peering::Peering;
use crate::facts::network::exposure::is_private_address;
use crate::facts::{Fact, Missing};

/// The effective route of a packet out of its subnet.
#[derive(Debug, Clone)]
pub enum RouteDecision<'a> {
    /// The packet stays in the same virtual network.
    Local,
    /// The packet uses a peering.
    Peering(&'a Peering),
    /// A route of the subnet's route table decides.
    Table(TableRoute<'a>),
    /// The packet uses a gateway. Which addresses the gateway reaches cannot be read.
    Gateway(Gateway<'a>),
    Internet,
    /// Azure drops the packet: the address is private, and no connected network contains it.
    Dropped,
}

/// A route of the subnet's route table.
#[derive(Debug, Clone)]
pub struct TableRoute<'a> {
    pub table: &'a RouteTable,
    pub route: &'a Route,
    /// Whether a longer route that a gateway learned by BGP would win. Such routes are not in any route table.
    pub may_be_overridden_by_bgp: bool,
    /// The gateway that the network can use.
    pub gateway: Option<Gateway<'a>>,
}

/// The location of the gateway that a network can use.
#[derive(Debug, Clone)]
pub enum Gateway<'a> {
    /// In the network itself.
    Own,
    /// In the remote network of this peering.
    Remote(&'a Peering),
}

/// Returns the effective route from the subnet of `placement` to `to`.
///
/// # Errors
///
/// Returns an error if a fact that decides the route could not be read.
pub fn decide_route(placement: &VnetPlacement, to: IpAddr) -> Fact<RouteDecision<'_>> {
    let network = placement.vnet.as_ref()?;
    let vnet_prefix = longest_vnet_prefix(network, to)?;
    let table = placement.route_table.as_ref()?.as_ref();
    let vnet_length = vnet_prefix.as_ref().map(|(length, _)| *length);
    if let Some(table) = table
        && let Some((length, route)) = longest_table_route(table, to)
        && vnet_length.is_none_or(|n| length >= n)
    {
        let gateway = usable_gateway(placement, network)?;
        let is_single = length == if to.is_ipv4() { 32 } else { 128 };
        let may_be_overridden_by_bgp = vnet_prefix.is_none()
            && gateway.is_some()
            && !is_single
            && table.propagates_gateway_routes != Ok(false);
        return Ok(RouteDecision::Table(TableRoute {
            table,
            route,
            may_be_overridden_by_bgp,
            gateway,
        }));
    }
    match vnet_prefix {
        Some((_, None)) => Ok(RouteDecision::Local),
        Some((_, Some(peering))) => Ok(RouteDecision::Peering(peering)),
        None if !is_private_address(to) => decide_public_route(table, to),
        None => Ok(usable_gateway(placement, network)?
            .map_or(RouteDecision::Dropped, RouteDecision::Gateway)),
    }
}

/// Routes a public address to the internet, unless a route for a service tag might apply.
fn decide_public_route(table: Option<&RouteTable>, to: IpAddr) -> Fact<RouteDecision<'static>> {
    let tagged = table.and_then(|t| {
        t.routes
            .iter()
            .find(|r| r.destination.is_none())
            .map(|r| (t, r))
    });
    match tagged {
        None => Ok(RouteDecision::Internet),
        Some((table, route)) => {
            let why = format!(
                "route `{}` of `{}` is for the service tag `{}`; whether that holds {to} is not known here",
                route.name,
                table.id.name(),
                route.prefix
            );
            Err(Missing::not_specified(why, "look at the effective routes"))
        }
    }
}

/// Returns the length of the longest prefix of the network and its peers that contains the address, and the peering if
/// it belongs to a peer.
fn longest_vnet_prefix(
    network: &VirtualNetwork,
    to: IpAddr,
) -> Fact<Option<(u8, Option<&Peering>)>> {
    let space = network.address_space.as_ref()?;
    // Peered networks never overlap: no peer contains an address of the network itself.
    if let Some(length) = longest_prefix_in(space, to) {
        return Ok(Some((length, None)));
    }
    let mut best: Option<(u8, Option<&Peering>)> = None;
    for peering in network.peerings.as_ref()? {
        if matches!(peering.is_connected(), Ok(false)) {
            continue;
        }
        let space = peering.remote_address_space.as_ref()?;
        let Some(length) = longest_prefix_in(space, to) else {
            continue;
        };
        peering.is_connected()?;
        if best.is_none_or(|(b, _)| length > b) {
            best = Some((length, Some(peering)));
        }
    }
    Ok(best)
}

fn longest_prefix_in(space: &[IpNet], to: IpAddr) -> Option<u8> {
    let holding = space.iter().filter(|net| net.contains(&to));
    holding.map(IpNet::prefix_len).max()
}

fn longest_table_route(table: &RouteTable, to: IpAddr) -> Option<(u8, &Route)> {
    let holding = table
        .routes
        .iter()
        .filter_map(|r| Some((r.destination.filter(|n| n.contains(&to))?.prefix_len(), r)));
    holding.max_by_key(|(length, _)| *length)
}

/// Returns the gateway that the network can use. `None` if there is no gateway.
pub fn usable_gateway<'a>(
    placement: &'a VnetPlacement,
    network: &VirtualNetwork,
) -> Fact<Option<Gateway<'a>>> {
    let own = network.has_gateway();
    if own == Ok(true) {
        return Ok(Some(Gateway::Own));
    }
    // Azure does not allow a network that has its own gateway to use a remote gateway.
    if let Some(peering) = placement.gateway_peering()? {
        return Ok(Some(Gateway::Remote(peering)));
    }
    own.map(|_| None)
}

/// Returns whether an address belongs to the service tag `VirtualNetwork` of the subnet. The tag covers the network,
/// its peers unless a peering disables access, addresses behind its gateway, and prefixes of its route table.
/// <https://learn.microsoft.com/azure/virtual-network/service-tags-overview>
///
/// A private address outside of these cannot be reached at all. It counts as inside, because the route decides about
/// it.
pub fn is_in_virtual_network(placement: &VnetPlacement, to: IpAddr) -> Tristate {
    let unknown = |missing: &Missing| Tristate::Unknown(missing.reason.clone());
    let network = match &placement.vnet {
        Ok(network) => network,
        Err(missing) => return unknown(missing),
    };
    match longest_vnet_prefix(network, to) {
        Ok(Some((_, Some(peering)))) => match &peering.allows_vnet_access {
            Ok(allowed) => Tristate::from(*allowed),
            Err(missing) => unknown(missing),
        },
        Ok(Some((_, None))) => Tristate::Yes,
        Ok(None) if is_private_address(to) => Tristate::Yes,
        Ok(None) => is_routed_into_virtual_network(placement, |net| net.contains(&to)),
        Err(missing) => unknown(&missing),
    }
}

/// Returns whether an Azure service can belong to the tag `VirtualNetwork`. This requires a route for a public prefix.
pub fn is_service_in_virtual_network(placement: &VnetPlacement) -> Tristate {
    is_routed_into_virtual_network(placement, |net| !is_private_address(net.addr()))
}

fn is_routed_into_virtual_network(
    placement: &VnetPlacement,
    selects: impl Fn(&IpNet) -> bool,
) -> Tristate {
    let table = match &placement.route_table {
        Ok(None) => return Tristate::No,
        Ok(Some(table)) => table,
        Err(missing) => return Tristate::Unknown(missing.reason.clone()),
    };
    let is_candidate = |r: &&Route| {
        !matches!(r.next_hop, NextHop::Internet | NextHop::Dropped)
            && r.destination.as_ref().is_some_and(&selects)
    };
    match table.routes.iter().find(is_candidate) {
        None => Tristate::No,
        Some(route) => Tristate::Unknown(format!(
            "route `{}` to {} may add it to the tag `VirtualNetwork`",
            route.name, route.prefix
        )),
    }
}
