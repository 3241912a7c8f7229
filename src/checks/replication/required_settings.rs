//! Values that an online migration requires of the source's parameters.
//! The parameter comparison uses the same values: a value that only the migration needs is not copied to the target.

use crate::config::SourceKind::*;
use crate::config::{MigrationMode, SourceKind};
use crate::facts::Facts;
use crate::facts::source::source_parameters::SourceParameter;

pub(super) const SENDER_TIMEOUT: (&str, &str) = ("wal_sender_timeout", "0");
pub(super) const SLOT_WAL_LIMIT: (&str, &str) = ("max_slot_wal_keep_size", "-1");
const WAL_LEVEL: (&str, &str) = ("wal_level", "logical");

/// Returns the parameter that enables logical decoding, and its value.
pub(super) fn logical_decoding_setting(kind: Option<SourceKind>) -> (&'static str, &'static str) {
    match kind {
        Some(AwsRds | AwsAurora) => ("rds.logical_replication", "1"),
        Some(GcpCloudSql) => ("cloudsql.logical_decoding", "on"),
        Some(GcpAlloyDb) => ("alloydb.logical_decoding", "on"),
        _ => WAL_LEVEL,
    }
}

/// Returns the required number of replication slots: those in use, one for each database, and one more.
pub(super) fn required_slots(in_use: u64, databases: u64) -> u64 {
    in_use.saturating_add(databases).saturating_add(1)
}

/// Returns the required number of WAL senders: one for each slot, and those in use.
pub(super) fn required_senders(slots: u64, in_use: u64) -> u64 {
    slots.saturating_add(in_use)
}

/// Returns whether the source's value is exactly the value that the online migration requires.
pub(in crate::checks) fn is_required_value(facts: &Facts, setting: &SourceParameter) -> bool {
    let (MigrationMode::Online, Some(value)) = (facts.migration.mode, setting.reset_val.as_deref())
    else {
        return false;
    };
    let switch = logical_decoding_setting(facts.source_kind().ok());
    let fixed = [WAL_LEVEL, switch, SENDER_TIMEOUT, SLOT_WAL_LIMIT];
    fixed.contains(&(&*setting.name, value))
        || required_count(facts, &setting.name).is_some_and(|count| value == count.to_string())
}

fn required_count(facts: &Facts, name: &str) -> Option<u64> {
    let stream = facts.replication.as_ref().ok()?;
    match name {
        "max_replication_slots" => {
            let (databases, _) = facts.databases.as_ref().ok()?.selected();
            let in_use = stream.slots.as_ref().ok()?.total;
            Some(required_slots(in_use, databases.len() as u64))
        }
        "max_wal_senders" => {
            let slots = super::source_count(facts, "max_replication_slots").ok()?;
            Some(required_senders(
                slots,
                *stream.wal_senders_in_use.as_ref().ok()?,
            ))
        }
        _ => None,
    }
}
