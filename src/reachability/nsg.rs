//! Evaluates the outbound rules of a network security group: by priority, the first rule that matches decides.
//! <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview>
//!
//! The addresses of most service tags and the members of application security groups are not known here. A rule that
//! uses them does not decide: [`NsgDecision::Depends`] names it and the rule that decides otherwise.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::ports;
use super::tristate::Tristate;
use crate::config::parse_prefix;
use crate::facts::network::azure_network::security_group::{
    RuleEndpoint, SecurityGroup, SecurityRule,
};
use crate::facts::network::exposure::is_private_address;

/// A TCP connection that starts in a subnet.
#[derive(Debug, Clone)]
pub struct Flow<'a> {
    /// The address ranges of the subnet.
    pub from: &'a [IpNet],
    pub to: Destination<'a>,
    pub port: u16,
    /// Whether the destination belongs to the service tag `VirtualNetwork`.
    pub in_virtual_network: Tristate,
}

/// The destination of a connection.
#[derive(Debug, Clone)]
pub enum Destination<'a> {
    Address(IpAddr),
    /// An Azure service: its service tag, and the server's region in lower case without spaces.
    Service(&'a str, Option<String>),
}

/// The decision of a security group about a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NsgDecision<'r> {
    Allowed(&'r SecurityRule),
    Denied(&'r SecurityRule),
    /// The first rule decides if it matches, otherwise the second rule.
    Depends {
        doubtful: &'r SecurityRule,
        why: String,
        otherwise: &'r SecurityRule,
    },
    /// No rule decides, because the default rules are missing.
    Undecided,
}

/// Returns the decision of a security group about a connection.
pub fn decide_outbound<'r>(group: &'r SecurityGroup, flow: &Flow) -> NsgDecision<'r> {
    let mut doubts: Vec<(&SecurityRule, String)> = Vec::new();
    for rule in &group.outbound_rules {
        match (match_rule(rule, flow), allows(rule)) {
            (Tristate::No, _) => {}
            (Tristate::Unknown(why), _) => doubts.push((rule, why)),
            (Tristate::Yes, None) => {
                let why = format!("its access is `{}`, which is not known here", rule.access);
                doubts.push((rule, why));
            }
            (Tristate::Yes, Some(allowed)) => return resolve_uncertain(rule, allowed, doubts),
        }
    }
    NsgDecision::Undecided
}

fn resolve_uncertain<'r>(
    rule: &'r SecurityRule,
    allowed: bool,
    doubts: Vec<(&'r SecurityRule, String)>,
) -> NsgDecision<'r> {
    let differs = doubts
        .into_iter()
        .find(|(doubtful, _)| allows(doubtful) != Some(allowed));
    match (differs, allowed) {
        (Some((doubtful, why)), _) => NsgDecision::Depends {
            doubtful,
            why,
            otherwise: rule,
        },
        (None, true) => NsgDecision::Allowed(rule),
        (None, false) => NsgDecision::Denied(rule),
    }
}

/// Returns whether the rule allows matching traffic. `None` if this version does not know the access type.
pub fn allows(rule: &SecurityRule) -> Option<bool> {
    match rule.access.to_ascii_lowercase().as_str() {
        "allow" => Some(true),
        "deny" => Some(false),
        _ => None,
    }
}

fn match_rule(rule: &SecurityRule, flow: &Flow) -> Tristate {
    match_direction(&rule.direction)
        .and(|| match_protocol(&rule.protocol))
        .and(|| ports::contain_port(&rule.destination.ports, flow.port))
        .and(|| ports::contain_ephemeral_ports(&rule.source.ports))
        .and(|| match_source(&rule.source, flow))
        .and(|| match_destination(&rule.destination, flow))
}

fn match_direction(direction: &str) -> Tristate {
    if direction.eq_ignore_ascii_case("Outbound") {
        Tristate::Yes
    } else {
        Tristate::Unknown(format!(
            "its direction is `{direction}`, which is not known here"
        ))
    }
}

fn match_protocol(protocol: &str) -> Tristate {
    match protocol.to_ascii_lowercase().as_str() {
        "*" | "tcp" => Tristate::Yes,
        "udp" | "icmp" | "esp" | "ah" => Tristate::No,
        _ => Tristate::Unknown(format!(
            "its protocol is `{protocol}`, which is not known here"
        )),
    }
}

fn unknown_group_members() -> Tristate {
    Tristate::Unknown("it names an application security group".to_owned())
}

/// Returns whether a rule's source covers every address of the subnet.
fn match_source(end: &RuleEndpoint, flow: &Flow) -> Tristate {
    if end.has_application_groups {
        return unknown_group_members();
    }
    let is_v6 = matches!(flow.to, Destination::Address(IpAddr::V6(_)));
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
        return Tristate::Yes;
    }
    let touches = |net: &IpNet| {
        subnet
            .iter()
            .any(|own| own.contains(net) || net.contains(own))
    };
    let partial_match = if nets.iter().any(touches) {
        Tristate::Unknown("its source is a part of the subnet only".to_owned())
    } else {
        Tristate::No
    };
    Tristate::any_address(end, |tag, shown| match tag {
        "*" | "virtualnetwork" => Tristate::Yes,
        _ if parse_prefix(tag).is_some() => partial_match.clone(),
        "internet" | "azureloadbalancer" => Tristate::No,
        tag if is_known_service_tag(tag) => Tristate::No,
        _ => unknown_tag_addresses(shown),
    })
}

fn match_destination(end: &RuleEndpoint, flow: &Flow) -> Tristate {
    match &flow.to {
        Destination::Address(address) => match_address(end, *address, &flow.in_virtual_network),
        Destination::Service(tag, region) => {
            match_service(end, tag, region.as_deref(), &flow.in_virtual_network)
        }
    }
}

fn match_address(end: &RuleEndpoint, address: IpAddr, in_vnet: &Tristate) -> Tristate {
    if end.has_application_groups {
        return unknown_group_members();
    }
    // The address of Azure platform services, such as DNS and health probes.
    let platform = IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16));
    Tristate::any_address(end, |tag, shown| match (tag, parse_prefix(tag)) {
        ("*", _) => Tristate::Yes,
        (_, Some(net)) => Tristate::from(net.contains(&address)),
        ("virtualnetwork", _) => in_vnet.clone(),
        ("internet", _) if is_private_address(address) => Tristate::No,
        ("internet", _) => in_vnet.not(),
        ("azureloadbalancer", _) => Tristate::from(address == platform),
        // A source database is neither Azure Storage nor Microsoft Entra ID.
        (tag, _) if is_known_service_tag(tag) => Tristate::No,
        _ => unknown_tag_addresses(shown),
    })
}

fn match_service(
    end: &RuleEndpoint,
    service: &str,
    region: Option<&str>,
    in_vnet: &Tristate,
) -> Tristate {
    if end.has_application_groups {
        return Tristate::No;
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
        return Tristate::Yes;
    }
    Tristate::any_address(end, |tag, shown| match (tag, parse_prefix(tag)) {
        ("*" | "internet", _) => Tristate::Yes,
        (_, Some(net)) if is_private_address(net.addr()) && is_private_address(net.broadcast()) => {
            Tristate::No
        }
        (_, Some(IpNet::V6(_))) => Tristate::No,
        (_, Some(_)) => Tristate::Unknown(format!("`{tag}` may hold addresses of `{service}`")),
        ("virtualnetwork", _) => in_vnet.clone(),
        ("azureloadbalancer", _) => Tristate::No,
        _ => match_service_tag(shown, service, region),
    })
}

/// Compares a service tag such as `storage` or `storage.germanywestcentral` with a service and its region.
fn match_service_tag(tag: &str, service: &str, region: Option<&str>) -> Tristate {
    let (name, tag_region) = tag
        .split_once('.')
        .map_or((tag, None), |(n, r)| (n, Some(r)));
    let is_service_match = name.eq_ignore_ascii_case(service);
    match (is_service_match, tag_region, region) {
        (true, None, _) => Tristate::Yes,
        (true, Some(theirs), Some(ours)) => Tristate::from(theirs.eq_ignore_ascii_case(ours)),
        (true, Some(_), None) => Tristate::Unknown("the server's region is not known".to_owned()),
        (false, ..) if is_known_service_tag(&name.to_ascii_lowercase()) => Tristate::No,
        (false, ..) => unknown_tag_addresses(tag),
    }
}

/// Returns whether the tag's addresses never belong to a subnet, a source, or another of these services.
fn is_known_service_tag(tag: &str) -> bool {
    let name = tag.split('.').next().unwrap_or(tag);
    ["storage", "azureactivedirectory"].contains(&name)
}

fn unknown_tag_addresses(tag: &str) -> Tristate {
    Tristate::Unknown(format!("it depends on the service tag `{tag}`"))
}
