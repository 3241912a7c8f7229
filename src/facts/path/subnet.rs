//! Virtual networks with their subnets and peerings: one GET holds them all.

use ipnet::IpNet;

use super::body::Body;
use super::network_question;
use super::peering::{self, Peering};
use crate::facts::{Fact, Missing};
use crate::plan::ResourceId;
use crate::question::{Answers, Question};

/// A virtual network.
#[derive(Debug, Clone)]
pub struct VirtualNetwork {
    pub id: ResourceId,
    pub space: Fact<Vec<IpNet>>,
    /// Empty: the network uses Azure's own DNS.
    pub dns_servers: Fact<Vec<String>>,
    pub subnets: Fact<Vec<Subnet>>,
    pub peerings: Fact<Vec<Peering>>,
}

/// A subnet.
#[derive(Debug, Clone)]
pub struct Subnet {
    pub id: ResourceId,
    pub prefixes: Fact<Vec<IpNet>>,
    /// The services that it is delegated to.
    pub delegations: Fact<Vec<String>>,
    pub security_group: Fact<Option<ResourceId>>,
    pub route_table: Fact<Option<ResourceId>>,
}

impl VirtualNetwork {
    /// The subnet of this id; missing when the network does not list it.
    pub(super) fn subnet(&self, id: &ResourceId) -> Fact<Subnet> {
        let subnets = self.subnets.as_ref().map_err(Clone::clone)?;
        let found = subnets.iter().find(|s| s.id == *id);
        found.cloned().ok_or_else(|| {
            let why = format!("the virtual network lists no subnet `{}`", id.name());
            Missing::unreadable(&question(&self.id), why)
        })
    }

    /// Whether a VPN or ExpressRoute gateway, or a route server, may stand in it: their subnets have fixed names.
    /// <https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings#gwsub>
    pub fn has_gateway(&self) -> Fact<bool> {
        let subnets = self.subnets.as_ref().map_err(Clone::clone)?;
        Ok(subnets.iter().any(|s| {
            let name = s.id.name();
            ["GatewaySubnet", "RouteServerSubnet"]
                .iter()
                .any(|n| n.eq_ignore_ascii_case(name))
        }))
    }
}

/// GET of a virtual network.
pub fn question(id: &ResourceId) -> Question {
    network_question(id.path())
}

pub fn read(id: &ResourceId, answers: &Answers) -> Fact<VirtualNetwork> {
    let question = question(id);
    let body = Body::resource(answers, &question)?;
    let space = body.prefixes("properties.addressSpace.addressPrefixes");
    let space = space.and_then(|space| {
        if space.is_empty() {
            Err(body.missing("the virtual network has no address space"))
        } else {
            Ok(space)
        }
    });
    Ok(VirtualNetwork {
        id: id.clone(),
        space,
        dns_servers: body.texts("properties.dhcpOptions.dnsServers"),
        subnets: body
            .list("properties.subnets")
            .and_then(|all| all.iter().map(subnet).collect()),
        peerings: body
            .list("properties.virtualNetworkPeerings")
            .and_then(|all| all.iter().map(peering::read).collect()),
    })
}

fn subnet(body: &Body) -> Fact<Subnet> {
    let delegations = body.list("properties.delegations").and_then(|all| {
        let names = all.iter().map(|d| d.required("properties.serviceName"));
        names.collect()
    });
    Ok(Subnet {
        id: body.required_id("id")?,
        prefixes: prefixes(body),
        delegations,
        security_group: body.id("properties.networkSecurityGroup.id"),
        route_table: body.id("properties.routeTable.id"),
    })
}

/// A subnet has `addressPrefix` or `addressPrefixes`.
fn prefixes(body: &Body) -> Fact<Vec<IpNet>> {
    let mut prefixes = body.prefixes("properties.addressPrefixes")?;
    if let Some(one) = body.text("properties.addressPrefix")? {
        let unreadable = || body.missing(format!("`addressPrefix` is `{one}`, no address prefix"));
        prefixes.push(super::body::prefix(&one).ok_or_else(unreadable)?);
    }
    if prefixes.is_empty() {
        return Err(body.missing("a subnet has no address prefix"));
    }
    Ok(prefixes)
}
