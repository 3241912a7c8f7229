//! A route of the subnet's route table can divert or drop packets to the source. Since 0.1.0.
//!
//! The longest prefix wins, see `reachability::routing`. A peering on the route must allow the packets, see
//! `reachability::peering_block`. Routes that a gateway learns by BGP are not in any route table.

use std::net::IpAddr;

use super::vnet::{enable_peering_setting, resource_flags, source_port, vnet_placement};
use crate::checks::{
    Check, CheckResult, Finding, Findings, Inconclusive, Needs, Object, ObjectKind, OfficialRule,
    Severity,
};
use crate::commands::quote;
use crate::facts::network::azure_network::route_table::NextHop;
use crate::facts::network::azure_network::{VnetPlacement, route_table};
use crate::facts::network::exposure;
use crate::facts::network::exposure::is_private_address;
use crate::facts::{Facts, Missing};
use crate::reachability::peering_block::{PeeringBlock, find_peering_block};
use crate::reachability::routing::{RouteDecision, TableRoute, decide_route};

pub const CHECK: Check = Check {
    id: "route-diverts-source",
    title: "No route leads from the target's subnet to the source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("network")],
    why: "Azure sends a packet where the longest matching route says. Where that is `None`, or a private address is sent \
          to the internet, the connection to the source times out. A peering stops them too where it \
          allows no access, or where the hub behind it lends its gateway to nobody. Routes that a gateway learns by BGP are \
          in no route table, so they are not seen here.",
    fix: "Change or remove the route, or add a longer one to the gateway, and connect the network with the source's. \
          On a peering: allow access, and gateway transit on the hub's side.",
    verify: "az network route-table route list --resource-group <group> --route-table-name <name> --output table",
    link: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let placement = vnet_placement(facts)?;
    let to = exposure::service_destination(facts)?;
    let decision = decide_route(placement, to)?;
    let mut findings = match &decision {
        RouteDecision::Table(table_route) => check_table_route(table_route, to)?,
        RouteDecision::Dropped => dropped_finding(placement, to).into(),
        RouteDecision::Local
        | RouteDecision::Peering(_)
        | RouteDecision::Gateway(_)
        | RouteDecision::Internet => Findings::none(),
    };
    let named = facts
        .migration
        .source
        .as_ref()
        .and_then(|s| s.vnet.as_ref());
    match findings.require(&find_peering_block(
        placement,
        &decision,
        to,
        source_port(facts),
    )) {
        // `vnet-not-peered` reports this.
        Some(Some(PeeringBlock::AccessOff { peering, .. }))
            if named.is_some_and(|named| peering.remote_vnet_id.as_ref() == Ok(named)) => {}
        Some(Some(stop)) => findings.push(blocked_peering_finding(placement, to, stop)),
        Some(None) | None => {}
    }
    Ok(findings)
}

fn blocked_peering_finding(placement: &VnetPlacement, to: IpAddr, block: &PeeringBlock) -> Finding {
    let (network, peering, off) = match block {
        PeeringBlock::AccessOff { peering, .. } => {
            (&placement.vnet_id, peering, "allowVirtualNetworkAccess")
        }
        PeeringBlock::GatewayTransitOff { hub, hub_peering } => {
            (&hub.id, hub_peering, "allowGatewayTransit")
        }
    };
    let (at, name) = (network.name(), &peering.name);
    let message = format!(
        "the way to {to} leads over the peering `{name}` of `{at}`, and {off} is off there"
    );
    let finding = Finding::new(Object::virtual_network(at), message)
        .with_fix(enable_peering_setting(network, name, off));
    match block {
        PeeringBlock::AccessOff {
            possibly_allowed_by: Some(rule),
            ..
        } => {
            let mut finding = finding.with_severity(Severity::Warning);
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

fn dropped_finding(placement: &VnetPlacement, to: IpAddr) -> Finding {
    let name = placement.vnet_id.name();
    let message = format!(
        "nothing connects `{name}` with {to}: it has no gateway, and no peered network holds the address, so Azure drops the packets"
    );
    Finding::new(Object::virtual_network(name), message)
        .with_evidence("network", &placement.vnet_id)
}

fn check_table_route(table_route: &TableRoute, to: IpAddr) -> CheckResult {
    let route = table_route.route;
    let leads = match &route.next_hop {
        NextHop::Gateway if table_route.gateway.is_some() => return Ok(Findings::none()),
        NextHop::Gateway => "to a gateway, and the network has none",
        NextHop::Internet if !is_private_address(to) => return Ok(Findings::none()),
        NextHop::Internet => "to the internet, which has no route to a private address",
        NextHop::Dropped => "to `None`: they are dropped",
        NextHop::VirtualAppliance => {
            return Ok(finding(table_route, to, &describe_appliance(table_route))
                .with_severity(Severity::Note)
                .into());
        }
        NextHop::VnetLocal => {
            return unclear_route(
                table_route,
                to,
                "into the virtual network, which does not hold it",
            );
        }
        NextHop::Unknown(other) => {
            return unclear_route(
                table_route,
                to,
                &format!("to `{other}`, which is not known here"),
            );
        }
    };
    let finding = finding(table_route, to, leads);
    Ok(if table_route.may_be_overridden_by_bgp {
        let mut finding = finding.with_severity(Severity::Warning);
        finding.message.push_str(
            "; a longer route that the gateway has learned by BGP would win, and no read shows those",
        );
        finding
    } else if route.next_hop == NextHop::Gateway {
        finding
    } else {
        finding.with_fix(quote::az_step(format!(
            "az network route-table route delete {} --name {}",
            resource_flags(&table_route.table.id, "--route-table-name"),
            quote::quote_bash(&route.name)
        )).for_decision())
    }
    .into())
}

fn describe_appliance(table_route: &TableRoute) -> String {
    let address = table_route
        .route
        .next_hop_address
        .as_deref()
        .unwrap_or("unknown");
    format!("to the appliance {address}, which must let them through")
}

fn unclear_route(table_route: &TableRoute, to: IpAddr, leads: &str) -> CheckResult {
    let why = format!("route `{}` leads {to} {leads}", table_route.route.name);
    let question = route_table::question(&table_route.table.id);
    Err(Inconclusive::Missing(Missing::unreadable(&question, why)))
}

fn finding(table_route: &TableRoute, to: IpAddr, leads: &str) -> Finding {
    let (table, route) = (table_route.table.id.name(), table_route.route);
    let message = format!(
        "route `{}` ({}) of `{table}` leads packets for {to} {leads}",
        route.name, route.prefix
    );
    Finding::new(Object::named(ObjectKind::RouteTable, table), message)
        .with_evidence("route", &route.name)
        .with_evidence("prefix", &route.prefix)
}
