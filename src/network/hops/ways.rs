use std::net::IpAddr;

use super::{rule_name, unknown};
use crate::facts::Fact;
use crate::facts::network::is_private;
use crate::facts::path::Inside;
use crate::facts::path::peering::Peering;
use crate::facts::path::route_table::NextHop;
use crate::network::crossing::{self, Stop};
use crate::network::hop::{Hop, State};
use crate::network::routing::{self, Gate, Told, Way};

/// Returns the hops between the subnet and this address: route, peering, gateway.
pub(super) fn way(inside: &Inside, to: IpAddr, port: u16) -> Vec<Hop> {
    let way = match routing::way(inside, to) {
        Err(missing) => return vec![unknown("route", &missing)],
        Ok(way) => way,
    };
    let stop = crossing::stop(inside, &way, to, port);
    let route = |state, by: String| Hop::new("route", state, by);
    match way {
        Way::Local => {
            let by = format!("{to} is in {} itself", inside.network_id.name());
            vec![route(State::Open, by)]
        }
        Way::Internet => vec![route(
            State::Open,
            "Azure's own route to the internet".into(),
        )],
        Way::Nowhere => {
            let network = inside.network_id.name();
            let by = format!("Azure drops it: no network connected with {network} has {to}");
            vec![route(State::Closed, by)]
        }
        Way::Peering(peering) => {
            let by = "the addresses of the peered network".to_owned();
            vec![route(State::Open, by), peered(peering, &stop)]
        }
        Way::Gateway(gate) => {
            let by = "to the gateway, if that has learned the address".to_owned();
            let mut hops = vec![route(State::Unknown, by)];
            hops.extend(through(inside, &gate, &stop));
            hops
        }
        Way::Told(told) => by_table(inside, &told, to, &stop),
    }
}

fn by_table(inside: &Inside, told: &Told, to: IpAddr, stop: &Fact<Option<Stop>>) -> Vec<Hop> {
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
        hops.extend(through(inside, gate, stop));
    }
    hops
}

/// Returns the gateway, and the peering that leads to it.
fn through(inside: &Inside, gate: &Gate, stop: &Fact<Option<Stop>>) -> Vec<Hop> {
    let behind = "no read shows which addresses lie behind it";
    match gate {
        Gate::Own => {
            let name = format!("gateway in {}", inside.network_id.name());
            vec![Hop::new(name, State::Unknown, behind)]
        }
        Gate::Remote(peering) => {
            let remote = peering.remote.as_ref().map_or("unknown", |r| r.name());
            let name = format!("gateway in {remote}");
            vec![
                peered(peering, stop),
                Hop::new(name, State::Unknown, behind),
            ]
        }
    }
}

fn peered(peering: &Peering, stop: &Fact<Option<Stop>>) -> Hop {
    let remote = peering.remote.as_ref().map_or("unknown", |r| r.name());
    let name = format!("peering {} to {remote}", peering.name);
    match (stop, &peering.sync) {
        (Ok(Some(stop)), _) => stopped(name, stop),
        (Err(missing), _) | (_, Err(missing)) => unknown(name, missing),
        (Ok(None), Ok(sync)) if sync.eq_ignore_ascii_case("FullyInSync") => {
            Hop::new(name, State::Open, "connected and in sync")
        }
        (Ok(None), Ok(sync)) => Hop::new(name, State::Unknown, format!("connected, but {sync}")),
    }
}

fn stopped(name: String, stop: &Stop) -> Hop {
    let off = "allowVirtualNetworkAccess is off";
    match stop {
        Stop::NoAccess { unless: None, .. } => Hop::new(name, State::Closed, off),
        Stop::NoAccess {
            unless: Some(rule), ..
        } => {
            let by = format!("{off}; {} may open it all the same", rule_name(rule));
            Hop::new(name, State::Unknown, by)
        }
        Stop::NoTransit { hub, .. } => {
            let by = format!("allowGatewayTransit is off in {}", hub.id.name());
            Hop::new(name, State::Closed, by)
        }
    }
}
