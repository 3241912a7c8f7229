//! Firewall rules of a server with public access.

use std::net::Ipv4Addr;

use super::body::Body;
use crate::facts::Fact;
use crate::facts::shape::items;
use crate::plan::Target;
use crate::question::{Answers, Question};

/// Allows addresses from `start` to `end`, both inclusive. `0.0.0.0` to `0.0.0.0` means all Azure services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirewallRule {
    pub name: String,
    pub start: Ipv4Addr,
    pub end: Ipv4Addr,
}

/// GET of the firewall rules.
pub fn question(target: &Target) -> Question {
    Question::Arm {
        path: format!("{}/firewallRules", target.id.path()),
        api_version: target.api_version.clone(),
        filter: None,
    }
}

pub fn read(target: &Target, answers: &Answers) -> Fact<Vec<FirewallRule>> {
    let question = question(target);
    let all = items(answers, &question)?;
    all.iter()
        .map(|item| rule(&Body::item(item, &question)?))
        .collect()
}

fn rule(body: &Body) -> Fact<FirewallRule> {
    let address = |path: &str| {
        let text = body.required(path)?;
        let unreadable = |_| body.missing(format!("`{path}` is `{text}`, no IPv4 address"));
        text.parse().map_err(unreadable)
    };
    Ok(FirewallRule {
        name: body.required("name")?,
        start: address("properties.startIpAddress")?,
        end: address("properties.endIpAddress")?,
    })
}
