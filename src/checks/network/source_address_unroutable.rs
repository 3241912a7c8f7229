//! An address that works for this tool does not necessarily work for the service. Since 0.1.0.
//!
//! The check detects tunnels, proxies, container ports and sockets.

use super::source;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, OfficialRule, Severity};
use crate::facts::Facts;
use crate::facts::network::source_network::{HostKind, is_local_only};

pub const CHECK: Check = Check {
    id: "source-address-unroutable",
    title: "The source's address means nothing to the service",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Plan,
    mode: None,
    official: &[OfficialRule::ServiceError(603000)],
    why: "The service connects from the target's network. A loopback or link-local address, a socket or a local name leads \
          it to itself or nowhere: what is judged here of the way to the source is not the way that it will go.",
    fix: "Say `--source-address` (in a plan: `source_address`) with the name or address that the service will use.",
    verify: "SELECT inet_server_addr(), inet_server_port()",
    link: "https://learn.microsoft.com/azure/postgresql/migrate/migration-service/how-to-network-setup-migration-service",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let source = source(facts)?;
    let address = HostKind::parse(source.service_address());
    let Some(what) = local_only_reason(&address, facts)? else {
        return Ok(Findings::none());
    };
    if source.address.is_some() {
        let message = format!("{what}, and it is given as the address that the service will use");
        return Ok(Finding::new(Object::Server, message)
            .with_evidence("source_address", source.service_address())
            .into());
    }
    let mut finding = Finding::new(
        Object::Server,
        format!("{what}{}", describe_forwarder(facts)),
    )
    .with_evidence("host", &source.host)
    .with_severity(Severity::Warning);
    if let Some(own) = server_address(facts) {
        finding = finding.with_evidence("the server's own address", own);
    }
    Ok(finding.into())
}

/// Returns why only this machine or its local network can use the address.
fn local_only_reason(
    address: &HostKind,
    facts: &Facts,
) -> Result<Option<String>, crate::checks::Inconclusive> {
    let local = match address {
        // `source-host-not-an-address` reports this.
        HostKind::CloudInstance(_) => return Ok(None),
        HostKind::UnixSocket(_) => true,
        HostKind::Ip(ip) => is_local_only(*ip),
        HostKind::DnsName(_) if address.is_local_name() => true,
        HostKind::DnsName(_) => {
            let resolved = facts.source_network.as_ref()?.addresses.as_ref()?;
            resolved.iter().all(|ip| is_local_only(*ip))
        }
    };
    Ok(local.then(|| format!("{address} can be used on this machine or its link only")))
}

/// Describes what accepts connections at a local address, as far as the server's view of the connection shows it.
fn describe_forwarder(facts: &Facts) -> String {
    let (Ok(connection), Ok(session)) = (&facts.connection, &facts.session) else {
        return String::new();
    };
    let Some(peer) = &connection.peer_address else {
        return ": it is a socket of the server's own machine".to_owned();
    };
    if connection.direct == Some(false) {
        return ": a pooler answers there".to_owned();
    }
    let same_port = connection.peer_port == session.server_port;
    if session.server_address.as_ref() == Some(peer) && same_port {
        return ": it is the server's own machine".to_owned();
    }
    ": a tunnel, a proxy or a container's port leads from there to the server".to_owned()
}

/// Returns the address at which the server accepted the connection, if other machines might reach it.
fn server_address(facts: &Facts) -> Option<String> {
    let session = facts.session.as_ref().ok()?;
    let address = session.server_address.as_ref()?;
    let ip = address.parse().ok()?;
    (!is_local_only(ip)).then(|| address.clone())
}
