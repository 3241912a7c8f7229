//! Classifies a host string: socket directory, IP address, cloud instance or DNS name.

use std::fmt;
use std::net::IpAddr;

/// A host, as specified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostKind {
    /// The directory of a Unix-domain socket.
    UnixSocket(String),
    Ip(IpAddr),
    /// A Google Cloud instance: `project:region:instance`, or the path of an AlloyDB instance.
    CloudInstance(String),
    DnsName(String),
}

impl HostKind {
    pub fn parse(host: &str) -> HostKind {
        // An IPv6 zone (`fe80::1%eth0`) is only valid on the local machine.
        let bare = host.split('%').next().unwrap_or(host);
        let bare = bare.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse() {
            return HostKind::Ip(ip);
        }
        if let Some(instance) = cloud_instance(host) {
            return HostKind::CloudInstance(instance.to_owned());
        }
        if host.is_empty() || host.starts_with(['/', '@']) {
            return HostKind::UnixSocket(host.to_owned());
        }
        HostKind::DnsName(host.trim_end_matches('.').to_ascii_lowercase())
    }

    /// Whether the name only resolves on this machine, in its containers or on its local link.
    pub fn is_local_name(&self) -> bool {
        let HostKind::DnsName(name) = self else {
            return false;
        };
        let local = [".localhost", ".local", ".docker.internal", ".localdomain"];
        !name.contains('.') || local.iter().any(|end| name.ends_with(end))
    }
}

/// A Cloud SQL connection name starts with a domain if its project has one (`example.com:project:region:instance`). The
/// Cloud SQL proxy creates a socket directory of that name.
fn cloud_instance(host: &str) -> Option<&str> {
    let name = host.strip_prefix("/cloudsql/").unwrap_or(host);
    let parts: Vec<&str> = name.split(':').collect();
    let plain = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let is_cloud_sql = matches!(parts.len(), 3 | 4) && parts.iter().all(plain);
    let is_alloy_db = name.starts_with("projects/") && name.contains("/instances/");
    (is_cloud_sql || is_alloy_db).then_some(name)
}

/// Whether the address is only reachable from the same machine or the same link.
pub(crate) fn is_local_only(ip: IpAddr) -> bool {
    let link_local = match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    link_local || ip.to_canonical().is_loopback() || ip.is_unspecified()
}

impl fmt::Display for HostKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostKind::UnixSocket(path) => write!(f, "the socket in `{path}`"),
            HostKind::Ip(ip) => write!(f, "`{ip}`"),
            HostKind::CloudInstance(name) | HostKind::DnsName(name) => write!(f, "`{name}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_classified() {
        let name = |n: &str| HostKind::DnsName(n.to_owned());
        let instance = |n: &str| HostKind::CloudInstance(n.to_owned());
        assert_eq!(
            HostKind::parse("/run/postgresql"),
            HostKind::UnixSocket("/run/postgresql".to_owned())
        );
        assert_eq!(
            HostKind::parse("shop:europe-west3:orders"),
            instance("shop:europe-west3:orders")
        );
        assert_eq!(
            HostKind::parse("/cloudsql/shop:europe-west3:orders"),
            instance("shop:europe-west3:orders")
        );
        let alloy = "projects/shop/locations/europe-west3/clusters/c/instances/i";
        assert_eq!(HostKind::parse(alloy), instance(alloy));
        assert_eq!(HostKind::parse("DB.corp.example."), name("db.corp.example"));
        for ip in ["10.0.0.1", "fd00::1", "::1", "[fd00::1]", "fe80::1%eth0"] {
            assert!(matches!(HostKind::parse(ip), HostKind::Ip(_)), "{ip}");
        }
    }

    #[test]
    fn local_names_and_addresses_are_detected() {
        for local in ["localhost", "db", "host.docker.internal", "printer.local"] {
            assert!(HostKind::parse(local).is_local_name(), "{local}");
        }
        assert!(!HostKind::parse("db.corp.example").is_local_name());
        assert!(!HostKind::parse("10.0.0.1").is_local_name());
        for ip in [
            "127.0.0.2",
            "::1",
            "169.254.1.1",
            "fe80::1",
            "0.0.0.0",
            "::ffff:127.0.0.1",
        ] {
            assert!(is_local_only(ip.parse().unwrap()), "{ip}");
        }
        assert!(!is_local_only("10.0.0.1".parse().unwrap()));
    }
}
