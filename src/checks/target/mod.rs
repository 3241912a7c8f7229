//! Checks of the target: whether it exists, is ready, and meets the prerequisites of the migration service.

mod target_burstable;
mod target_database_exists;
mod target_elastic_cluster;
mod target_entra_only;
mod target_has_read_replicas;
mod target_high_availability_on;
mod target_identity_lacks_rights;
mod target_is_replica;
mod target_key_invalid;
mod target_locked;
mod target_maintenance_due;
mod target_not_deployed;
mod target_not_ready;
mod target_restart_pending;
mod target_version_retired;

use super::Check;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &target_not_deployed::CHECK,
    &target_not_ready::CHECK,
    &target_is_replica::CHECK,
    &target_high_availability_on::CHECK,
    &target_has_read_replicas::CHECK,
    &target_burstable::CHECK,
    &target_version_retired::CHECK,
    &target_entra_only::CHECK,
    &target_database_exists::CHECK,
    &target_locked::CHECK,
    &target_restart_pending::CHECK,
    &target_elastic_cluster::CHECK,
    &target_key_invalid::CHECK,
    &target_identity_lacks_rights::CHECK,
    &target_maintenance_due::CHECK,
];
