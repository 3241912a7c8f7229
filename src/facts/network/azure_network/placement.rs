//! Virtual network placement of the migrating server: its subnet and the network resources around it. The migrating
//! server is the runtime server if one is specified, otherwise the target.

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use super::private_dns::PrivateDnsZone;
use super::route_table::RouteTable;
use super::security_group::SecurityGroup;
use super::virtual_network::{Subnet, VirtualNetwork};
use super::vnet_peering::Peering;
use super::{private_dns, route_table, security_group, virtual_network};
use crate::config::{ResourceId, ServerId};
use crate::facts::arm_reader::ArmReader;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// A server in a virtual network.
#[derive(Debug, Clone)]
pub struct VnetPlacement {
    pub server: ServerId,
    pub is_runtime_server: bool,
    pub location: Fact<String>,
    /// Whether Microsoft Entra authentication is enabled.
    pub is_entra_enabled: Fact<bool>,
    pub subnet_id: ResourceId,
    pub vnet_id: ResourceId,
    pub vnet: Fact<VirtualNetwork>,
    pub subnet: Fact<Subnet>,
    /// `None`: the subnet does not have one.
    pub security_group: Fact<Option<SecurityGroup>>,
    /// `None`: the subnet does not have one.
    pub route_table: Fact<Option<RouteTable>>,
    /// The peered network whose gateway this network uses. `None`: it does not use one.
    pub hub_vnet: Option<Fact<VirtualNetwork>>,
    /// `None`: the server does not reference one.
    pub dns_zone: Fact<Option<PrivateDnsZone>>,
}

impl VnetPlacement {
    /// Questions about the resources that the network and the subnet reference.
    pub(crate) fn questions(&self) -> Vec<Question> {
        let mut questions = vec![virtual_network::question(&self.vnet_id)];
        if let Ok(Some(zone)) = &self.dns_zone {
            questions.push(private_dns::links_question(&zone.id));
        }
        if let Ok(subnet) = &self.subnet {
            let security = subnet.security_group.as_ref().ok().and_then(Option::as_ref);
            questions.extend(security.map(security_group::question));
            let routes = subnet.route_table.as_ref().ok().and_then(Option::as_ref);
            questions.extend(routes.map(route_table::question));
        }
        let hub = self.vnet.as_ref().ok().and_then(hub_vnet_id);
        questions.extend(hub.iter().map(virtual_network::question));
        questions
    }

    /// The peering whose gateway this network uses.
    pub fn gateway_peering(&self) -> Fact<Option<&Peering>> {
        let network = self.vnet.as_ref()?;
        let peerings = network.peerings.as_ref()?;
        for peering in peerings {
            if peering.uses_remote_gateways.clone()? && peering.is_connected()? {
                return Ok(Some(peering));
            }
        }
        Ok(None)
    }
}

/// The remote network of the peering whose gateway is used.
fn hub_vnet_id(network: &VirtualNetwork) -> Option<ResourceId> {
    let peerings = network.peerings.as_ref().ok()?;
    let uses = |p: &&Peering| {
        matches!(p.uses_remote_gateways, Ok(true)) && matches!(p.is_connected(), Ok(true))
    };
    peerings.iter().find(uses)?.remote_vnet_id.clone().ok()
}

/// The placement of `server`, from its own answer. `None` if it is not in a virtual network.
pub(crate) fn read(
    shape: &ArmReader<models::Server>,
    question: &Question,
    server: &ServerId,
    is_runtime: bool,
    answers: &Answers,
) -> Fact<Option<VnetPlacement>> {
    let Some(subnet_id) = network_resource_id(shape, question, "delegatedSubnetResourceId")? else {
        return Ok(None);
    };
    let is_subnet = subnet_id.has_type("Microsoft.Network/virtualNetworks/subnets");
    let Some(vnet_id) = subnet_id.parent().filter(|_| is_subnet) else {
        let why = format!("`{subnet_id}` is not the id of a subnet");
        return Err(Missing::unreadable(question, why));
    };
    let network = virtual_network::read(&vnet_id, answers);
    let subnet = network
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|n| n.subnet(&subnet_id));
    let zone = network_resource_id(shape, question, "privateDnsZoneArmResourceId");
    Ok(Some(VnetPlacement {
        server: server.clone(),
        is_runtime_server: is_runtime,
        location: shape.required("location"),
        is_entra_enabled: is_entra_enabled(shape),
        security_group: read_referenced(
            &subnet,
            |s| &s.security_group,
            |id| security_group::read(id, answers),
        ),
        route_table: read_referenced(
            &subnet,
            |s| &s.route_table,
            |id| route_table::read(id, answers),
        ),
        hub_vnet: network
            .as_ref()
            .ok()
            .and_then(hub_vnet_id)
            .map(|id| virtual_network::read(&id, answers)),
        dns_zone: zone.map(|id| id.map(|id| private_dns::read(&id, answers))),
        subnet_id,
        vnet_id,
        vnet: network,
        subnet,
    }))
}

/// Reads the resource that the subnet references, if any.
fn read_referenced<T>(
    subnet: &Fact<Subnet>,
    pick: fn(&Subnet) -> &Fact<Option<ResourceId>>,
    read: impl FnOnce(&ResourceId) -> Fact<T>,
) -> Fact<Option<T>> {
    let subnet = subnet.as_ref()?;
    let id = pick(subnet).as_ref()?;
    id.as_ref().map(read).transpose()
}

fn network_resource_id(
    shape: &ArmReader<models::Server>,
    question: &Question,
    name: &str,
) -> Fact<Option<ResourceId>> {
    let Some(text) = shape.text(&format!("properties.network.{name}"), "")? else {
        return Ok(None);
    };
    let unreadable =
        |_| Missing::unreadable(question, format!("`{name}` is `{text}`, not a resource id"));
    text.parse().map(Some).map_err(unreadable)
}

fn is_entra_enabled(shape: &ArmReader<models::Server>) -> Fact<bool> {
    let path = "properties.authConfig.activeDirectoryAuth";
    let text = shape.text(path, "2022-12-01")?;
    match text.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("enabled") => Ok(true),
        Some("disabled") => Ok(false),
        _ => Err(shape.absent(&format!("{path} (Enabled or Disabled)"))),
    }
}
