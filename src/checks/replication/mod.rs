//! Checks the requirements of an online migration on both servers.

mod decoding_plugin_missing;
mod inactive_replication_slot;
mod long_transaction;
mod replication_slots_short;
pub(super) mod required_settings;
mod sequences_need_resync;
mod slot_wal_limited;
mod source_parameter_fix;
mod table_without_identity;
mod target_slots_short;
mod wal_level_not_logical;
mod wal_sender_times_out;
mod wal_senders_short;

use super::{Check, Inconclusive};
use crate::facts::Facts;
use crate::facts::source::source_parameters::SourceParameter;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &wal_level_not_logical::CHECK,
    &replication_slots_short::CHECK,
    &wal_senders_short::CHECK,
    &wal_sender_times_out::CHECK,
    &inactive_replication_slot::CHECK,
    &slot_wal_limited::CHECK,
    &decoding_plugin_missing::CHECK,
    &table_without_identity::CHECK,
    &long_transaction::CHECK,
    &sequences_need_resync::CHECK,
    &target_slots_short::CHECK,
];

/// Returns a source parameter and its value. The parameter must exist in every version and be visible to every role.
fn source_parameter<'f>(
    facts: &'f Facts,
    name: &str,
) -> Result<(&'f SourceParameter, &'f str), Inconclusive> {
    let settings = facts.source_parameters.as_ref()?;
    let value = settings.value(name)?;
    let setting = settings
        .find(name)
        .ok_or_else(|| settings.hidden_parameter(name))?;
    Ok((setting, value))
}

/// Returns the value of a source parameter that is a count.
fn source_count(facts: &Facts, name: &str) -> Result<u64, Inconclusive> {
    let settings = facts.source_parameters.as_ref()?;
    let value = settings.value(name)?;
    Ok(value.parse().map_err(|_| settings.hidden_parameter(name))?)
}
