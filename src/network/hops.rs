//! The single hops of the drawn path.

use std::net::IpAddr;

use super::drawn::{Hop, State};
use super::routing::{self, Gate, Told, Way};
use super::security::{self, Ruling};
use crate::facts::network::{destination, is_private};
use crate::facts::path::Inside;
use crate::facts::path::peering::Peering;
use crate::facts::path::route_table::NextHop;
use crate::facts::path::security_group::Rule;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::scenarios::{Listed, Side};

/// All of them, in the order in which a packet meets them.
pub(super) fn all(facts: &Facts) -> Vec<Hop> {
    let mut hops = vec![guide(facts)];
    match facts.path.as_ref().map(|p| p.inside.as_ref()) {
        Err(missing) | Ok(Err(missing)) => hops.push(unknown("network of the server", missing)),
        Ok(Ok(None)) => hops.push(outside(facts)),
        Ok(Ok(Some(inside))) => hops.extend(within(facts, inside)),
    }
    hops.extend(name_of_source(facts));
    hops.push(Hop::new(
        "source",
        State::Unknown,
        "its own firewall decides; Azure does not show it",
    ));
    hops
}

fn unknown(name: impl Into<String>, missing: &Missing) -> Hop {
    Hop::new(name, State::Unknown, &missing.reason)
}

fn guide(facts: &Facts) -> Hop {
    let name = "network guide";
    match super::scenario(facts) {
        Err(missing) => unknown(name, &missing),
        Ok(Listed::Works) => Hop::new(name, State::Open, "lists this pair of networks"),
        Ok(Listed::WorksNot) => Hop::new(name, State::Closed, "rules this pair of networks out"),
        Ok(Listed::Not) => Hop::new(name, State::Unknown, "does not list this pair of networks"),
    }
}

/// A server that stands in no virtual network.
fn outside(facts: &Facts) -> Hop {
    match super::side(facts) {
        Err(missing) => unknown("network of the server", &missing),
        Ok(Side::Public) => match destination(facts) {
            Ok(to) if is_private(to) => Hop::new(
                "public access",
                State::Closed,
                format!("the internet has no route to {to}"),
            ),
            Ok(_) => Hop::new("public access", State::Open, "goes out over the internet"),
            Err(missing) => unknown("public access", &missing),
        },
        Ok(Side::Endpoint) => Hop::new(
            "private endpoints",
            State::Closed,
            "they let traffic in, none out; a runtime server carries the migration",
        ),
        Ok(_) => Hop::new(
            "runtime server",
            State::Closed,
            "it stands in no virtual network",
        ),
    }
}

fn within(facts: &Facts, inside: &Inside) -> Vec<Hop> {
    let mut hops = vec![subnet(inside)];
    match destination(facts) {
        Err(missing) => hops.push(unknown("way to the source", &missing)),
        Ok(to) => {
            let port = facts.migration.source.as_ref().map_or(5432, |s| s.port);
            hops.push(group(inside, to, port));
            hops.extend(way(inside, to));
        }
    }
    hops
}

fn subnet(inside: &Inside) -> Hop {
    let name = format!("subnet {}", inside.subnet_id.name());
    match inside.subnet.as_ref().map(|s| s.prefixes.as_ref()) {
        Err(missing) | Ok(Err(missing)) => unknown(name, missing),
        Ok(Ok(prefixes)) => {
            let prefixes: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
            let network = inside.network_id.name();
            let by = format!("{} of {network}", prefixes.join(", "));
            Hop::new(name, State::Open, by)
        }
    }
}

fn group(inside: &Inside, to: IpAddr, port: u16) -> Hop {
    let name = match &inside.security {
        Ok(Some(group)) => format!("security group {}", group.id.name()),
        _ => "security group".to_owned(),
    };
    match super::ruling_to_source(inside, to, port) {
        Err(missing) => unknown(name, &missing),
        Ok(None) => Hop::new(name, State::Open, "the subnet has none"),
        Ok(Some(Ruling::Allowed(rule))) => Hop::new(name, State::Open, rule_name(rule)),
        Ok(Some(Ruling::Denied(rule))) => Hop::new(name, State::Closed, rule_name(rule)),
        Ok(Some(Ruling::Open)) => Hop::new(name, State::Unknown, "no rule of it decides"),
        Ok(Some(Ruling::Depends {
            doubtful,
            why,
            otherwise,
        })) => {
            let by = format!("{}: {why}; else {}", rule_name(doubtful), rule_name(otherwise));
            Hop::new(name, State::Unknown, by)
        }
    }
}

/// `rule deny-all (deny, priority 4000)`.
pub(super) fn rule_name(rule: &Rule) -> String {
    let access = match security::allows(rule) {
        Some(true) => "allow",
        Some(false) => "deny",
        None => &rule.access,
    };
    let kind = if rule.is_default { "default rule" } else { "rule" };
    format!("{kind} {} ({access}, priority {})", rule.name, rule.priority)
}

fn way(inside: &Inside, to: IpAddr) -> Vec<Hop> {
    let found: Fact<Way> = routing::way(inside, to);
    let route = |state, by: String| Hop::new("route", state, by);
    match found {
        Err(missing) => vec![unknown("route", &missing)],
        Ok(Way::Local) => {
            let by = format!("{to} is in {} itself", inside.network_id.name());
            vec![route(State::Open, by)]
        }
        Ok(Way::Internet) => vec![route(State::Open, "Azure's own route to the internet".into())],
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
        NextHop::Gateway => (State::Open, "a gateway".to_owned()),
        NextHop::Network => (State::Unknown, "the virtual network".to_owned()),
        NextHop::Internet if is_private(to) => (closed, "the internet".to_owned()),
        NextHop::Internet => (State::Open, "the internet".to_owned()),
        NextHop::Nowhere => (closed, "none: dropped".to_owned()),
        NextHop::Appliance => {
            let address = route.next_address.as_deref().unwrap_or("unknown");
            (State::Unknown, format!("the appliance {address}, which must let it through"))
        }
        NextHop::Other(other) => (State::Unknown, format!("`{other}`, which is not known here")),
    };
    by.push_str(&hop);
    by.push(')');
    if told.may_be_outdone {
        by.push_str("; a longer route that the gateway has learned would win");
    }
    let mut hops = vec![Hop::new(name, state, by)];
    if route.next_hop == NextHop::Gateway
        && let Ok(network) = &inside.network
        && let Ok(Some(gate)) = routing::gate(inside, network)
    {
        hops.extend(through(inside, &gate));
    }
    hops
}

/// The gateway itself, and the peering that leads to it.
fn through(inside: &Inside, gate: &Gate) -> Vec<Hop> {
    let behind = "which addresses lie behind it no read shows";
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

/// A source that is given by name must be resolved from there, which no read shows.
fn name_of_source(facts: &Facts) -> Option<Hop> {
    let host = &facts.migration.source.as_ref()?.host;
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    let inside = facts.path.as_ref().ok()?.inside.as_ref().ok()?.as_ref();
    let servers = inside.map(|i| i.network.as_ref().ok()?.dns_servers.as_ref().ok());
    let by = match servers {
        None => "public DNS resolves it".to_owned(),
        Some(Some(servers)) if servers.is_empty() => {
            "Azure's own DNS resolves it, from public names and linked private zones".to_owned()
        }
        Some(Some(servers)) => format!("the network's DNS servers resolve it: {}", servers.join(", ")),
        Some(None) => "the network's DNS servers are not known".to_owned(),
    };
    Some(Hop::new(format!("name {host}"), State::Unknown, by))
}
