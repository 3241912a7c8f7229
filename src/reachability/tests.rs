//! Tests network security groups against a model that checks every address, and edge cases of ports and service tags.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use proptest::prelude::*;

use super::nsg::{Destination, Flow, NsgDecision, decide_outbound};
use super::ports;
use super::tristate::Tristate;
use crate::facts::network::azure_network::security_group::{
    RuleEndpoint, SecurityGroup, SecurityRule,
};

const PREFIXES: [&str; 8] = [
    "*",
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/28",
    "10.1.0.0/29",
    "10.1.0.8/29",
    "10.2.0.0/24",
    "10.2.0.7/32",
];
const PORTS: [&str; 6] = ["*", "5432", "5000-6000", "1-1023", "1024-65535", "6432"];
const SUBNET: &str = "10.1.0.0/28";

fn samples_of(all: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select(all), 1..3)
        .prop_map(|v| v.into_iter().map(str::to_owned).collect())
}

fn any_rule() -> impl Strategy<Value = SecurityRule> {
    let protocol = prop::sample::select(vec!["*", "Tcp", "tcp", "Udp", "Icmp"]);
    let ends = (
        samples_of(&PREFIXES),
        samples_of(&PORTS),
        samples_of(&PREFIXES),
        samples_of(&PORTS),
    );
    (any::<bool>(), protocol, ends).prop_map(
        |(allows, protocol, (from, from_ports, to, to_ports))| {
            let end = |addresses, ports| RuleEndpoint {
                addresses,
                ports,
                has_application_groups: false,
            };
            SecurityRule {
                name: "rule".to_owned(),
                priority: 0,
                is_default: false,
                direction: "Outbound".to_owned(),
                access: if allows { "Allow" } else { "Deny" }.to_owned(),
                protocol: protocol.to_owned(),
                source: end(from, from_ports),
                destination: end(to, to_ports),
            }
        },
    )
}

fn group_with(mut rules: Vec<SecurityRule>) -> SecurityGroup {
    rules.push(SecurityRule {
        source: any_end(),
        destination: any_end(),
        ..rule_with_access("Deny")
    });
    for (at, any_rule) in rules.iter_mut().enumerate() {
        any_rule.priority = 100 + u32::try_from(at).expect("few rules");
    }
    let id =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n";
    SecurityGroup {
        id: id.parse().expect("an id"),
        rule_names: Vec::new(),
        outbound_rules: rules,
    }
}

fn any_end() -> RuleEndpoint {
    end_of("*", "*")
}

fn end_of(address: &str, port: &str) -> RuleEndpoint {
    RuleEndpoint {
        addresses: vec![address.to_owned()],
        ports: vec![port.to_owned()],
        has_application_groups: false,
    }
}

fn rule_with_access(access: &str) -> SecurityRule {
    SecurityRule {
        name: access.to_owned(),
        priority: 100,
        is_default: false,
        direction: "outbound".to_owned(),
        access: access.to_owned(),
        protocol: "*".to_owned(),
        source: any_end(),
        destination: any_end(),
    }
}

/// Reference model: evaluates one packet exactly as Azure documents it.
fn model_allows(
    group: &SecurityGroup,
    from: Ipv4Addr,
    from_port: u16,
    to: Ipv4Addr,
    port: u16,
) -> bool {
    let holds = |addresses: &[String], ip: Ipv4Addr| {
        let in_net = |a: &String| a == "*" || a.parse::<Ipv4Net>().is_ok_and(|n| n.contains(&ip));
        addresses.iter().any(in_net)
    };
    let in_range = |range: &String, port: u16| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        range == "*"
            || (first.parse::<u16>().expect("a port") <= port
                && port <= last.parse::<u16>().expect("a port"))
    };
    let first = group.outbound_rules.iter().find(|r| {
        ["*", "tcp"].contains(&r.protocol.to_lowercase().as_str())
            && holds(&r.source.addresses, from)
            && holds(&r.destination.addresses, to)
            && r.source.ports.iter().any(|p| in_range(p, from_port))
            && r.destination.ports.iter().any(|p| in_range(p, port))
    });
    first.expect("the last rule matches").access == "Allow"
}

fn flow_from(from: &[IpNet], to: Ipv4Addr, port: u16) -> Flow<'_> {
    Flow {
        from,
        to: Destination::Address(IpAddr::V4(to)),
        port,
        in_virtual_network: Tristate::Yes,
    }
}

proptest! {
    #[test]
    fn a_certain_decision_is_correct_for_every_address_and_port(
        rules in prop::collection::vec(any_rule(), 0..6),
        host in 0u8..16,
        port in prop::sample::select(vec![22u16, 5432, 6432]),
    ) {
        let group = group_with(rules);
        let subnet: Vec<IpNet> = vec![SUBNET.parse().expect("a prefix")];
        let to = Ipv4Addr::new(10, 2, 0, host);
        let ruling = decide_outbound(&group, &flow_from(&subnet, to, port));
        let mut seen = Vec::new();
        for last in 0..16 {
            for from_port in [1024, 40_000, u16::MAX] {
                seen.push(model_allows(&group, Ipv4Addr::new(10, 1, 0, last), from_port, to, port));
            }
        }
        match ruling {
            NsgDecision::Allowed(_) => prop_assert!(seen.iter().all(|s| *s)),
            NsgDecision::Denied(_) => prop_assert!(seen.iter().all(|s| !*s)),
            NsgDecision::Depends { .. } => {
                let is_partial = group.outbound_rules.iter().any(|r| r.source != any_end());
                prop_assert!(is_partial, "nothing here is open to doubt");
            }
            NsgDecision::Undecided => prop_assert!(false, "the last rule decides"),
        }
    }
}

#[test]
fn port_ranges_match_fixed_and_ephemeral_ports() {
    let hold = |ports: &[&str], port| {
        ports::contain_port(
            &ports.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(),
            port,
        )
    };
    assert_eq!(hold(&["*"], 5432), Tristate::Yes);
    assert_eq!(hold(&["1-100", " 5000 - 5999 "], 5432), Tristate::Yes);
    assert_eq!(hold(&["5433", "6000-5000"], 5000), {
        Tristate::Unknown("its ports are `5433`, `6000-5000`".to_owned())
    });
    assert_eq!(hold(&["5433"], 5432), Tristate::No);
    assert!(matches!(hold(&["postgres"], 5432), Tristate::Unknown(_)));
    assert!(matches!(hold(&[], 5432), Tristate::Unknown(_)));
    let own = |p: &[&str]| {
        ports::contain_ephemeral_ports(&p.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(own(&["1000-40000", "40001-65535"]), Tristate::Yes);
    assert!(matches!(own(&["1000-40000"]), Tristate::Unknown(_)));
    assert_eq!(own(&["80"]), Tristate::No);
}

/// Returns whether a single deny rule for this tag blocks a connection from the subnet. `None` if this is unknown.
fn is_denied_by_tag(tag: &str, to: Destination, in_network: Tristate) -> Option<bool> {
    let deny = SecurityRule {
        destination: end_of(tag, "*"),
        ..rule_with_access("Deny")
    };
    let group = group_with(vec![deny, rule_with_access("Allow")]);
    let subnet: Vec<IpNet> = vec![SUBNET.parse().expect("a prefix")];
    let flow = Flow {
        from: &subnet,
        to,
        port: 443,
        in_virtual_network: in_network,
    };
    match decide_outbound(&group, &flow) {
        NsgDecision::Allowed(_) => Some(false),
        NsgDecision::Denied(_) => Some(true),
        _ => None,
    }
}

#[test]
fn service_tags_match_only_their_own_destinations() {
    let address = |text: &str| Destination::Address(text.parse().expect("an address"));
    let storage = || Destination::Service("Storage", Some("germanywestcentral".to_owned()));
    let rows = [
        (
            "VirtualNetwork",
            address("10.9.0.1"),
            Tristate::Yes,
            Some(true),
        ),
        (
            "virtualnetwork",
            address("203.0.113.9"),
            Tristate::No,
            Some(false),
        ),
        ("Internet", address("10.9.0.1"), Tristate::Yes, Some(false)),
        ("INTERNET", address("203.0.113.9"), Tristate::No, Some(true)),
        (
            "AzureLoadBalancer",
            address("203.0.113.9"),
            Tristate::No,
            Some(false),
        ),
        ("Storage", address("203.0.113.9"), Tristate::No, Some(false)),
        (
            "AzureActiveDirectory",
            address("10.9.0.1"),
            Tristate::Yes,
            Some(false),
        ),
        ("Sql.WestEurope", address("203.0.113.9"), Tristate::No, None),
        (
            "203.0.113.0/24",
            address("203.0.113.9"),
            Tristate::No,
            Some(true),
        ),
        ("Storage", storage(), Tristate::No, Some(true)),
        (
            "storage.GermanyWestCentral",
            storage(),
            Tristate::No,
            Some(true),
        ),
        ("Storage.WestEurope", storage(), Tristate::No, Some(false)),
        ("AzureActiveDirectory", storage(), Tristate::No, Some(false)),
        ("Internet", storage(), Tristate::No, Some(true)),
        ("VirtualNetwork", storage(), Tristate::No, Some(false)),
        ("10.0.0.0/8", storage(), Tristate::No, Some(false)),
        ("20.0.0.0/8", storage(), Tristate::No, None),
        ("AzureCloud", storage(), Tristate::No, None),
    ];
    for (tag, to, in_network, denied) in rows {
        let shown = format!("{tag} {to:?}");
        assert_eq!(is_denied_by_tag(tag, to, in_network), denied, "{shown}");
    }
}
