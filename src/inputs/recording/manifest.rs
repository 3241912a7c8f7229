//! The manifest of a recording: its time, origin, migrations, and questions. Each answer is a separate file
//! (`archive`).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::plan::Migration;
use crate::plan::fleet::FleetNote;
use crate::question::{Asker, Origin, Refusal};

/// The content of `manifest.json`.
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
    /// The summary of a fleet: its scopes, and what could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fleet: Option<FleetNote>,
    pub(super) answers: Vec<Entry>,
}

/// One question, with the file of its answer or with a failure.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) question: String,
    /// The migration whose servers were queried. Absent if the answer is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) migration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) api_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<Refusal>,
}
