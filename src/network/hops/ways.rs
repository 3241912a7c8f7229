//! The hops from the subnet on: the route, the peering, the gateway.

use std::net::IpAddr;

use super::unknown;
use crate::facts::network::is_private;
use crate::facts::path::Inside;
use crate::facts::path::peering::Peering;
use crate::facts::path::route_table::NextHop;
use crate::network::hop::{Hop, State};
use crate::network::routing::{self, Gate, Told, Way};

/// The hops that a packet to this address meets after it left the subnet.
pub(super) fn way(inside: &Inside, to: IpAddr) -> Vec<Hop> {
    let route = |state, by: String| Hop::new("route", state, by);
    match routing::way(inside, to) {
        Err(missing) => vec![unknown("route", &missing)],
        Ok(Way::Local) => {
            let by = format!("{to} is in {} itself", inside.network_id.name());
            vec![route(State::Open, by)]
        }
        Ok(Way::Internet) => vec![route(
            State::Open,
            "Azure's own route to the internet".into(),
        )],
        Ok(Way::Nowhere) => {
            let network = inside.network_id.name();
            let by = format!("Azure drops it: no network connected with {network} has {to}");
            vec![route(State::Closed, by)]
        }
        Ok(Way::Peering(peering)) => {
            let by = "the addresses of the peered network".to_owned();
            vec![route(State::Open, by), peered(peering)]
        }
        Ok(Way::Gateway(gate)) => {
            let by = "to the gateway, if that has learned the address".to_owned();
            let mut hops = vec![route(State::Unknown, by)];
            hops.extend(through(inside, &gate));
            hops
        }
        Ok(Way::Told(told)) => by_table(inside, &told, to),
    }
}

fn by_table(inside: &Inside, told: &Told, to: IpAddr) -> Vec<Hop> {
    let name = format!("route table {}", told.table.id.name());
    let route = told.route;
    let mut by = format!("route {} ({} to ", route.name, route.prefix);
    let closed = if told.may_be_outdone {
        State::Unknown
    } else {
        State::Closed
    };
    let (state, hop) = match &route.next_hop {
        NextHop::Gateway if told.gate.is_none() => (
            State::Closed,
            "a gateway, which the network does not have".to_owned(),
        ),
        NextHop::Gateway => (State::Open, "a gateway".to_owned()),
        NextHop::Network => (State::Unknown, "the virtual network".to_owned()),
        NextHop::Internet if is_private(to) => (closed, "the internet".to_owned()),
        NextHop::Internet => (State::Open, "the internet".to_owned()),
        NextHop::Nowhere => (closed, "none: dropped".to_owned()),
        NextHop::Appliance => {
            let address = route.next_address.as_deref().unwrap_or("unknown");
            (
                State::Unknown,
                format!("the appliance {address}, which must let it through"),
            )
        }
        NextHop::Other(other) => (
            State::Unknown,
            format!("`{other}`, which is not known here"),
        ),
    };
    by.push_str(&hop);
    by.push(')');
    if told.may_be_outdone && route.next_hop != NextHop::Gateway {
        by.push_str("; a longer route that the gateway has learned would win");
    }
    let mut hops = vec![Hop::new(name, state, by)];
    if let (NextHop::Gateway, Some(gate)) = (&route.next_hop, &told.gate) {
        hops.extend(through(inside, gate));
    }
    hops
}

/// The gateway itself, and the peering that leads to it.
fn through(inside: &Inside, gate: &Gate) -> Vec<Hop> {
    let behind = "no read shows which addresses lie behind it";
    match gate {
        Gate::Own => {
            let name = format!("gateway in {}", inside.network_id.name());
            vec![Hop::new(name, State::Unknown, behind)]
        }
        Gate::Remote(peering) => {
            let remote = peering.remote.as_ref().map_or("unknown", |r| r.name());
            let mut peered = peered(peering);
            if let Some(transit) = transit(inside) {
                peered = Hop::new(peered.name, transit.0, transit.1);
            }
            let name = format!("gateway in {remote}");
            vec![peered, Hop::new(name, State::Unknown, behind)]
        }
    }
}

/// What the hub's own side of the peering says, where it could be read and says no.
fn transit(inside: &Inside) -> Option<(State, String)> {
    let hub = inside.hub.as_ref()?.as_ref().ok()?;
    let peerings = hub.peerings.as_ref().ok()?;
    let back = peerings
        .iter()
        .find(|p| p.remote.as_ref() == Ok(&inside.network_id))?;
    match &back.allows_gateway_transit {
        Ok(false) => {
            let by = format!("allowGatewayTransit is off in {}", hub.id.name());
            Some((State::Closed, by))
        }
        _ => None,
    }
}

fn peered(peering: &Peering) -> Hop {
    let remote = peering.remote.as_ref().map_or("unknown", |r| r.name());
    let name = format!("peering {} to {remote}", peering.name);
    match (&peering.allows_access, &peering.sync) {
        (Err(missing), _) | (_, Err(missing)) => unknown(name, missing),
        (Ok(false), _) => Hop::new(name, State::Closed, "allowVirtualNetworkAccess is off"),
        (Ok(true), Ok(sync)) if sync.eq_ignore_ascii_case("FullyInSync") => {
            Hop::new(name, State::Open, "connected and in sync")
        }
        (Ok(true), Ok(sync)) => Hop::new(name, State::Unknown, format!("connected, but {sync}")),
    }
}
