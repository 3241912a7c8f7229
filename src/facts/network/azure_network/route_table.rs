//! Route tables. Routes learned by a gateway through BGP are not in any table. They can only be read from a network
//! interface.

use ipnet::IpNet;

use super::network_question;
use super::resource_reader::ResourceReader;
use crate::config::{ResourceId, parse_prefix};
use crate::facts::Fact;
use crate::question::{Answers, Question};

/// A route table.
#[derive(Debug, Clone)]
pub struct RouteTable {
    pub id: ResourceId,
    pub routes: Vec<Route>,
    /// Whether gateway routes are propagated to the subnet.
    pub propagates_gateway_routes: Fact<bool>,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub name: String,
    /// The original value: an address prefix or a service tag.
    pub prefix: String,
    /// `None`: the route is for a service tag.
    pub destination: Option<IpNet>,
    pub next_hop: NextHop,
    pub next_hop_address: Option<String>,
}

/// Next hop of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextHop {
    Gateway,
    VnetLocal,
    Internet,
    VirtualAppliance,
    /// Traffic is dropped.
    Dropped,
    /// A next hop type that this version does not know.
    Unknown(String),
}

/// GET of a route table.
pub fn question(id: &ResourceId) -> Question {
    network_question(id.path())
}

pub fn read(id: &ResourceId, answers: &Answers) -> Fact<RouteTable> {
    let question = question(id);
    let body = ResourceReader::resource(answers, &question)?;
    let routes = body.required_list("properties.routes")?;
    Ok(RouteTable {
        id: id.clone(),
        routes: routes.iter().map(route).collect::<Fact<_>>()?,
        propagates_gateway_routes: body
            .required_flag("properties.disableBgpRoutePropagation")
            .map(|disabled| !disabled),
    })
}

fn route(body: &ResourceReader) -> Fact<Route> {
    let address_prefix = body.required("properties.addressPrefix")?;
    Ok(Route {
        name: body.required("name")?,
        destination: parse_prefix(&address_prefix),
        prefix: address_prefix,
        next_hop: next_hop(body.required("properties.nextHopType")?),
        next_hop_address: body.text("properties.nextHopIpAddress")?,
    })
}

fn next_hop(text: String) -> NextHop {
    match text.to_ascii_lowercase().as_str() {
        "virtualnetworkgateway" => NextHop::Gateway,
        "vnetlocal" => NextHop::VnetLocal,
        "internet" => NextHop::Internet,
        "virtualappliance" => NextHop::VirtualAppliance,
        "none" => NextHop::Dropped,
        _ => NextHop::Unknown(text),
    }
}
