//! Azure network between target and source: subnets, security groups, routes, peerings, DNS. Traffic is evaluated in
//! `reachability`.
//!
//! ARM is queried in three rounds:
//!
//! 1. The servers and the source's virtual network.
//! 2. The virtual network, DNS zone and private endpoints that they reference.
//! 3. The security group, route table and peered network that those reference.

mod body;
pub mod endpoint;
pub mod firewall;
pub mod inside;
pub mod peering;
pub mod route_table;
pub mod security_group;
pub mod subnet;
pub mod zone;

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use crate::facts::Fact;
use crate::facts::server::{self, Network, Server};
use crate::facts::shape::Shape;
use crate::plan::{Migration, Target};
use crate::question::{Answers, Question};

pub use body::prefix as parse_prefix;
pub use inside::Inside;

/// API version of `Microsoft.Network`. The readers were written for recorded answers up to this version.
pub const NETWORK_API_VERSION: &str = "2024-05-01";
/// API version of private DNS zones.
pub const DNS_API_VERSION: &str = "2024-06-01";

/// The Azure network. Each part can be missing separately.
#[derive(Debug)]
pub struct Path {
    /// The runtime server of the plan. If it does not exist, it is reported like a target that does not exist.
    pub runtime: Option<Fact<Server>>,
    /// Placement of the migrating server. `None`: it is not in a virtual network.
    pub inside: Fact<Option<Inside>>,
    /// The virtual network that the plan specifies for the source.
    pub source_network: Option<Fact<subnet::VirtualNetwork>>,
    /// Private endpoints of the target.
    pub endpoints: Fact<Vec<endpoint::Connection>>,
    /// Firewall rules of a target with public access.
    pub firewall: Fact<Vec<firewall::FirewallRule>>,
}

/// The questions so far. Answers can add further questions.
pub fn questions(
    migration: &Migration,
    target: &Target,
    server: &Fact<Server>,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = Vec::new();
    questions.extend(runtime_target(migration, target).map(|t| server::question(&t)));
    let source = migration.source.as_ref().and_then(|s| s.vnet.as_ref());
    questions.extend(source.map(subnet::question));
    let path = read(migration, target, server, answers);
    if let Ok(Some(inside)) = &path.inside {
        questions.extend(inside.questions());
    }
    let has_runtime = path.runtime.is_some();
    if let Ok(endpoints) = &path.endpoints {
        questions.extend(endpoint::questions(endpoints, target, has_runtime, answers));
    }
    // Firewall rules have no effect in the other network modes.
    if matches!(server.as_ref().map(|s| &s.network), Ok(Ok(Network::Public))) {
        questions.push(firewall::question(target));
    }
    questions
}

/// Reads the Azure network from the answers.
pub fn read(
    migration: &Migration,
    target: &Target,
    _server: &Fact<Server>,
    answers: &Answers,
) -> Path {
    let runtime = runtime_target(migration, target);
    let question = server::question(target);
    let endpoints = body(&question, answers)
        .and_then(|shape| endpoint::read(&shape, &question, target, answers));
    let source = migration.source.as_ref().and_then(|s| s.vnet.as_ref());
    Path {
        inside: inside(runtime.as_ref(), target, answers),
        runtime: runtime.map(|t| server::read(&t, answers)),
        source_network: source.map(|id| subnet::read(id, answers)),
        endpoints,
        firewall: firewall::read(target, answers),
    }
}

/// The runtime server is read in the same way as the target.
fn runtime_target(migration: &Migration, target: &Target) -> Option<Target> {
    let id = migration.runtime_server.clone()?;
    let api_version = target.api_version.clone();
    Some(Target {
        id,
        api_version,
        sql: None,
    })
}

fn inside(runtime: Option<&Target>, target: &Target, answers: &Answers) -> Fact<Option<Inside>> {
    let of = runtime.unwrap_or(target);
    let question = server::question(of);
    let shape = body(&question, answers)?;
    if !shape.has("properties.network", "")? {
        return Err(shape.absent("properties.network"));
    }
    inside::read(&shape, &question, &of.id, runtime.is_some(), answers)
}

fn body<'a>(question: &Question, answers: &'a Answers) -> Fact<Shape<'a, models::Server>> {
    Shape::<models::Server>::read(answers, question, &["properties", "properties.network"])
}

fn arm(path: String, api_version: &str) -> Question {
    Question::Arm {
        path,
        api_version: api_version.to_owned(),
        filter: None,
    }
}

fn network_question(path: &str) -> Question {
    arm(path.to_owned(), NETWORK_API_VERSION)
}
