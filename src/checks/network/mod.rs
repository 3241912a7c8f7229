//! The path from the target to the source.

mod firewall_open_to_internet;
mod inside;
mod network_private_to_public;
mod network_runtime_missing;
mod nsg_blocks_platform;
mod nsg_blocks_source;
mod private_dns_zone_unlinked;
mod private_endpoint_no_dns;
mod private_endpoint_not_approved;
mod route_diverts_source;
mod rules;
mod runtime_server_unfit;
mod subnet_not_delegated;
mod vnet_address_overlap;
mod vnet_not_peered;

use super::Check;

/// The checks of this area, in the order of the report.
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
];
