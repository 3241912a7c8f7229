//! Network exposure of the source: what the user specified, otherwise derived from its address.

use std::net::IpAddr;

use super::source_network::HostKind;
use crate::config::{SourceExposure, SourceServer};
use crate::facts::{Fact, Facts, Missing};

/// Exposure of the source, and how it was determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExposureEvidence {
    pub exposure: SourceExposure,
    /// `true` if the user specified it, `false` if derived from the address.
    pub is_specified: bool,
    pub address: Option<IpAddr>,
}

/// The exposure of the source. Unknown if this program connected over loopback or a socket, because the service uses
/// another address.
pub fn source_exposure(facts: &Facts) -> Fact<ExposureEvidence> {
    let source = facts
        .migration
        .source
        .as_ref()
        .ok_or_else(Missing::no_source)?;
    let address = observed_address(facts);
    if let Some(exposure) = source.exposure {
        return Ok(ExposureEvidence {
            exposure,
            is_specified: true,
            address: address.ok(),
        });
    }
    let address = address?;
    if address.is_loopback() || address.is_unspecified() {
        return Err(local_address(&address.to_string()));
    }
    let exposure = if is_private_address(address) {
        SourceExposure::Private
    } else {
        SourceExposure::Public
    };
    Ok(ExposureEvidence {
        exposure,
        is_specified: false,
        address: Some(address),
    })
}

/// The address at which the migration service connects to the source.
///
/// # Errors
/// The address is unknown, or only valid on the machine that ran this program.
pub fn service_destination(facts: &Facts) -> Fact<IpAddr> {
    let address = observed_address(facts)?;
    if address.is_loopback() || address.is_unspecified() {
        return Err(local_address(&address.to_string()));
    }
    Ok(address)
}

fn observed_address(facts: &Facts) -> Fact<IpAddr> {
    let source = facts
        .migration
        .source
        .as_ref()
        .ok_or_else(Missing::no_source)?;
    let reach = facts.source_network.as_ref()?;
    if let HostKind::Ip(address) = &reach.host {
        return Ok(address.to_canonical());
    }
    let resolved = || reach.addresses.as_ref().map_err(Clone::clone);
    if source.address.is_some() {
        // The service uses another address than this program's connection.
        return first_ipv4(source, resolved()?);
    }
    let connection = facts.connection.as_ref()?;
    let peer = connection.peer_address.as_deref();
    let peer: Option<IpAddr> = peer.and_then(|a| a.parse().ok());
    let peer = peer
        .ok_or_else(|| local_address(&source.host))?
        .to_canonical();
    if peer.is_ipv4() || peer.is_loopback() {
        return Ok(peer);
    }
    first_ipv4(source, resolved()?)
}

/// Flexible servers only use IPv4. If a name resolves to both families, they use the IPv4 address.
/// <https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private>
fn first_ipv4(source: &SourceServer, resolved: &[IpAddr]) -> Fact<IpAddr> {
    let mut canonical = resolved.iter().map(IpAddr::to_canonical);
    canonical.find(IpAddr::is_ipv4).ok_or_else(|| {
        Missing::not_specified(
            format!(
                "no IPv4 address of `{}` is known, and the service uses no other",
                source.service_address()
            ),
            "say `--source-address` (in a plan: `source_address`) with the IPv4 address that the service will use",
        )
    })
}

fn local_address(host: &str) -> Missing {
    Missing::not_specified(
        format!(
            "the source was reached as `{host}`, which is not the address that the service will use"
        ),
        "say `--source-address`, or `--source-exposure public` or `private` (in a plan: `source_address`, `source_exposure`)",
    )
}

/// Addresses that are not routed on the internet: RFC 1918, RFC 6598, RFC 4193, link-local.
pub fn is_private_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private() || v4.is_link_local() || (first == 100 && (64..128).contains(&second))
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
