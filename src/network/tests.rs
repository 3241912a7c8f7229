//! Tests network security groups against a model that checks every address, and edge cases of ports and service tags.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use proptest::prelude::*;

use super::matching::Match;
use super::ports;
use super::security::{Flow, Ruling, To, outbound};
use crate::facts::path::security_group::{End, Rule, SecurityGroup};

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

fn some_of(all: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select(all), 1..3)
        .prop_map(|v| v.into_iter().map(str::to_owned).collect())
}

fn rule() -> impl Strategy<Value = Rule> {
    let protocol = prop::sample::select(vec!["*", "Tcp", "tcp", "Udp", "Icmp"]);
    let ends = (
        some_of(&PREFIXES),
        some_of(&PORTS),
        some_of(&PREFIXES),
        some_of(&PORTS),
    );
    (any::<bool>(), protocol, ends).prop_map(
        |(allows, protocol, (from, from_ports, to, to_ports))| {
            let end = |addresses, ports| End {
                addresses,
                ports,
                has_groups: false,
            };
            Rule {
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

fn group(mut rules: Vec<Rule>) -> SecurityGroup {
    rules.push(Rule {
        source: any_end(),
        destination: any_end(),
        ..base("Deny")
    });
    for (at, rule) in rules.iter_mut().enumerate() {
        rule.priority = 100 + u32::try_from(at).expect("few rules");
    }
    let id =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n";
    SecurityGroup {
        id: id.parse().expect("an id"),
        names: Vec::new(),
        outbound: rules,
    }
}

fn any_end() -> End {
    end("*", "*")
}

fn end(address: &str, port: &str) -> End {
    End {
        addresses: vec![address.to_owned()],
        ports: vec![port.to_owned()],
        has_groups: false,
    }
}

fn base(access: &str) -> Rule {
    Rule {
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
fn model(group: &SecurityGroup, from: Ipv4Addr, from_port: u16, to: Ipv4Addr, port: u16) -> bool {
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
    let first = group.outbound.iter().find(|r| {
        ["*", "tcp"].contains(&r.protocol.to_lowercase().as_str())
            && holds(&r.source.addresses, from)
            && holds(&r.destination.addresses, to)
            && r.source.ports.iter().any(|p| in_range(p, from_port))
            && r.destination.ports.iter().any(|p| in_range(p, port))
    });
    first.expect("the last rule matches").access == "Allow"
}

fn flow(from: &[IpNet], to: Ipv4Addr, port: u16) -> Flow<'_> {
    Flow {
        from,
        to: To::Address(IpAddr::V4(to)),
        port,
        in_virtual_network: Match::Yes,
    }
}

proptest! {
    #[test]
    fn a_certain_decision_is_correct_for_every_address_and_port(
        rules in prop::collection::vec(rule(), 0..6),
        host in 0u8..16,
        port in prop::sample::select(vec![22u16, 5432, 6432]),
    ) {
        let group = group(rules);
        let subnet: Vec<IpNet> = vec![SUBNET.parse().expect("a prefix")];
        let to = Ipv4Addr::new(10, 2, 0, host);
        let ruling = outbound(&group, &flow(&subnet, to, port));
        let mut seen = Vec::new();
        for last in 0..16 {
            for from_port in [1024, 40_000, u16::MAX] {
                seen.push(model(&group, Ipv4Addr::new(10, 1, 0, last), from_port, to, port));
            }
        }
        match ruling {
            Ruling::Allowed(_) => prop_assert!(seen.iter().all(|s| *s)),
            Ruling::Denied(_) => prop_assert!(seen.iter().all(|s| !*s)),
            Ruling::Depends { .. } => {
                let is_partial = group.outbound.iter().any(|r| r.source != any_end());
                prop_assert!(is_partial, "nothing here is open to doubt");
            }
            Ruling::Open => prop_assert!(false, "the last rule decides"),
        }
    }
}

#[test]
fn port_ranges_match_fixed_and_ephemeral_ports() {
    let hold = |ports: &[&str], port| {
        ports::hold(
            &ports.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(),
            port,
        )
    };
    assert_eq!(hold(&["*"], 5432), Match::Yes);
    assert_eq!(hold(&["1-100", " 5000 - 5999 "], 5432), Match::Yes);
    assert_eq!(hold(&["5433", "6000-5000"], 5000), {
        Match::Maybe("its ports are `5433`, `6000-5000`".to_owned())
    });
    assert_eq!(hold(&["5433"], 5432), Match::No);
    assert!(matches!(hold(&["postgres"], 5432), Match::Maybe(_)));
    assert!(matches!(hold(&[], 5432), Match::Maybe(_)));
    let own =
        |p: &[&str]| ports::hold_ephemeral(&p.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>());
    assert_eq!(own(&["1000-40000", "40001-65535"]), Match::Yes);
    assert!(matches!(own(&["1000-40000"]), Match::Maybe(_)));
    assert_eq!(own(&["80"]), Match::No);
}

/// Returns whether a single deny rule for this tag blocks a connection from the subnet. `None` if this is unknown.
fn denies(tag: &str, to: To, in_network: Match) -> Option<bool> {
    let deny = Rule {
        destination: end(tag, "*"),
        ..base("Deny")
    };
    let group = group(vec![deny, base("Allow")]);
    let subnet: Vec<IpNet> = vec![SUBNET.parse().expect("a prefix")];
    let flow = Flow {
        from: &subnet,
        to,
        port: 443,
        in_virtual_network: in_network,
    };
    match outbound(&group, &flow) {
        Ruling::Allowed(_) => Some(false),
        Ruling::Denied(_) => Some(true),
        _ => None,
    }
}

#[test]
fn service_tags_match_only_their_own_destinations() {
    let address = |text: &str| To::Address(text.parse().expect("an address"));
    let storage = || To::Service("Storage", Some("germanywestcentral".to_owned()));
    let rows = [
        (
            "VirtualNetwork",
            address("10.9.0.1"),
            Match::Yes,
            Some(true),
        ),
        (
            "virtualnetwork",
            address("203.0.113.9"),
            Match::No,
            Some(false),
        ),
        ("Internet", address("10.9.0.1"), Match::Yes, Some(false)),
        ("INTERNET", address("203.0.113.9"), Match::No, Some(true)),
        (
            "AzureLoadBalancer",
            address("203.0.113.9"),
            Match::No,
            Some(false),
        ),
        ("Storage", address("203.0.113.9"), Match::No, Some(false)),
        (
            "AzureActiveDirectory",
            address("10.9.0.1"),
            Match::Yes,
            Some(false),
        ),
        ("Sql.WestEurope", address("203.0.113.9"), Match::No, None),
        (
            "203.0.113.0/24",
            address("203.0.113.9"),
            Match::No,
            Some(true),
        ),
        ("Storage", storage(), Match::No, Some(true)),
        (
            "storage.GermanyWestCentral",
            storage(),
            Match::No,
            Some(true),
        ),
        ("Storage.WestEurope", storage(), Match::No, Some(false)),
        ("AzureActiveDirectory", storage(), Match::No, Some(false)),
        ("Internet", storage(), Match::No, Some(true)),
        ("VirtualNetwork", storage(), Match::No, Some(false)),
        ("10.0.0.0/8", storage(), Match::No, Some(false)),
        ("20.0.0.0/8", storage(), Match::No, None),
        ("AzureCloud", storage(), Match::No, None),
    ];
    for (tag, to, in_network, denied) in rows {
        let shown = format!("{tag} {to:?}");
        assert_eq!(denies(tag, to, in_network), denied, "{shown}");
    }
}
