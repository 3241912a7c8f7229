//! Describes the network path from the connecting server to the source: each hop, its state, and the rule that decides
//! it.
//!
//! Hops in order: the documented network scenario, the server's placement, its security group, route, peering, gateway,
//! DNS, pg_hba.conf of the source.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hba_evaluation::{HbaEvaluation, evaluate_hba, managed_by};
use super::nsg::NsgDecision;
use super::peering_block::PeeringBlock;
use super::routing::{Gateway, RouteDecision, TableRoute};
use super::{nsg, peering_block, routing};
use crate::config::MigrationScope;
use crate::facts::network::azure_network::VnetPlacement;
use crate::facts::network::azure_network::private_endpoint::EndpointConnection;
use crate::facts::network::azure_network::route_table::NextHop;
use crate::facts::network::azure_network::security_group::SecurityRule;
use crate::facts::network::azure_network::vnet_peering::Peering;
use crate::facts::network::exposure::{is_private_address, service_destination};
use crate::facts::network::source_network::hba_rules::HbaRule;
use crate::facts::{Fact, Facts, Missing};
use crate::reference::network_scenarios::{MigratingServer, ScenarioSupport};

/// The path from the server that migrates to the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkPath {
    /// Where it starts: the target, or the runtime server.
    pub from: String,
    /// The source's address and port, as far as they are known.
    pub to: String,
    /// In the order in which a packet meets them.
    pub hops: Vec<Hop>,
}

/// Returns the network path of a migration. `None` if only one side is checked.
pub fn trace_path(facts: &Facts) -> Option<NetworkPath> {
    if facts.migration.scope != MigrationScope::Pair {
        return None;
    }
    let (target, source) = (
        facts.migration.target.as_ref()?,
        facts.migration.source.as_ref()?,
    );
    let from = match &facts.migration.runtime_server {
        Some(runtime) => format!("runtime server {}", runtime.name),
        None => format!("target {}", target.id.name),
    };
    let address = crate::facts::network::exposure::service_destination(facts);
    let host = address.map_or_else(|_| source.service_address().to_owned(), |a| a.to_string());
    Some(NetworkPath {
        from,
        to: format!("{host}:{}", source.port),
        hops: path_hops(facts),
    })
}

/// One thing on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hop {
    pub name: String,
    pub state: HopState,
    /// The rule, route or state that decides, or why it is not known.
    pub decided_by: String,
}

/// Whether a hop lets the packet through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HopState {
    Open,
    Closed,
    Unknown,
}

impl Hop {
    pub(crate) fn new(
        name: impl Into<String>,
        state: HopState,
        decided_by: impl Into<String>,
    ) -> Self {
        Hop {
            name: name.into(),
            state,
            decided_by: decided_by.into(),
        }
    }
}

/// Returns all hops in the order in which a packet meets them.
pub(crate) fn path_hops(facts: &Facts) -> Vec<Hop> {
    let mut hops = vec![guide_hop(facts)];
    hops.extend(endpoint_hops(facts));
    match facts.azure_network.as_ref().map(|p| p.placement.as_ref()) {
        Err(missing) | Ok(Err(missing)) => hops.push(unknown_hop("network of the server", missing)),
        Ok(Ok(None)) => hops.push(hop_without_vnet(facts)),
        Ok(Ok(Some(inside))) => hops.extend(vnet_hops(facts, inside)),
    }
    hops.extend(dns_hop(facts));
    hops.extend(hba_hop(facts));
    hops.push(Hop::new(
        "source",
        HopState::Unknown,
        "a firewall in front of it may still decide; no read shows that",
    ));
    hops
}

fn unknown_hop(name: impl Into<String>, missing: &Missing) -> Hop {
    Hop::new(name, HopState::Unknown, &missing.reason)
}

fn guide_hop(facts: &Facts) -> Hop {
    let name = "network guide";
    match super::scenario(facts) {
        Err(missing) => unknown_hop(name, &missing),
        Ok(ScenarioSupport::Supported) => {
            Hop::new(name, HopState::Open, "lists this pair of networks")
        }
        Ok(ScenarioSupport::Unsupported) => {
            Hop::new(name, HopState::Closed, "rules this pair of networks out")
        }
        Ok(ScenarioSupport::Unlisted) => Hop::new(
            name,
            HopState::Unknown,
            "does not list this pair of networks",
        ),
    }
}

/// Returns the private endpoints through which a runtime server reaches the target.
fn endpoint_hops(facts: &Facts) -> Vec<Hop> {
    if facts.migration.runtime_server.is_none() {
        return Vec::new();
    }
    match facts
        .azure_network
        .as_ref()
        .map(|p| p.private_endpoints.as_ref())
    {
        Err(missing) | Ok(Err(missing)) => vec![unknown_hop("private endpoints", missing)],
        Ok(Ok(all)) if all.is_empty() => {
            let by = "the target has none";
            vec![Hop::new("private endpoints", HopState::Closed, by)]
        }
        Ok(Ok(all)) => all.iter().map(endpoint_hop).collect(),
    }
}

fn endpoint_hop(connection: &EndpointConnection) -> Hop {
    let name = format!("private endpoint {}", connection.endpoint.name());
    match &connection.status {
        Err(missing) => unknown_hop(name, missing),
        Ok(status) if status.eq_ignore_ascii_case("Approved") => {
            Hop::new(name, HopState::Open, "approved")
        }
        Ok(status) => Hop::new(name, HopState::Closed, status),
    }
}

/// Returns the hop of a server that is not in a virtual network.
fn hop_without_vnet(facts: &Facts) -> Hop {
    match super::connecting_side(facts) {
        Err(missing) => unknown_hop("network of the server", &missing),
        Ok(MigratingServer::Public) => match service_destination(facts) {
            Ok(to) if is_private_address(to) => Hop::new(
                "public access",
                HopState::Closed,
                format!("the internet has no route to {to}"),
            ),
            Ok(_) => Hop::new(
                "public access",
                HopState::Open,
                "goes out over the internet",
            ),
            Err(missing) => unknown_hop("public access", &missing),
        },
        Ok(MigratingServer::PrivateEndpoint) => Hop::new(
            "private endpoints",
            HopState::Closed,
            "they let traffic in, none out; a runtime server carries the migration",
        ),
        Ok(_) => Hop::new(
            "runtime server",
            HopState::Closed,
            "it stands in no virtual network",
        ),
    }
}

fn vnet_hops(facts: &Facts, placement: &VnetPlacement) -> Vec<Hop> {
    let mut hops = vec![subnet_hop(placement)];
    match service_destination(facts) {
        Err(missing) => hops.push(unknown_hop("way to the source", &missing)),
        Ok(to) => {
            let port = facts.migration.source.as_ref().map_or(5432, |s| s.port);
            hops.push(nsg_hop(placement, to, port));
            hops.extend(route_hops(placement, to, port));
        }
    }
    hops
}

fn subnet_hop(placement: &VnetPlacement) -> Hop {
    let name = format!("subnet {}", placement.subnet_id.name());
    match placement.subnet.as_ref().map(|s| s.prefixes.as_ref()) {
        Err(missing) | Ok(Err(missing)) => unknown_hop(name, missing),
        Ok(Ok(prefixes)) => {
            let prefixes: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
            let network = placement.vnet_id.name();
            let by = format!("{} of {network}", prefixes.join(", "));
            Hop::new(name, HopState::Open, by)
        }
    }
}

fn nsg_hop(placement: &VnetPlacement, to: IpAddr, port: u16) -> Hop {
    let name = match &placement.security_group {
        Ok(Some(nsg_hop)) => format!("security group {}", nsg_hop.id.name()),
        _ => "security group".to_owned(),
    };
    match super::nsg_decision_for_source(placement, to, port) {
        Err(missing) => unknown_hop(name, &missing),
        Ok(None) => Hop::new(name, HopState::Open, "the subnet has none"),
        Ok(Some(NsgDecision::Allowed(rule))) => Hop::new(name, HopState::Open, describe_rule(rule)),
        Ok(Some(NsgDecision::Denied(rule))) => {
            Hop::new(name, HopState::Closed, describe_rule(rule))
        }
        Ok(Some(NsgDecision::Undecided)) => {
            Hop::new(name, HopState::Unknown, "no rule of it decides")
        }
        Ok(Some(NsgDecision::Depends {
            doubtful,
            why,
            otherwise,
        })) => {
            let by = format!(
                "{}: {why}; else {}",
                describe_rule(doubtful),
                describe_rule(otherwise)
            );
            Hop::new(name, HopState::Unknown, by)
        }
    }
}

/// Formats a security rule: `rule deny-all (deny, priority 4000)`.
pub(crate) fn describe_rule(rule: &SecurityRule) -> String {
    let access = match nsg::allows(rule) {
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
fn dns_hop(facts: &Facts) -> Option<Hop> {
    let host = facts.migration.source.as_ref()?.service_address();
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    let placement = facts
        .azure_network
        .as_ref()
        .ok()?
        .placement
        .as_ref()
        .ok()?
        .as_ref();
    let servers = placement.map(|i| i.vnet.as_ref().ok()?.dns_servers.as_ref().ok());
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
    Some(Hop::new(format!("name {host}"), HopState::Unknown, by))
}

/// Returns the hops between the subnet and this address: route, peering, gateway.
pub(crate) fn route_hops(placement: &VnetPlacement, to: IpAddr, port: u16) -> Vec<Hop> {
    let decision = match routing::decide_route(placement, to) {
        Err(missing) => return vec![unknown_hop("route", &missing)],
        Ok(way) => way,
    };
    let block = peering_block::find_peering_block(placement, &decision, to, port);
    let route = |state, by: String| Hop::new("route", state, by);
    match decision {
        RouteDecision::Local => {
            let by = format!("{to} is in {} itself", placement.vnet_id.name());
            vec![route(HopState::Open, by)]
        }
        RouteDecision::Internet => vec![route(
            HopState::Open,
            "Azure's own route to the internet".into(),
        )],
        RouteDecision::Dropped => {
            let network = placement.vnet_id.name();
            let by = format!("Azure drops it: no network connected with {network} has {to}");
            vec![route(HopState::Closed, by)]
        }
        RouteDecision::Peering(peering) => {
            let by = "the addresses of the peered network".to_owned();
            vec![route(HopState::Open, by), peering_hop(peering, &block)]
        }
        RouteDecision::Gateway(gate) => {
            let by = "to the gateway, if that has learned the address".to_owned();
            let mut hops = vec![route(HopState::Unknown, by)];
            hops.extend(gateway_hops(placement, &gate, &block));
            hops
        }
        RouteDecision::Table(table_route) => table_route_hops(placement, &table_route, to, &block),
    }
}

fn table_route_hops(
    placement: &VnetPlacement,
    table_route: &TableRoute,
    to: IpAddr,
    block: &Fact<Option<PeeringBlock>>,
) -> Vec<Hop> {
    let name = format!("route table {}", table_route.table.id.name());
    let route = table_route.route;
    let mut by = format!("route {} ({} to ", route.name, route.prefix);
    let closed = if table_route.may_be_overridden_by_bgp {
        HopState::Unknown
    } else {
        HopState::Closed
    };
    let (state, hop) = match &route.next_hop {
        NextHop::Gateway if table_route.gateway.is_none() => (
            HopState::Closed,
            "a gateway, which the network does not have".to_owned(),
        ),
        NextHop::Gateway => (HopState::Open, "a gateway".to_owned()),
        NextHop::VnetLocal => (HopState::Unknown, "the virtual network".to_owned()),
        NextHop::Internet if is_private_address(to) => (closed, "the internet".to_owned()),
        NextHop::Internet => (HopState::Open, "the internet".to_owned()),
        NextHop::Dropped => (closed, "none: dropped".to_owned()),
        NextHop::VirtualAppliance => {
            let address = route.next_hop_address.as_deref().unwrap_or("unknown");
            (
                HopState::Unknown,
                format!("the appliance {address}, which must let it through"),
            )
        }
        NextHop::Unknown(other) => (
            HopState::Unknown,
            format!("`{other}`, which is not known here"),
        ),
    };
    by.push_str(&hop);
    by.push(')');
    if table_route.may_be_overridden_by_bgp && route.next_hop != NextHop::Gateway {
        by.push_str("; a longer route that the gateway has learned would win");
    }
    let mut hops = vec![Hop::new(name, state, by)];
    if let (NextHop::Gateway, Some(gate)) = (&route.next_hop, &table_route.gateway) {
        hops.extend(gateway_hops(placement, gate, block));
    }
    hops
}

/// Returns the gateway, and the peering that leads to it.
fn gateway_hops(
    placement: &VnetPlacement,
    gateway: &Gateway,
    block: &Fact<Option<PeeringBlock>>,
) -> Vec<Hop> {
    let behind = "no read shows which addresses lie behind it";
    match gateway {
        Gateway::Own => {
            let name = format!("gateway in {}", placement.vnet_id.name());
            vec![Hop::new(name, HopState::Unknown, behind)]
        }
        Gateway::Remote(peering) => {
            let remote = peering
                .remote_vnet_id
                .as_ref()
                .map_or("unknown", |r| r.name());
            let name = format!("gateway in {remote}");
            vec![
                peering_hop(peering, block),
                Hop::new(name, HopState::Unknown, behind),
            ]
        }
    }
}

fn peering_hop(peering: &Peering, block: &Fact<Option<PeeringBlock>>) -> Hop {
    let remote = peering
        .remote_vnet_id
        .as_ref()
        .map_or("unknown", |r| r.name());
    let name = format!("peering {} to {remote}", peering.name);
    match (block, &peering.sync_level) {
        (Ok(Some(stop)), _) => blocked_peering_hop(name, stop),
        (Err(missing), _) | (_, Err(missing)) => unknown_hop(name, missing),
        (Ok(None), Ok(sync)) if sync.eq_ignore_ascii_case("FullyInSync") => {
            Hop::new(name, HopState::Open, "connected and in sync")
        }
        (Ok(None), Ok(sync)) => Hop::new(name, HopState::Unknown, format!("connected, but {sync}")),
    }
}

fn blocked_peering_hop(name: String, block: &PeeringBlock) -> Hop {
    let off = "allowVirtualNetworkAccess is off";
    match block {
        PeeringBlock::AccessOff {
            possibly_allowed_by: None,
            ..
        } => Hop::new(name, HopState::Closed, off),
        PeeringBlock::AccessOff {
            possibly_allowed_by: Some(rule),
            ..
        } => {
            let by = format!("{off}; {} may open it all the same", describe_rule(rule));
            Hop::new(name, HopState::Unknown, by)
        }
        PeeringBlock::GatewayTransitOff { hub, .. } => {
            let by = format!("allowGatewayTransit is off in {}", hub.id.name());
            Hop::new(name, HopState::Closed, by)
        }
    }
}

/// Returns the hop for pg_hba.conf of the source. `None` if a provider manages that file.
pub(crate) fn hba_hop(facts: &Facts) -> Option<Hop> {
    if managed_by(facts).is_some() {
        return None;
    }
    let name = "pg_hba.conf of the source";
    let databases = match &facts.databases {
        Err(missing) => return Some(unknown_hop(name, missing)),
        Ok(databases) => databases.selected().0,
    };
    let names: Vec<&str> = databases.iter().map(|d| d.name.as_str()).collect();
    Some(match evaluate_hba(facts, &names) {
        Err(missing) => unknown_hop(name, &missing),
        Ok(visits) => {
            let (state, by) = hba_state(&visits);
            Hop::new(name, state, by)
        }
    })
}

/// Returns the first certain rejection, otherwise the first uncertain result, otherwise the rules that accept the
/// service.
fn hba_state(evaluations: &[HbaEvaluation]) -> (HopState, String) {
    let mut rejected = evaluations.iter().filter(|v| v.accepting_rule().is_none());
    let Some(visit) = rejected
        .clone()
        .find(|v| v.is_certain())
        .or(rejected.next())
    else {
        let mut places: Vec<String> = evaluations
            .iter()
            .filter_map(|v| v.accepting_rule().map(HbaRule::location))
            .collect();
        places.dedup();
        return if places.is_empty() {
            (HopState::Unknown, "no database to visit".to_owned())
        } else {
            (HopState::Open, places.join(", "))
        };
    };
    let attempt = format!("`{}` into `{}`", visit.user, visit.database);
    if let Some(rule) = visit.rule_depending_on_password() {
        let user = visit.user;
        let by = format!(
            "{} asks {attempt} for SCRAM; how `{user}`'s password is kept is not known",
            rule.location()
        );
        return (HopState::Unknown, by);
    }
    match (visit.uncertain_rule(), visit.rejecting_rule()) {
        (Some((rule, why)), _) => (
            HopState::Unknown,
            format!("{} may decide for {attempt}, and {why}", rule.location()),
        ),
        (None, Some(rule)) => (
            HopState::Closed,
            format!("{} turns away {attempt}", rule.location()),
        ),
        (None, None) => (HopState::Closed, format!("no rule lets {attempt}")),
    }
}
