//! Virtual networks with their subnets and peerings, from one GET.

use ipnet::IpNet;

use super::resource_reader::ResourceReader;
use super::vnet_peering::Peering;
use super::{network_question, vnet_peering};
use crate::config::{ResourceId, parse_prefix};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// A virtual network.
#[derive(Debug, Clone)]
pub struct VirtualNetwork {
    pub id: ResourceId,
    pub address_space: Fact<Vec<IpNet>>,
    /// Empty: the network uses Azure-provided DNS.
    pub dns_servers: Fact<Vec<String>>,
    pub subnets: Fact<Vec<Subnet>>,
    pub peerings: Fact<Vec<Peering>>,
}

/// A subnet.
#[derive(Debug, Clone)]
pub struct Subnet {
    pub id: ResourceId,
    pub prefixes: Fact<Vec<IpNet>>,
    /// The services to which the subnet is delegated.
    pub delegations: Fact<Vec<String>>,
    pub security_group: Fact<Option<ResourceId>>,
    pub route_table: Fact<Option<ResourceId>>,
    /// Whether the subnet contains a gateway. Missing for a gateway subnet without `ipConfigurations`, because Azure
    /// omits empty lists.
    pub has_gateway: Fact<bool>,
}

impl VirtualNetwork {
    /// The subnet with this ID. Missing if the network does not list it.
    pub(crate) fn subnet(&self, id: &ResourceId) -> Fact<Subnet> {
        let subnets = self.subnets.as_ref()?;
        let found = subnets.iter().find(|s| s.id == *id);
        found.cloned().ok_or_else(|| {
            let why = format!("the virtual network lists no subnet `{}`", id.name());
            Missing::unreadable(&question(&self.id), why)
        })
    }

    /// Whether the network contains a VPN gateway, an ExpressRoute gateway or a route server.
    ///
    /// # Errors
    /// A gateway subnet does not show whether it contains a gateway.
    pub fn has_gateway(&self) -> Fact<bool> {
        let subnets = self.subnets.as_ref()?;
        let mut all = subnets.iter().map(|s| &s.has_gateway);
        if all.clone().any(|has| *has == Ok(true)) {
            return Ok(true);
        }
        let missing = all.find_map(|has| has.as_ref().err());
        missing.map_or(Ok(false), |missing| Err(missing.clone()))
    }
}

/// GET of a virtual network.
pub fn question(id: &ResourceId) -> Question {
    network_question(id.path())
}

pub fn read(id: &ResourceId, answers: &Answers) -> Fact<VirtualNetwork> {
    let question = question(id);
    let body = ResourceReader::resource(answers, &question)?;
    let space = body.prefixes("properties.addressSpace.addressPrefixes");
    let space = space.and_then(|space| {
        if space.is_empty() {
            Err(body.unreadable("the virtual network has no address space"))
        } else {
            Ok(space)
        }
    });
    Ok(VirtualNetwork {
        id: id.clone(),
        address_space: space,
        dns_servers: body.texts("properties.dhcpOptions.dnsServers"),
        subnets: body
            .required_list("properties.subnets")
            .and_then(|all| all.iter().map(subnet).collect()),
        peerings: body
            .required_list("properties.virtualNetworkPeerings")
            .and_then(|all| all.iter().map(vnet_peering::read).collect()),
    })
}

fn subnet(body: &ResourceReader) -> Fact<Subnet> {
    let delegations = body
        .required_list("properties.delegations")
        .and_then(|all| {
            let names = all.iter().map(|d| d.required("properties.serviceName"));
            names.collect()
        });
    let id = body.required_id("id")?;
    Ok(Subnet {
        has_gateway: has_gateway(body, id.name()),
        id,
        prefixes: subnet_prefixes(body),
        delegations,
        security_group: body.id("properties.networkSecurityGroup.id"),
        route_table: body.id("properties.routeTable.id"),
    })
}

/// Gateway subnets have fixed names. They are often created before the gateway.
/// <https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings#gwsub>
fn has_gateway(body: &ResourceReader, name: &str) -> Fact<bool> {
    let names = ["GatewaySubnet", "RouteServerSubnet"];
    if !names.iter().any(|n| n.eq_ignore_ascii_case(name)) {
        return Ok(false);
    }
    let path = "properties.ipConfigurations";
    let used = body.required_list(path).map(|all| !all.is_empty());
    used.map_err(|missing| {
        let why = format!(
            "the subnet `{name}` shows no `ipConfigurations`, so whether a gateway stands in it is not known"
        );
        match body.count(path) {
            Ok(_) => body.unreadable(why).with_advice(
                "look whether there is one: `az network vnet-gateway list --resource-group <group>`",
            ),
            Err(_) => missing,
        }
    })
}

/// A subnet has `addressPrefix` or `addressPrefixes`.
fn subnet_prefixes(body: &ResourceReader) -> Fact<Vec<IpNet>> {
    let mut prefixes = body.prefixes("properties.addressPrefixes")?;
    if let Some(one) = body.text("properties.addressPrefix")? {
        let unreadable =
            || body.unreadable(format!("`addressPrefix` is `{one}`, no address prefix"));
        prefixes.push(parse_prefix(&one).ok_or_else(unreadable)?);
    }
    if prefixes.is_empty() {
        return Err(body.unreadable("a subnet has no address prefix"));
    }
    Ok(prefixes)
}
