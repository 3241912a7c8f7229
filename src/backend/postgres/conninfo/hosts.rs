//! Parses the host list of a connection string.

use std::net::IpAddr;

use super::ConninfoError;
use super::connection_string::ConninfoParameters;
use super::libpq_paths::default_host;

/// A host of the connection string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerEndpoint {
    /// Name, address or socket directory. Server certificates are verified against it. Empty if only `address` is set.
    pub(crate) host: String,
    /// Value of `hostaddr`.
    pub(crate) address: Option<IpAddr>,
    pub(crate) port: u16,
}

impl ServerEndpoint {
    /// Host or address, as used in messages and password files.
    pub(crate) fn display_name(&self) -> String {
        match self.address {
            Some(address) if self.host.is_empty() => address.to_string(),
            _ => self.host.clone(),
        }
    }

    /// Whether the host is a Unix-domain socket: a directory, or `@` for the abstract namespace of Linux.
    pub(crate) fn is_socket(&self) -> bool {
        self.address.is_none() && self.host.starts_with(['/', '@'])
    }
}

pub(crate) fn parse_endpoints(
    settings: &ConninfoParameters,
) -> Result<Vec<ServerEndpoint>, ConninfoError> {
    let list = |keyword| {
        settings
            .get(keyword)
            .map(|v| v.split(',').map(str::trim).collect::<Vec<_>>())
    };
    let (hosts, addresses) = (list("host"), list("hostaddr"));
    let ports = list("port").unwrap_or_default();
    let count = addresses.as_ref().or(hosts.as_ref()).map_or(1, Vec::len);
    check_count("host", hosts.as_ref().map_or(count, Vec::len), count)?;
    if ports.len() > 1 {
        check_count("port", ports.len(), count)?;
    }
    (0..count)
        .map(|at| {
            let port = parse_port(ports.get(at).or(ports.first()).copied().unwrap_or_default())?;
            let address = addresses.as_ref().map_or("", |list| list[at]);
            parse_endpoint(hosts.as_ref().map_or("", |list| list[at]), address, port)
        })
        .collect()
}

fn parse_endpoint(host: &str, address: &str, port: u16) -> Result<ServerEndpoint, ConninfoError> {
    let address = match address {
        "" => None,
        text => Some(text.parse().map_err(|_| ConninfoError::InvalidValue {
            keyword: "hostaddr",
            expected: "an IPv4 or IPv6 address",
        })?),
    };
    let host = match host {
        "" if address.is_none() => default_host(port),
        host => host.to_owned(),
    };
    Ok(ServerEndpoint {
        host,
        address,
        port,
    })
}

fn check_count(keyword: &'static str, given: usize, hosts: usize) -> Result<(), ConninfoError> {
    (given == hosts)
        .then_some(())
        .ok_or(ConninfoError::CountMismatch {
            keyword,
            given,
            hosts,
        })
}

fn parse_port(text: &str) -> Result<u16, ConninfoError> {
    match text {
        "" => Ok(5432),
        text => text.parse().ok().filter(|port| *port > 0).ok_or(ConninfoError::InvalidValue {
            keyword: "port",
            expected: "a number from 1 to 65535; a `/`, `:` or `@` inside a password is written `%2F`, `%3A` or `%40` in a URI",
        }),
    }
}
