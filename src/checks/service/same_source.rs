//! Determines whether a past migration of the service used the same source. Databases are not compared here.

use std::net::IpAddr;

use crate::config::SourceServer;
use crate::facts::{Fact, Facts, Missing};

/// Returns whether any of `names` is the source. A name is a resource ID, `host:port@user` or a host. It matches the
/// configured host, the address for the service, or a resolved IP address of that address.
///
/// # Errors
///
/// Returns an error if a name is an IP address and the source's addresses are not known, or if the ports differ and the
/// server's own port is not known.
pub(super) fn is_source(facts: &Facts, source: &SourceServer, names: &[String]) -> Fact<bool> {
    let id = source.azure_id.as_ref().map(|id| id.path());
    let mut unknown = None;
    for name in names {
        let place = name
            .rsplit_once('@')
            .map_or(name.as_str(), |(place, _)| place);
        if id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(place)) {
            return Ok(true);
        }
        match is_source_address(facts, source, place) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(missing) => unknown = Some(missing),
        }
    }
    unknown.map_or(Ok(false), Err)
}

fn is_source_address(facts: &Facts, source: &SourceServer, address: &str) -> Fact<bool> {
    let (host, port) = split_host_port(address);
    if !is_source_host(facts, source, host)? {
        return Ok(false);
    }
    match port {
        Some(port) if port != source.port => {
            // Through a tunnel, the configured port differs from the server's own port.
            let session = facts.session.as_ref().map_err(Missing::clone)?;
            Ok(session.server_port == Some(port))
        }
        _ => Ok(true),
    }
}

fn is_source_host(facts: &Facts, source: &SourceServer, host: &str) -> Fact<bool> {
    let own = [source.host.as_str(), source.service_address()];
    if own
        .iter()
        .any(|own| strip_brackets(own).eq_ignore_ascii_case(host))
    {
        return Ok(true);
    }
    let Ok(address) = host.parse::<IpAddr>() else {
        return Ok(false);
    };
    let resolved = facts
        .source_network
        .as_ref()
        .and_then(|r| r.addresses.as_ref());
    Ok(resolved.map_err(Missing::clone)?.contains(&address))
}

/// Splits an address into host and port. An IPv6 address with a port is in brackets.
fn split_host_port(address: &str) -> (&str, Option<u16>) {
    let host_and_port = address.rsplit_once(':').and_then(|(host, port)| {
        let is_whole = !host.contains(':') || host.ends_with(']');
        Some((host, port.parse().ok()?)).filter(|_| is_whole)
    });
    host_and_port.map_or((strip_brackets(address), None), |(host, port)| {
        (strip_brackets(host), Some(port))
    })
}

fn strip_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_split_into_host_and_port() {
        assert_eq!(
            split_host_port("db.example:5432"),
            ("db.example", Some(5432))
        );
        assert_eq!(split_host_port("db.example"), ("db.example", None));
        assert_eq!(split_host_port("10.0.0.5:6432"), ("10.0.0.5", Some(6432)));
        assert_eq!(split_host_port("[fd00::1]:5432"), ("fd00::1", Some(5432)));
        assert_eq!(split_host_port("fd00::1"), ("fd00::1", None));
    }
}
