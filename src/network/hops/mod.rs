mod door;
mod ways;

use std::net::IpAddr;

use super::hop::{Hop, State};
use super::security::{self, Ruling};
use crate::facts::network::{destination, is_private};
use crate::facts::path::Inside;
use crate::facts::path::endpoint::Connection;
use crate::facts::path::security_group::Rule;
use crate::facts::{Facts, Missing};
use crate::reference::scenarios::{Listed, Side};

/// Returns all hops in the order in which a packet meets them.
pub(super) fn all(facts: &Facts) -> Vec<Hop> {
    let mut hops = vec![guide(facts)];
    hops.extend(endpoints(facts));
    match facts.path.as_ref().map(|p| p.inside.as_ref()) {
        Err(missing) | Ok(Err(missing)) => hops.push(unknown("network of the server", missing)),
        Ok(Ok(None)) => hops.push(outside(facts)),
        Ok(Ok(Some(inside))) => hops.extend(within(facts, inside)),
    }
    hops.extend(name_of_source(facts));
    hops.extend(door::door(facts));
    hops.push(Hop::new(
        "source",
        State::Unknown,
        "a firewall in front of it may still decide; no read shows that",
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

/// Returns the private endpoints through which a runtime server reaches the target.
fn endpoints(facts: &Facts) -> Vec<Hop> {
    if facts.migration.runtime_server.is_none() {
        return Vec::new();
    }
    match facts.path.as_ref().map(|p| p.endpoints.as_ref()) {
        Err(missing) | Ok(Err(missing)) => vec![unknown("private endpoints", missing)],
        Ok(Ok(all)) if all.is_empty() => {
            let by = "the target has none";
            vec![Hop::new("private endpoints", State::Closed, by)]
        }
        Ok(Ok(all)) => all.iter().map(endpoint).collect(),
    }
}

fn endpoint(connection: &Connection) -> Hop {
    let name = format!("private endpoint {}", connection.endpoint.name());
    match &connection.status {
        Err(missing) => unknown(name, missing),
        Ok(status) if status.eq_ignore_ascii_case("Approved") => {
            Hop::new(name, State::Open, "approved")
        }
        Ok(status) => Hop::new(name, State::Closed, status),
    }
}

/// Returns the hop of a server that is not in a virtual network.
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
            hops.extend(ways::way(inside, to, port));
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
            let by = format!(
                "{}: {why}; else {}",
                rule_name(doubtful),
                rule_name(otherwise)
            );
            Hop::new(name, State::Unknown, by)
        }
    }
}

/// Formats a security rule: `rule deny-all (deny, priority 4000)`.
pub(super) fn rule_name(rule: &Rule) -> String {
    let access = match security::allows(rule) {
        Some(true) => "allow",
        Some(false) => "deny",
        None => &rule.access,
    };
    let kind = if rule.is_default {
        "default rule"
    } else {
        "rule"
    };
    format!(
        "{kind} {} ({access}, priority {})",
        rule.name, rule.priority
    )
}

/// Returns the DNS hop of a source that is specified by name. The name must resolve in the server's network, which
/// cannot be verified from here.
fn name_of_source(facts: &Facts) -> Option<Hop> {
    let host = facts.migration.source.as_ref()?.service_address();
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    let inside = facts.path.as_ref().ok()?.inside.as_ref().ok()?.as_ref();
    let servers = inside.map(|i| i.network.as_ref().ok()?.dns_servers.as_ref().ok());
    let by = match servers {
        None => "public DNS has to resolve it; not asked from there".to_owned(),
        Some(Some(servers)) if servers.is_empty() => {
            "Azure's own DNS has to resolve it, from public names and linked private zones; not asked from there".to_owned()
        }
        Some(Some(servers)) => format!(
            "the network's DNS servers have to resolve it, not asked from there: {}",
            servers.join(", ")
        ),
        Some(None) => "the network's DNS servers are not known".to_owned(),
    };
    Some(Hop::new(format!("name {host}"), State::Unknown, by))
}
