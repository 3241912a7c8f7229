//! The manifest of a recording: its time, origin, migrations, and questions. Each answer is a separate file
//! (`archive`).

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use super::recording_error::RecordingError;
use crate::config::Migration;
use crate::config::fleet_scope::FleetSummary;
use crate::question::{Caller, Failure, Origin};

/// The format version that this version of flexready reads and writes.
pub(crate) const FORMAT: u32 = 1;

/// The name of the manifest in a recording.
pub(crate) const MANIFEST_FILE: &str = "manifest.json";

/// The content of `manifest.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    pub(crate) tool: String,
    /// The recording that this one extends: the path of its folder, relative to the folder of this manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<String>,
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

impl Manifest {
    /// Parses the manifest at `path`.
    pub(crate) fn parse(path: &Path, text: &[u8]) -> Result<Manifest, RecordingError> {
        let malformed = |source| RecordingError::Malformed {
            path: path.to_owned(),
            source,
        };
        // Read the format first: another format can have other fields.
        let outline: Value = serde_json::from_slice(text).map_err(malformed)?;
        match outline.get("format").and_then(Value::as_u64) {
            Some(found) if found != u64::from(FORMAT) => Err(RecordingError::OtherFormat {
                path: path.to_owned(),
                found: u32::try_from(found).unwrap_or(u32::MAX),
            }),
            _ => serde_json::from_value(outline).map_err(malformed),
        }
    }
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
