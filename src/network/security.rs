//! Evaluates the outbound rules of a network security group: by priority, the first rule that matches decides.
//! <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview>
//!
//! The addresses of most service tags and the members of application security groups are not known here. A rule that
//! uses them does not decide: [`NsgDecision::Depends`] names it and the rule that decides otherwise.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::matching::Match;
use super::ports;
use crate::facts::network::is_private;
use crate::facts::path::parse_prefix;
use crate::facts::path::security_group::{End, Rule, SecurityGroup};

/// A TCP connection that starts in a subnet.
#[derive(Debug, Clone)]
pub struct Flow<'a> {
    /// The address ranges of the subnet.
    pub from: &'a [IpNet],
    pub to: To<'a>,
    pub port: u16,
    /// Whether the destination belongs to the service tag `VirtualNetwork`.
    pub in_virtual_network: Match,
}

/// The destination of a connection.
#[derive(Debug, Clone)]
pub enum To<'a> {
    Address(IpAddr),
    /// An Azure service: its service tag, and the server's region in lower case without spaces.
    Service(&'a str, Option<String>),
}

/// The decision of a security group about a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling<'r> {
    Allowed(&'r Rule),
    Denied(&'r Rule),
    /// The first rule decides if it matches, otherwise the second rule.
    Depends {
        doubtful: &'r Rule,
        why: String,
        otherwise: &'r Rule,
    },
    /// No rule decides, because the default rules are missing.
    Open,
}

/// Returns the decision of a security group about a connection.
pub fn outbound<'r>(group: &'r SecurityGroup, flow: &Flow) -> Ruling<'r> {
    let mut doubts: Vec<(&Rule, String)> = Vec::new();
    for rule in &group.outbound {
        match (rule_matches(rule, flow), allows(rule)) {
            (Match::No, _) => {}
            (Match::Maybe(why), _) => doubts.push((rule, why)),
            (Match::Yes, None) => {
                let why = format!("its access is `{}`, which is not known here", rule.access);
                doubts.push((rule, why));
            }
            (Match::Yes, Some(allowed)) => return decided(rule, allowed, doubts),
        }
    }
    Ruling::Open
}

fn decided<'r>(rule: &'r Rule, allowed: bool, doubts: Vec<(&'r Rule, String)>) -> Ruling<'r> {
    let differs = doubts
        .into_iter()
        .find(|(doubtful, _)| allows(doubtful) != Some(allowed));
    match (differs, allowed) {
        (Some((doubtful, why)), _) => Ruling::Depends {
            doubtful,
            why,
            otherwise: rule,
        },
        (None, true) => Ruling::Allowed(rule),
        (None, false) => Ruling::Denied(rule),
    }
}

/// Returns whether the rule allows matching traffic. `None` if this version does not know the access type.
pub fn allows(rule: &Rule) -> Option<bool> {
    match rule.access.to_ascii_lowercase().as_str() {
        "allow" => Some(true),
        "deny" => Some(false),
        _ => None,
    }
}

fn rule_matches(rule: &Rule, flow: &Flow) -> Match {
    direction(&rule.direction)
        .and(|| protocol(&rule.protocol))
        .and(|| ports::hold(&rule.destination.ports, flow.port))
        .and(|| ports::hold_ephemeral(&rule.source.ports))
        .and(|| source(&rule.source, flow))
        .and(|| destination(&rule.destination, flow))
}

fn direction(direction: &str) -> Match {
    if direction.eq_ignore_ascii_case("Outbound") {
        Match::Yes
    } else {
        Match::Maybe(format!(
            "its direction is `{direction}`, which is not known here"
        ))
    }
}

fn protocol(protocol: &str) -> Match {
    match protocol.to_ascii_lowercase().as_str() {
        "*" | "tcp" => Match::Yes,
        "udp" | "icmp" | "esp" | "ah" => Match::No,
        _ => Match::Maybe(format!(
            "its protocol is `{protocol}`, which is not known here"
        )),
    }
}

fn groups() -> Match {
    Match::Maybe("it names an application security group".to_owned())
}

/// Returns whether a rule's source covers every address of the subnet.
fn source(end: &End, flow: &Flow) -> Match {
    if end.has_groups {
        return groups();
    }
    let is_v6 = matches!(flow.to, To::Address(IpAddr::V6(_)));
    let of_family = |net: &&IpNet| net.addr().is_ipv6() == is_v6;
    let subnet: Vec<IpNet> = flow.from.iter().filter(of_family).copied().collect();
    let nets: Vec<IpNet> = end
        .addresses
        .iter()
        .filter_map(|a| parse_prefix(a))
        .collect();
    let merged = IpNet::aggregate(&nets);
    let covers = |own: &IpNet| merged.iter().any(|net| net.contains(own));
    if !subnet.is_empty() && subnet.iter().all(covers) {
        return Match::Yes;
    }
    let touches = |net: &IpNet| {
        subnet
            .iter()
            .any(|own| own.contains(net) || net.contains(own))
    };
    let part = if nets.iter().any(touches) {
        Match::Maybe("its source is a part of the subnet only".to_owned())
    } else {
        Match::No
    };
    Match::any(end, |tag, shown| match tag {
        "*" | "virtualnetwork" => Match::Yes,
        _ if parse_prefix(tag).is_some() => part.clone(),
        "internet" | "azureloadbalancer" => Match::No,
        tag if is_service(tag) => Match::No,
        _ => tagged(shown),
    })
}

fn destination(end: &End, flow: &Flow) -> Match {
    match &flow.to {
        To::Address(address) => to_address(end, *address, &flow.in_virtual_network),
        To::Service(tag, region) => {
            to_service(end, tag, region.as_deref(), &flow.in_virtual_network)
        }
    }
}

fn to_address(end: &End, address: IpAddr, in_network: &Match) -> Match {
    if end.has_groups {
        return groups();
    }
    // The address of Azure platform services, such as DNS and health probes.
    let platform = IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16));
    Match::any(end, |tag, shown| match (tag, parse_prefix(tag)) {
        ("*", _) => Match::Yes,
        (_, Some(net)) => Match::from(net.contains(&address)),
        ("virtualnetwork", _) => in_network.clone(),
        ("internet", _) if is_private(address) => Match::No,
        ("internet", _) => in_network.not(),
        ("azureloadbalancer", _) => Match::from(address == platform),
        // A source database is neither Azure Storage nor Microsoft Entra ID.
        (tag, _) if is_service(tag) => Match::No,
        _ => tagged(shown),
    })
}

fn to_service(end: &End, service: &str, region: Option<&str>, in_network: &Match) -> Match {
    if end.has_groups {
        return Match::No;
    }
    let nets: Vec<Ipv4Net> = end
        .addresses
        .iter()
        .filter_map(|a| match parse_prefix(a) {
            Some(IpNet::V4(net)) => Some(net),
            _ => None,
        })
        .collect();
    if Ipv4Net::aggregate(&nets)
        .iter()
        .any(|n| n.prefix_len() == 0)
    {
        return Match::Yes;
    }
    Match::any(end, |tag, shown| match (tag, parse_prefix(tag)) {
        ("*" | "internet", _) => Match::Yes,
        (_, Some(net)) if is_private(net.addr()) && is_private(net.broadcast()) => Match::No,
        (_, Some(IpNet::V6(_))) => Match::No,
        (_, Some(_)) => Match::Maybe(format!("`{tag}` may hold addresses of `{service}`")),
        ("virtualnetwork", _) => in_network.clone(),
        ("azureloadbalancer", _) => Match::No,
        _ => by_tag(shown, service, region),
    })
}

/// Compares a service tag such as `storage` or `storage.germanywestcentral` with a service and its region.
fn by_tag(tag: &str, service: &str, region: Option<&str>) -> Match {
    let (name, tag_region) = tag
        .split_once('.')
        .map_or((tag, None), |(n, r)| (n, Some(r)));
    let is_meant = name.eq_ignore_ascii_case(service);
    match (is_meant, tag_region, region) {
        (true, None, _) => Match::Yes,
        (true, Some(theirs), Some(ours)) => Match::from(theirs.eq_ignore_ascii_case(ours)),
        (true, Some(_), None) => Match::Maybe("the server's region is not known".to_owned()),
        (false, ..) if is_service(&name.to_ascii_lowercase()) => Match::No,
        (false, ..) => tagged(tag),
    }
}

/// Returns whether the tag's addresses never belong to a subnet, a source, or another of these services.
fn is_service(tag: &str) -> bool {
    let name = tag.split('.').next().unwrap_or(tag);
    ["storage", "azureactivedirectory"].contains(&name)
}

fn tagged(tag: &str) -> Match {
    Match::Maybe(format!("it depends on the service tag `{tag}`"))
}
