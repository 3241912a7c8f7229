//! Determines the effective route of a packet: the longest prefix among the route table, the virtual network and its
//! peers. If two prefixes are equally long, the route table wins.
//! <https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview>

use std::net::IpAddr;

use ipnet::IpNet;

use super::matching::Match;
use crate::facts::network::is_private;
use crate::facts::path::Inside;
use crate::facts::path::peering::Peering;
use crate::facts::path::route_table::{NextHop, Route, RouteTable};
use crate::facts::path::subnet::VirtualNetwork;
use crate::facts::{Fact, Missing};

/// The effective route of a packet out of its subnet.
#[derive(Debug, Clone)]
pub enum Way<'a> {
    /// The packet stays in the same virtual network.
    Local,
    /// The packet uses a peering.
    Peering(&'a Peering),
    /// A route of the subnet's route table decides.
    Told(Told<'a>),
    /// The packet uses a gateway. Which addresses the gateway reaches cannot be read.
    Gateway(Gate<'a>),
    Internet,
    /// Azure drops the packet: the address is private, and no connected network contains it.
    Nowhere,
}

/// A route of the subnet's route table.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    pub table: &'a RouteTable,
    pub route: &'a Route,
    /// Whether a longer route that a gateway learned by BGP would win. Such routes are not in any route table.
    pub may_be_outdone: bool,
    /// The gateway that the network can use.
    pub gate: Option<Gate<'a>>,
}

/// The location of the gateway that a network can use.
#[derive(Debug, Clone)]
pub enum Gate<'a> {
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
pub fn way(inside: &Inside, to: IpAddr) -> Fact<Way<'_>> {
    let network = inside.network.as_ref().map_err(Clone::clone)?;
    let near = near(network, to)?;
    let table = inside.routes.as_ref().map_err(Clone::clone)?.as_ref();
    let near_length = near.as_ref().map(|(length, _)| *length);
    if let Some(table) = table
        && let Some((length, route)) = longest(table, to)
        && near_length.is_none_or(|n| length >= n)
    {
        let gate = gate(inside, network)?;
        let is_single = length == if to.is_ipv4() { 32 } else { 128 };
        let may_be_outdone = near.is_none()
            && gate.is_some()
            && !is_single
            && table.takes_gateway_routes != Ok(false);
        return Ok(Way::Told(Told {
            table,
            route,
            may_be_outdone,
            gate,
        }));
    }
    match near {
        Some((_, None)) => Ok(Way::Local),
        Some((_, Some(peering))) => Ok(Way::Peering(peering)),
        None if !is_private(to) => public_way(table, to),
        None => Ok(gate(inside, network)?.map_or(Way::Nowhere, Way::Gateway)),
    }
}

/// Routes a public address to the internet, unless a route for a service tag might apply.
fn public_way(table: Option<&RouteTable>, to: IpAddr) -> Fact<Way<'static>> {
    let tagged = table.and_then(|t| t.routes.iter().find(|r| r.net.is_none()).map(|r| (t, r)));
    match tagged {
        None => Ok(Way::Internet),
        Some((table, route)) => {
            let why = format!(
                "route `{}` of `{}` is for the service tag `{}`; whether that holds {to} is not known here",
                route.name,
                table.id.name(),
                route.prefix
            );
            Err(Missing::not_said(why, "look at the effective routes"))
        }
    }
}

/// Returns the length of the longest prefix of the network and its peers that contains the address, and the peering if
/// it belongs to a peer.
fn near(network: &VirtualNetwork, to: IpAddr) -> Fact<Option<(u8, Option<&Peering>)>> {
    let space = network.space.as_ref().map_err(Clone::clone)?;
    // Peered networks never overlap: no peer contains an address of the network itself.
    if let Some(length) = length_in(space, to) {
        return Ok(Some((length, None)));
    }
    let mut best: Option<(u8, Option<&Peering>)> = None;
    for peering in network.peerings.as_ref().map_err(Clone::clone)? {
        if matches!(peering.is_connected(), Ok(false)) {
            continue;
        }
        let space = peering.remote_space.as_ref().map_err(Clone::clone)?;
        let Some(length) = length_in(space, to) else {
            continue;
        };
        peering.is_connected()?;
        if best.is_none_or(|(b, _)| length > b) {
            best = Some((length, Some(peering)));
        }
    }
    Ok(best)
}

fn length_in(space: &[IpNet], to: IpAddr) -> Option<u8> {
    let holding = space.iter().filter(|net| net.contains(&to));
    holding.map(IpNet::prefix_len).max()
}

fn longest(table: &RouteTable, to: IpAddr) -> Option<(u8, &Route)> {
    let holding = table
        .routes
        .iter()
        .filter_map(|r| Some((r.net.filter(|n| n.contains(&to))?.prefix_len(), r)));
    holding.max_by_key(|(length, _)| *length)
}

/// Returns the gateway that the network can use. `None` if there is no gateway.
pub fn gate<'a>(inside: &'a Inside, network: &VirtualNetwork) -> Fact<Option<Gate<'a>>> {
    let own = network.has_gateway();
    if own == Ok(true) {
        return Ok(Some(Gate::Own));
    }
    // Azure does not allow a network that has its own gateway to use a remote gateway.
    if let Some(peering) = inside.gateway_peering()? {
        return Ok(Some(Gate::Remote(peering)));
    }
    own.map(|_| None)
}

/// Returns whether an address belongs to the service tag `VirtualNetwork` of the subnet. The tag covers the network,
/// its peers unless a peering disables access, addresses behind its gateway, and prefixes of its route table.
/// <https://learn.microsoft.com/azure/virtual-network/service-tags-overview>
///
/// A private address outside of these cannot be reached at all. It counts as inside, because the route decides about
/// it.
pub fn in_virtual_network(inside: &Inside, to: IpAddr) -> Match {
    let doubt = |missing: &Missing| Match::Maybe(missing.reason.clone());
    let network = match &inside.network {
        Ok(network) => network,
        Err(missing) => return doubt(missing),
    };
    match near(network, to) {
        Ok(Some((_, Some(peering)))) => match &peering.allows_access {
            Ok(allowed) => Match::from(*allowed),
            Err(missing) => doubt(missing),
        },
        Ok(Some((_, None))) => Match::Yes,
        Ok(None) if is_private(to) => Match::Yes,
        Ok(None) => by_routes(inside, |net| net.contains(&to)),
        Err(missing) => doubt(&missing),
    }
}

/// Returns whether an Azure service can belong to the tag `VirtualNetwork`. This requires a route for a public prefix.
pub fn service_in_virtual_network(inside: &Inside) -> Match {
    by_routes(inside, |net| !is_private(net.addr()))
}

fn by_routes(inside: &Inside, is_meant: impl Fn(&IpNet) -> bool) -> Match {
    let table = match &inside.routes {
        Ok(None) => return Match::No,
        Ok(Some(table)) => table,
        Err(missing) => return Match::Maybe(missing.reason.clone()),
    };
    let leads = |r: &&Route| {
        !matches!(r.next_hop, NextHop::Internet | NextHop::Nowhere)
            && r.net.as_ref().is_some_and(&is_meant)
    };
    match table.routes.iter().find(leads) {
        None => Match::No,
        Some(route) => Match::Maybe(format!(
            "route `{}` to {} may add it to the tag `VirtualNetwork`",
            route.name, route.prefix
        )),
    }
}
