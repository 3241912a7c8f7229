//! A route of the subnet's route table can divert or drop packets to the source. Since 0.1.0.
//!
//! The longest prefix wins, see `reachability::routing`. A peering on the route must allow the packets, see
//! `reachability::peering_block`. Routes that a gateway learns by BGP are not in any route table.

use std::net::IpAddr;

use super::inside::{allow, inside, place, port};
use crate::checks::{
    Check, Finding, Findings, Judged, Needs, Official, Severity, Unanswered, command,
};
use crate::facts::network::is_private;
use crate::facts::path::Inside;
use crate::facts::path::route_table::{self, NextHop};
use crate::facts::{Facts, Missing, network};
use crate::network::crossing::{Stop, stop};
use crate::network::routing::{Told, Way, way};

pub const CHECK: Check = Check {
    id: "route-diverts-source",
    title: "No route leads from the target's subnet to the source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("network")],
    why: "Azure sends a packet where the longest matching route says. Where that is `None`, or a private address is sent \
          to the internet, the connection to the source times out. A peering stops them too where it \
          allows no access, or where the hub behind it lends its gateway to nobody. Routes that a gateway learns by BGP are \
          in no route table, so they are not seen here.",
    fix: "Change or remove the route, or add a longer one to the gateway, and connect the network with the source's. \
          On a peering: allow access, and gateway transit on the hub's side.",
    look: "az network route-table route list --resource-group <group> --route-table-name <name> --output table",
    link: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
    run,
};

fn run(facts: &Facts) -> Judged {
    let inside = inside(facts)?;
    let to = network::destination(facts)?;
    let way = way(inside, to)?;
    let mut findings = match &way {
        Way::Told(told) => by_table(told, to)?,
        Way::Nowhere => nowhere(inside, to).into(),
        Way::Local | Way::Peering(_) | Way::Gateway(_) | Way::Internet => Findings::none(),
    };
    let named = facts
        .migration
        .source
        .as_ref()
        .and_then(|s| s.vnet.as_ref());
    match findings.know(&stop(inside, &way, to, port(facts))) {
        // `vnet-not-peered` reports this.
        Some(Some(Stop::NoAccess { peering, .. }))
            if named.is_some_and(|named| peering.remote.as_ref() == Ok(named)) => {}
        Some(Some(stop)) => findings.push(stopped(inside, to, stop)),
        Some(None) | None => {}
    }
    Ok(findings)
}

fn stopped(inside: &Inside, to: IpAddr, stop: &Stop) -> Finding {
    let (network, peering, off) = match stop {
        Stop::NoAccess { peering, .. } => {
            (&inside.network_id, peering, "allowVirtualNetworkAccess")
        }
        Stop::NoTransit { hub, back } => (&hub.id, back, "allowGatewayTransit"),
    };
    let (at, name) = (network.name(), &peering.name);
    let message = format!(
        "the way to {to} leads over the peering `{name}` of `{at}`, and {off} is off there"
    );
    let finding = Finding::new(format!("vnet/{at}"), message).fix(allow(network, name, off));
    match stop {
        Stop::NoAccess {
            unless: Some(rule), ..
        } => {
            let mut finding = finding.milder(Severity::Warning);
            let but = format!(
                "; the security rule `{}` may let the packets through all the same",
                rule.name
            );
            finding.message.push_str(&but);
            finding
        }
        _ => finding,
    }
}

fn nowhere(inside: &Inside, to: IpAddr) -> Finding {
    let name = inside.network_id.name();
    let message = format!(
        "nothing connects `{name}` with {to}: it has no gateway, and no peered network holds the address, so Azure drops the packets"
    );
    Finding::new(format!("vnet/{name}"), message).evidence("network", &inside.network_id)
}

fn by_table(told: &Told, to: IpAddr) -> Judged {
    let route = told.route;
    let leads = match &route.next_hop {
        NextHop::Gateway if told.gate.is_some() => return Ok(Findings::none()),
        NextHop::Gateway => "to a gateway, and the network has none",
        NextHop::Internet if !is_private(to) => return Ok(Findings::none()),
        NextHop::Internet => "to the internet, which has no route to a private address",
        NextHop::Nowhere => "to `None`: they are dropped",
        NextHop::Appliance => {
            return Ok(finding(told, to, &appliance(told))
                .milder(Severity::Note)
                .into());
        }
        NextHop::Network => {
            return unclear(told, to, "into the virtual network, which does not hold it");
        }
        NextHop::Other(other) => {
            return unclear(told, to, &format!("to `{other}`, which is not known here"));
        }
    };
    let finding = finding(told, to, leads);
    Ok(if told.may_be_outdone {
        let mut finding = finding.milder(Severity::Warning);
        finding.message.push_str(
            "; a longer route that the gateway has learned by BGP would win, and no read shows those",
        );
        finding
    } else if route.next_hop == NextHop::Gateway {
        finding
    } else {
        finding.fix(command::az(format!(
            "az network route-table route delete {} --name {}",
            place(&told.table.id, "--route-table-name"),
            command::quote(&route.name)
        )).by_person())
    }
    .into())
}

fn appliance(told: &Told) -> String {
    let address = told.route.next_address.as_deref().unwrap_or("unknown");
    format!("to the appliance {address}, which must let them through")
}

fn unclear(told: &Told, to: IpAddr, leads: &str) -> Judged {
    let why = format!("route `{}` leads {to} {leads}", told.route.name);
    let question = route_table::question(&told.table.id);
    Err(Unanswered::Missing(Missing::unreadable(&question, why)))
}

fn finding(told: &Told, to: IpAddr, leads: &str) -> Finding {
    let (table, route) = (told.table.id.name(), told.route);
    let message = format!(
        "route `{}` ({}) of `{table}` leads packets for {to} {leads}",
        route.name, route.prefix
    );
    Finding::new(format!("route-table/{table}"), message)
        .evidence("route", &route.name)
        .evidence("prefix", &route.prefix)
}
