//! Which way a packet leaves a subnet: the longest prefix among the routes of its table, its own network and its peers;
//! where two are as long, the table's. <https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview>

use std::net::IpAddr;

use ipnet::IpNet;

use super::matching::Match;
use crate::facts::network::is_private;
use crate::facts::path::Inside;
use crate::facts::path::peering::Peering;
use crate::facts::path::route_table::{NextHop, Route, RouteTable};
use crate::facts::path::subnet::VirtualNetwork;
use crate::facts::{Fact, Missing};

/// The way of a packet out of its subnet.
#[derive(Debug, Clone)]
pub enum Way<'a> {
    /// Within the own virtual network.
    Local,
    /// Over a peering.
    Peering(&'a Peering),
    /// A route of the subnet's table decides.
    Told(Told<'a>),
    /// To a gateway: which addresses lie behind it, no read shows.
    Gateway(Gate<'a>),
    Internet,
    /// Azure drops it: the address is private, and no network that is connected has it.
    Nowhere,
}

/// A route of the table.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    pub table: &'a RouteTable,
    pub route: &'a Route,
    /// A longer one that a gateway learned would win, and no table shows those.
    pub may_be_outdone: bool,
    /// The gateway that the network can use.
    pub gate: Option<Gate<'a>>,
}

/// Where the gateway stands that a network can use.
#[derive(Debug, Clone)]
pub enum Gate<'a> {
    /// In the network itself.
    Own,
    /// In the network of this peering.
    Remote(&'a Peering),
}

/// The way from the subnet of `inside` to `to`.
///
/// # Errors
/// What the way depends on could not be read.
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

/// A public address goes out to the internet, unless a route for a service tag may take it.
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

/// The longest prefix of the own network and its peers that holds the address, and the peering where it is a peer's.
fn near(network: &VirtualNetwork, to: IpAddr) -> Fact<Option<(u8, Option<&Peering>)>> {
    let space = network.space.as_ref().map_err(Clone::clone)?;
    // Peered networks never overlap: what the own network holds, no peer does.
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

/// The gateway that the network can use; `None`: it has none.
pub fn gate<'a>(inside: &'a Inside, network: &VirtualNetwork) -> Fact<Option<Gate<'a>>> {
    let own = network.has_gateway();
    if own == Ok(true) {
        return Ok(Some(Gate::Own));
    }
    // Azure lets no network use another's gateway that has one of its own.
    if let Some(peering) = inside.gateway_peering()? {
        return Ok(Some(Gate::Remote(peering)));
    }
    own.map(|_| None)
}

/// Whether an address belongs to the tag `VirtualNetwork` of the subnet: the network, its peers unless a peering says
/// otherwise, what its gateway reaches, and what its route table names.
/// <https://learn.microsoft.com/azure/virtual-network/service-tags-overview>
/// A private address that is in none of these cannot be reached at all, which is the routes' matter: it counts as in.
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

/// Whether a service of Azure may belong to it: only by a route of the table for a public prefix.
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
