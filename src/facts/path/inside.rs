//! Virtual network placement of the migrating server: its subnet and the network resources around it. The migrating
//! server is the runtime server if one is specified, otherwise the target.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use super::peering::Peering;
use super::route_table::{self, RouteTable};
use super::security_group::{self, SecurityGroup};
use super::subnet::{self, Subnet, VirtualNetwork};
use super::zone::{self, Zone};
use crate::facts::shape::Shape;
use crate::facts::{Fact, Missing};
use crate::plan::{ResourceId, ServerId};
use crate::question::{Answers, Question};

/// A server in a virtual network.
#[derive(Debug, Clone)]
pub struct Inside {
    pub server: ServerId,
    pub is_runtime: bool,
    pub location: Fact<String>,
    /// Whether Microsoft Entra authentication is enabled.
    pub entra: Fact<bool>,
    pub subnet_id: ResourceId,
    pub network_id: ResourceId,
    pub network: Fact<VirtualNetwork>,
    pub subnet: Fact<Subnet>,
    /// `None`: the subnet does not have one.
    pub security: Fact<Option<SecurityGroup>>,
    /// `None`: the subnet does not have one.
    pub routes: Fact<Option<RouteTable>>,
    /// The peered network whose gateway this network uses. `None`: it does not use one.
    pub hub: Option<Fact<VirtualNetwork>>,
    /// `None`: the server does not reference one.
    pub zone: Fact<Option<Zone>>,
}

impl Inside {
    /// Questions about the resources that the network and the subnet reference.
    pub(super) fn questions(&self) -> Vec<Question> {
        let mut questions = vec![subnet::question(&self.network_id)];
        if let Ok(Some(zone)) = &self.zone {
            questions.push(zone::links_question(&zone.id));
        }
        if let Ok(subnet) = &self.subnet {
            let security = subnet.security_group.as_ref().ok().and_then(Option::as_ref);
            questions.extend(security.map(security_group::question));
            let routes = subnet.route_table.as_ref().ok().and_then(Option::as_ref);
            questions.extend(routes.map(route_table::question));
        }
        let hub = self.network.as_ref().ok().and_then(hub_of);
        questions.extend(hub.iter().map(subnet::question));
        questions
    }

    /// The peering whose gateway this network uses.
    pub fn gateway_peering(&self) -> Fact<Option<&Peering>> {
        let network = self.network.as_ref().map_err(Clone::clone)?;
        let peerings = network.peerings.as_ref().map_err(Clone::clone)?;
        for peering in peerings {
            if peering.uses_remote_gateways.clone()? && peering.is_connected()? {
                return Ok(Some(peering));
            }
        }
        Ok(None)
    }
}

/// The remote network of the peering whose gateway is used.
fn hub_of(network: &VirtualNetwork) -> Option<ResourceId> {
    let peerings = network.peerings.as_ref().ok()?;
    let uses = |p: &&Peering| {
        matches!(p.uses_remote_gateways, Ok(true)) && matches!(p.is_connected(), Ok(true))
    };
    peerings.iter().find(uses)?.remote.clone().ok()
}

/// The placement of `server`, from its own answer. `None` if it is not in a virtual network.
pub(super) fn read(
    shape: &Shape<models::Server>,
    question: &Question,
    server: &ServerId,
    is_runtime: bool,
    answers: &Answers,
) -> Fact<Option<Inside>> {
    let Some(subnet_id) = id(shape, question, "delegatedSubnetResourceId")? else {
        return Ok(None);
    };
    let is_subnet = subnet_id.is_of("Microsoft.Network/virtualNetworks/subnets");
    let Some(network_id) = subnet_id.parent().filter(|_| is_subnet) else {
        let why = format!("`{subnet_id}` is not the id of a subnet");
        return Err(Missing::unreadable(question, why));
    };
    let network = subnet::read(&network_id, answers);
    let subnet = network
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|n| n.subnet(&subnet_id));
    let zone = id(shape, question, "privateDnsZoneArmResourceId");
    Ok(Some(Inside {
        server: server.clone(),
        is_runtime,
        location: shape.required("location"),
        entra: entra(shape),
        security: of(
            &subnet,
            |s| &s.security_group,
            |id| security_group::read(id, answers),
        ),
        routes: of(
            &subnet,
            |s| &s.route_table,
            |id| route_table::read(id, answers),
        ),
        hub: network
            .as_ref()
            .ok()
            .and_then(hub_of)
            .map(|id| subnet::read(&id, answers)),
        zone: zone.map(|id| id.map(|id| zone::read(&id, answers))),
        subnet_id,
        network_id,
        network,
        subnet,
    }))
}

/// Reads the resource that the subnet references, if any.
fn of<T>(
    subnet: &Fact<Subnet>,
    pick: fn(&Subnet) -> &Fact<Option<ResourceId>>,
    read: impl FnOnce(&ResourceId) -> Fact<T>,
) -> Fact<Option<T>> {
    let subnet = subnet.as_ref().map_err(Clone::clone)?;
    let id = pick(subnet).as_ref().map_err(Clone::clone)?;
    id.as_ref().map(read).transpose()
}

fn id(shape: &Shape<models::Server>, question: &Question, name: &str) -> Fact<Option<ResourceId>> {
    let Some(text) = shape.field(&format!("properties.network.{name}"), "")? else {
        return Ok(None);
    };
    let unreadable =
        |_| Missing::unreadable(question, format!("`{name}` is `{text}`, not a resource id"));
    text.parse().map(Some).map_err(unreadable)
}

fn entra(shape: &Shape<models::Server>) -> Fact<bool> {
    let path = "properties.authConfig.activeDirectoryAuth";
    let text = shape.field(path, "2022-12-01")?;
    match text.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("enabled") => Ok(true),
        Some("disabled") => Ok(false),
        _ => Err(shape.absent(&format!("{path} (Enabled or Disabled)"))),
    }
}
