//! Route tables. Routes learned by a gateway through BGP are not in any table. They can only be read from a network
//! interface.

use ipnet::IpNet;

use super::body::{Body, prefix};
use super::network_question;
use crate::facts::Fact;
use crate::plan::ResourceId;
use crate::question::{Answers, Question};

/// A route table.
#[derive(Debug, Clone)]
pub struct RouteTable {
    pub id: ResourceId,
    pub routes: Vec<Route>,
    /// Whether gateway routes are propagated to the subnet.
    pub takes_gateway_routes: Fact<bool>,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub name: String,
    /// The original value: an address prefix or a service tag.
    pub prefix: String,
    /// `None`: the route is for a service tag.
    pub net: Option<IpNet>,
    pub next_hop: NextHop,
    pub next_address: Option<String>,
}

/// Next hop of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextHop {
    Gateway,
    Network,
    Internet,
    Appliance,
    /// Traffic is dropped.
    Nowhere,
    /// A next hop type that this version does not know.
    Other(String),
}

/// GET of a route table.
pub fn question(id: &ResourceId) -> Question {
    network_question(id.path())
}

pub fn read(id: &ResourceId, answers: &Answers) -> Fact<RouteTable> {
    let question = question(id);
    let body = Body::resource(answers, &question)?;
    let routes = body.list("properties.routes")?;
    Ok(RouteTable {
        id: id.clone(),
        routes: routes.iter().map(route).collect::<Fact<_>>()?,
        takes_gateway_routes: body
            .flag("properties.disableBgpRoutePropagation")
            .map(|disabled| !disabled),
    })
}

fn route(body: &Body) -> Fact<Route> {
    let to = body.required("properties.addressPrefix")?;
    Ok(Route {
        name: body.required("name")?,
        net: prefix(&to),
        prefix: to,
        next_hop: next_hop(body.required("properties.nextHopType")?),
        next_address: body.text("properties.nextHopIpAddress")?,
    })
}

fn next_hop(text: String) -> NextHop {
    match text.to_ascii_lowercase().as_str() {
        "virtualnetworkgateway" => NextHop::Gateway,
        "vnetlocal" => NextHop::Network,
        "internet" => NextHop::Internet,
        "virtualappliance" => NextHop::Appliance,
        "none" => NextHop::Nowhere,
        _ => NextHop::Other(text),
    }
}
