//! Replication slots of the source.

use serde::Deserialize;

use super::super::Fact;
use super::super::rows::rows;
use crate::question::{Answers, Question};

/// One replication slot.
#[derive(Debug, Clone, Deserialize)]
pub struct Slot {
    pub name: String,
    /// Output plugin of a logical slot.
    pub plugin: Option<String>,
    /// `logical` or `physical`.
    pub kind: String,
    pub database: Option<String>,
    pub active: bool,
    /// Dropped at the end of the session that created it.
    pub temporary: bool,
    /// Bytes of WAL that the slot retains. `None` if it retains none or is already lost.
    pub held_bytes: Option<i64>,
    /// `reserved`, `extended`, `unreserved`, `lost` (13 and newer).
    pub wal_status: Option<String>,
    total: u64,
}

/// The listed slots, those that retain most first, and the total number.
#[derive(Debug, Clone)]
pub struct Slots {
    pub listed: Vec<Slot>,
    pub total: u64,
}

pub(super) fn read(answers: &Answers, question: &Question) -> Fact<Slots> {
    let listed: Vec<Slot> = rows(answers, question)?;
    let total = listed.first().map_or(0, |slot| slot.total);
    Ok(Slots { listed, total })
}
