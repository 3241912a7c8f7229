//! Firewall rules of a server with public access.

use std::net::Ipv4Addr;

use super::resource_reader::ResourceReader;
use crate::config::TargetServer;
use crate::facts::Fact;
use crate::facts::arm_reader::list_items;
use crate::question::{Answers, Question};

/// Allows addresses from `start` to `end`, both inclusive. `0.0.0.0` to `0.0.0.0` means all Azure services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirewallRule {
    pub name: String,
    pub start: Ipv4Addr,
    pub end: Ipv4Addr,
}

/// GET of the firewall rules.
pub fn question(target: &TargetServer) -> Question {
    Question::Arm {
        path: format!("{}/firewallRules", target.id.path()),
        api_version: target.api_version.clone(),
        filter: None,
    }
}

pub fn read(target: &TargetServer, answers: &Answers) -> Fact<Vec<FirewallRule>> {
    let question = question(target);
    let all = list_items(answers, &question)?;
    all.iter()
        .map(|item| firewall_rule(&ResourceReader::item(item, &question)?))
        .collect()
}

fn firewall_rule(body: &ResourceReader) -> Fact<FirewallRule> {
    let address = |path: &str| {
        let text = body.required(path)?;
        let unreadable = |_| body.unreadable(format!("`{path}` is `{text}`, no IPv4 address"));
        text.parse().map_err(unreadable)
    };
    Ok(FirewallRule {
        name: body.required("name")?,
        start: address("properties.startIpAddress")?,
        end: address("properties.endIpAddress")?,
    })
}
