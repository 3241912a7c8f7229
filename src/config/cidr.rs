//! An IP address range in CIDR notation.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// An IP address range in CIDR notation. A single address is a range with the full prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(pub IpNet);

/// The text is neither a CIDR range nor an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a prefix such as `10.1.2.0/24` nor an address")]
pub struct CidrError(String);

/// Parses an address prefix and clears its host bits. A single address is a prefix of full length.
pub fn parse_prefix(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let net = text.parse::<IpNet>().map(|net| net.trunc());
    let net = net.or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    net.ok()
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let net = parse_prefix(text);
        net.map(Cidr)
            .ok_or_else(|| CidrError(text.trim().to_owned()))
    }
}

impl TryFrom<String> for Cidr {
    type Error = CidrError;
    fn try_from(text: String) -> Result<Self, CidrError> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(prefix: Cidr) -> String {
        prefix.to_string()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_addresses_are_parsed() {
        let read = |text: &str| text.parse::<Cidr>().map(|p| p.to_string());
        assert_eq!(read("10.1.2.7/24").as_deref(), Ok("10.1.2.0/24"));
        assert_eq!(read(" 10.1.2.7 ").as_deref(), Ok("10.1.2.7/32"));
        assert_eq!(read("fd00::1").as_deref(), Ok("fd00::1/128"));
        assert!(read("10.1.2.0/33").is_err() && read("vnet-prod").is_err());
    }
}
