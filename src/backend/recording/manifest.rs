//! The manifest of a recording: its time, origin, migrations, and questions. Each answer is a separate file
//! (`archive`).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::config::Migration;
use crate::config::fleet_scope::FleetSummary;
use crate::question::{Caller, Failure, Origin};

/// The content of `manifest.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    pub(crate) tool: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) recorded_at: OffsetDateTime,
    pub(crate) origin: Origin,
    #[serde(default)]
    pub(crate) asked_as: Caller,
    pub(crate) migrations: Vec<Migration>,
    /// The summary of a fleet: its scopes, and what could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fleet: Option<FleetSummary>,
    pub(crate) answers: Vec<ManifestEntry>,
}

/// One question, with the file of its answer or with a failure.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManifestEntry {
    pub(crate) question: String,
    /// The migration whose servers were queried. Absent if the answer is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) migration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<Failure>,
}
