//! Calculates the share of public addresses that a server's firewall allows. Overlapping rules count once.
//!
//! The limit for a finding is in `checks::network`.

use std::net::Ipv4Addr;

use crate::facts::network::azure_network::firewall::FirewallRule;

/// Address ranges without public hosts, in order and without overlap: private, shared and reserved networks, loopback,
/// link-local, multicast.
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
const NON_PUBLIC_RANGES: [(Ipv4Addr, Ipv4Addr); 8] = [
    (Ipv4Addr::UNSPECIFIED, Ipv4Addr::new(0, 255, 255, 255)),
    (Ipv4Addr::new(10, 0, 0, 0), Ipv4Addr::new(10, 255, 255, 255)),
    (
        Ipv4Addr::new(100, 64, 0, 0),
        Ipv4Addr::new(100, 127, 255, 255),
    ),
    (
        Ipv4Addr::new(127, 0, 0, 0),
        Ipv4Addr::new(127, 255, 255, 255),
    ),
    (
        Ipv4Addr::new(169, 254, 0, 0),
        Ipv4Addr::new(169, 254, 255, 255),
    ),
    (
        Ipv4Addr::new(172, 16, 0, 0),
        Ipv4Addr::new(172, 31, 255, 255),
    ),
    (
        Ipv4Addr::new(192, 168, 0, 0),
        Ipv4Addr::new(192, 168, 255, 255),
    ),
    (Ipv4Addr::new(224, 0, 0, 0), Ipv4Addr::BROADCAST),
];

/// Returns the percentage of public addresses that these rules allow, rounded down.
pub fn percent_of_internet_allowed<'r>(rules: impl IntoIterator<Item = &'r FirewallRule>) -> u64 {
    let mut ranges: Vec<(u64, u64)> = rules
        .into_iter()
        .map(|rule| (address_number(rule.start), address_number(rule.end)))
        .collect();
    ranges.sort_unstable();
    let (mut allowed, mut next) = (0, 0);
    for (first, last) in ranges {
        allowed += public_addresses_in(first.max(next), last);
        next = next.max(last + 1);
    }
    allowed * 100 / public_addresses_in(0, u64::from(u32::MAX))
}

/// Returns the number of public addresses in a range, including both ends. A range that ends before it starts has none.
fn public_addresses_in(first: u64, last: u64) -> u64 {
    let overlap = |(from, to): &(Ipv4Addr, Ipv4Addr)| {
        let (from, to) = (
            address_number(*from).max(first),
            address_number(*to).min(last),
        );
        (to + 1).saturating_sub(from)
    };
    let non_public: u64 = NON_PUBLIC_RANGES.iter().map(overlap).sum();
    (last + 1).saturating_sub(first) - non_public
}

fn address_number(address: Ipv4Addr) -> u64 {
    u64::from(u32::from(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent_of(ranges: &[(&str, &str)]) -> u64 {
        let rule = |(start, end): &(&str, &str)| FirewallRule {
            name: "rule".to_owned(),
            start: start.parse().expect("an address"),
            end: end.parse().expect("an address"),
        };
        let rules: Vec<FirewallRule> = ranges.iter().map(rule).collect();
        percent_of_internet_allowed(&rules)
    }

    #[test]
    fn every_public_address_counts_once() {
        assert_eq!(percent_of(&[("0.0.0.0", "255.255.255.255")]), 100);
        assert_eq!(percent_of(&[("1.0.0.0", "223.255.255.255")]), 100);
        assert_eq!(percent_of(&[("1.0.0.0", "223.255.255.254")]), 99);
        assert_eq!(percent_of(&[("0.0.0.0", "127.255.255.255")]), 56);
        let halves = [
            ("128.0.0.0", "255.255.255.255"),
            ("0.0.0.0", "127.255.255.255"),
        ];
        assert_eq!(percent_of(&halves), 100);
        let lower = ("0.0.0.0", "127.255.255.255");
        assert_eq!(percent_of(&[lower, lower, ("8.8.8.8", "9.9.9.9")]), 56);
        assert_eq!(percent_of(&[("10.0.0.0", "10.255.255.255")]), 0);
        assert_eq!(percent_of(&[("9.0.0.0", "8.0.0.0")]), 0);
        assert_eq!(percent_of(&[]), 0);
    }
}
