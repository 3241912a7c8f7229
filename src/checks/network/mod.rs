//! Checks of the network path from the target to the source.

mod firewall_open_to_internet;
mod network_private_to_public;
mod network_runtime_missing;
mod nsg_allow_rule;
mod nsg_blocks_platform;
mod nsg_blocks_source;
mod nsg_findings;
mod private_dns_zone_unlinked;
mod private_endpoint_no_dns;
mod private_endpoint_not_approved;
mod route_diverts_source;
mod runtime_server_unfit;
mod source_address_unroutable;
mod source_behind_pooler;
mod source_hba_rejects_target;
mod source_host_not_an_address;
mod source_ipv6_only;
mod source_listens_locally;
mod source_port_unusual;
mod source_tls_off;
mod subnet_not_delegated;
mod vnet;
mod vnet_address_overlap;
mod vnet_not_peered;

use super::{Check, Inconclusive};
use crate::config::SourceServer;
use crate::facts::Facts;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &network_private_to_public::CHECK,
    &network_runtime_missing::CHECK,
    &runtime_server_unfit::CHECK,
    &subnet_not_delegated::CHECK,
    &nsg_blocks_source::CHECK,
    &nsg_blocks_platform::CHECK,
    &route_diverts_source::CHECK,
    &vnet_not_peered::CHECK,
    &vnet_address_overlap::CHECK,
    &private_dns_zone_unlinked::CHECK,
    &private_endpoint_not_approved::CHECK,
    &private_endpoint_no_dns::CHECK,
    &firewall_open_to_internet::CHECK,
    &source_port_unusual::CHECK,
    &source_ipv6_only::CHECK,
    &source_tls_off::CHECK,
    &source_listens_locally::CHECK,
    &source_hba_rejects_target::CHECK,
    &source_host_not_an_address::CHECK,
    &source_address_unroutable::CHECK,
    &source_behind_pooler::CHECK,
];

/// Returns the source from the migration options.
fn source<'f>(facts: &Facts<'f>) -> Result<&'f SourceServer, Inconclusive> {
    let source = facts.migration.source.as_ref();
    source.ok_or_else(|| Inconclusive::not_applicable("no source was given"))
}
