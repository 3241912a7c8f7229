//! Azure network between target and source: subnets, security groups, routes, peerings, DNS. Traffic is evaluated in
//! `reachability`.
//!
//! ARM is queried in three rounds:
//!
//! 1. The servers and the source's virtual network.
//! 2. The virtual network, DNS zone and private endpoints that they reference.
//! 3. The security group, route table and peered network that those reference.

pub mod firewall;
pub mod placement;
pub mod private_dns;
pub mod private_endpoint;
mod resource_reader;
pub mod route_table;
pub mod security_group;
pub mod virtual_network;
pub mod vnet_peering;

use azure_mgmt_postgresql::package_flexibleserver_2024_08_01::models;

use crate::config::{Migration, TargetServer};
use crate::facts::Fact;
use crate::facts::arm_reader::ArmReader;
use crate::facts::target::server;
use crate::facts::target::server::{NetworkMode, Server};
use crate::question::{Answers, Question};

pub use placement::VnetPlacement;

/// API version of `Microsoft.Network`. The readers were written for recorded answers up to this version.
pub const NETWORK_API_VERSION: &str = "2024-05-01";
/// API version of private DNS zones.
pub const DNS_API_VERSION: &str = "2024-06-01";

/// The Azure network. Each part can be missing separately.
#[derive(Debug)]
pub struct AzureNetwork {
    /// The runtime server of the plan. If it does not exist, it is reported like a target that does not exist.
    pub runtime_server: Option<Fact<Server>>,
    /// Placement of the migrating server. `None`: it is not in a virtual network.
    pub placement: Fact<Option<VnetPlacement>>,
    /// The virtual network that the plan specifies for the source.
    pub source_vnet: Option<Fact<virtual_network::VirtualNetwork>>,
    /// Private endpoints of the target.
    pub private_endpoints: Fact<Vec<private_endpoint::EndpointConnection>>,
    /// Firewall rules of a target with public access.
    pub firewall_rules: Fact<Vec<firewall::FirewallRule>>,
}

/// The questions so far. Answers can add further questions.
pub fn questions(
    migration: &Migration,
    target: &TargetServer,
    server: &Fact<Server>,
    answers: &Answers,
) -> Vec<Question> {
    let mut questions = Vec::new();
    questions.extend(runtime_target(migration, target).map(|t| server::question(&t)));
    let source = migration.source.as_ref().and_then(|s| s.vnet.as_ref());
    questions.extend(source.map(virtual_network::question));
    let network = read(migration, target, server, answers);
    if let Ok(Some(inside)) = &network.placement {
        questions.extend(inside.questions());
    }
    let has_runtime = network.runtime_server.is_some();
    if let Ok(endpoints) = &network.private_endpoints {
        questions.extend(private_endpoint::questions(
            endpoints,
            target,
            has_runtime,
            answers,
        ));
    }
    // Firewall rules have no effect in the other network modes.
    if matches!(
        server.as_ref().map(|s| &s.network_mode),
        Ok(Ok(NetworkMode::Public))
    ) {
        questions.push(firewall::question(target));
    }
    questions
}

/// Reads the Azure network from the answers.
pub fn read(
    migration: &Migration,
    target: &TargetServer,
    _server: &Fact<Server>,
    answers: &Answers,
) -> AzureNetwork {
    let runtime = runtime_target(migration, target);
    let question = server::question(target);
    let endpoints = read_server(&question, answers)
        .and_then(|shape| private_endpoint::read(&shape, &question, target, answers));
    let source = migration.source.as_ref().and_then(|s| s.vnet.as_ref());
    AzureNetwork {
        placement: read_placement(runtime.as_ref(), target, answers),
        runtime_server: runtime.map(|t| server::read(&t, answers)),
        source_vnet: source.map(|id| virtual_network::read(id, answers)),
        private_endpoints: endpoints,
        firewall_rules: firewall::read(target, answers),
    }
}

/// The runtime server is read in the same way as the target.
fn runtime_target(migration: &Migration, target: &TargetServer) -> Option<TargetServer> {
    let id = migration.runtime_server.clone()?;
    let api_version = target.api_version.clone();
    Some(TargetServer {
        id,
        api_version,
        sql: None,
    })
}

fn read_placement(
    runtime: Option<&TargetServer>,
    target: &TargetServer,
    answers: &Answers,
) -> Fact<Option<VnetPlacement>> {
    let migrating_server = runtime.unwrap_or(target);
    let question = server::question(migrating_server);
    let shape = read_server(&question, answers)?;
    if !shape.has_object("properties.network", "")? {
        return Err(shape.absent("properties.network"));
    }
    placement::read(
        &shape,
        &question,
        &migrating_server.id,
        runtime.is_some(),
        answers,
    )
}

fn read_server<'a>(
    question: &Question,
    answers: &'a Answers,
) -> Fact<ArmReader<'a, models::Server>> {
    ArmReader::<models::Server>::read(answers, question, &["properties", "properties.network"])
}

fn arm_question(path: String, api_version: &str) -> Question {
    Question::Arm {
        path,
        api_version: api_version.to_owned(),
        filter: None,
    }
}

fn network_question(path: &str) -> Question {
    arm_question(path.to_owned(), NETWORK_API_VERSION)
}
