//! What a recording says of itself: when and of what it was made, and every question that was asked.
//! Not here: the answers, a file each (`store`).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::plan::Migration;
use crate::plan::fleet::FleetNote;
use crate::question::{Asker, Origin, Refusal};

/// The whole of `manifest.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) tool: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) recorded_at: OffsetDateTime,
    pub(super) origin: Origin,
    #[serde(default)]
    pub(super) asked_as: Asker,
    pub(super) migrations: Vec<Migration>,
    /// Of a fleet: what was looked for and not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fleet: Option<FleetNote>,
    pub(super) answers: Vec<Entry>,
}

/// One question that was asked.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) question: String,
    /// The migration whose servers were asked, where others of the recording have servers of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) migration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) api_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<Refusal>,
}
