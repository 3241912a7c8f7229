//! Recordings: a folder with `manifest.json` and one file for each answer, or a `.tar.gz` of these files.
//! Reads a recording as a [`Backend`]. [`Recorder`] and [`FleetRecorder`] write one.
//! The questions come from the manifest: a deleted file is a failure of its question, not a smaller scope.

mod archive;
mod fleet_recorder;
mod manifest;
mod secret_scan;
mod writer;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use archive::ArchiveReader;
use async_trait::async_trait;
use manifest::{Manifest, ManifestEntry};
use serde_json::Value;
use time::OffsetDateTime;

use super::Backend;
use crate::config::Migration;
use crate::question::{Answer, Answers, Body, Caller, Failure, FailureKind, Question};
use crate::time_format::format_rfc3339;

pub use fleet_recorder::{FleetRecorder, MigrationView};
pub use writer::Recorder;

/// The format version that this version of flexready reads and writes.
const FORMAT: u32 = 1;

/// The maximum clock skew between two machines.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Why a recording could not be opened or written. When reading, all errors occur before the first question.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error(
        "`{path}` is no recording: {source}; give the folder that holds its manifest.json, or its .tar.gz"
    )]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path}: the manifest is not readable ({source}); record again, or restore the file")]
    Malformed {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("{path} has format {found}, this version reads {FORMAT}; use a newer flexready")]
    NewerFormat { path: PathBuf, found: u32 },
    #[error("`{path}` is not empty; name a folder that does not exist yet")]
    NotEmpty { path: PathBuf },
    #[error(
        "the recording was not written: its manifest seems to hold {what}, as the name of a database, a host or a resource; \
         record with `--redact`, or tell the makers of flexready where it stood"
    )]
    SecretInManifest { what: &'static str },
    #[error(
        "the recording says that it is of {recorded_at}, which is still to come, so `--max-age` cannot tell how old it is; set \
         the clock of the machine that records, or of this one, and record again"
    )]
    InFuture { recorded_at: String },
    #[error("the recording of {recorded_at} is {age} old, `--max-age` allows {most}; record again")]
    TooOld {
        recorded_at: String,
        age: String,
        most: String,
    },
    #[error("cannot write the recording to `{path}`: {source}")]
    Unwritable { path: PathBuf, source: io::Error },
}

/// An open recording.
pub struct Recording {
    store: ArchiveReader,
    manifest: Manifest,
    entries: BTreeMap<(Option<String>, String), ManifestEntry>,
}

impl Recording {
    /// Opens the recording in `folder`, or the `.tar.gz` at that path.
    ///
    /// # Errors
    /// Fails if the manifest is absent, unreadable, or of a newer format. Any other defective file is a failure of its
    /// question.
    pub fn open(folder: &Path) -> Result<Self, RecordingError> {
        let path = folder.join("manifest.json");
        let unreadable = |source| RecordingError::Unreadable {
            path: folder.to_owned(),
            source,
        };
        let store = ArchiveReader::open(folder).map_err(unreadable)?;
        let text = store.read("manifest.json").map_err(unreadable)?;
        let malformed = |source| RecordingError::Malformed {
            path: path.clone(),
            source,
        };
        // Read the format first: a newer format can have unknown fields.
        let outline: Value = serde_json::from_slice(&text).map_err(malformed)?;
        match outline.get("format").and_then(Value::as_u64) {
            Some(found) if found > u64::from(FORMAT) => {
                let found = u32::try_from(found).unwrap_or(u32::MAX);
                return Err(RecordingError::NewerFormat { path, found });
            }
            _ => {}
        }
        let manifest: Manifest = serde_json::from_value(outline).map_err(malformed)?;
        let entries = manifest
            .answers
            .iter()
            .map(|e| ((e.migration.clone(), e.question.clone()), e.clone()))
            .collect();
        Ok(Recording {
            store,
            manifest,
            entries,
        })
    }

    /// The migrations in the recording.
    pub fn migrations(&self) -> &[Migration] {
        &self.manifest.migrations
    }

    /// Returns an empty set of answers with the time and the origin of the recording.
    pub fn empty_answers(&self) -> Answers {
        Answers::new(self.manifest.recorded_at, self.manifest.origin)
    }

    /// Checks that the recording is not older than `max_age` at the time `now`. A pipeline gate must not pass on
    /// outdated answers.
    ///
    /// # Errors
    /// Fails if the recording is older, or if its time is in the future.
    pub fn check_age(&self, max_age: Duration, now: OffsetDateTime) -> Result<(), RecordingError> {
        let age = now - self.manifest.recorded_at;
        if -age > MAX_CLOCK_SKEW {
            let recorded_at = format_rfc3339(self.manifest.recorded_at);
            return Err(RecordingError::InFuture { recorded_at });
        }
        if age <= max_age {
            return Ok(());
        }
        Err(RecordingError::TooOld {
            recorded_at: format_rfc3339(self.manifest.recorded_at),
            age: format_age(age.unsigned_abs()),
            most: format_age(max_age),
        })
    }

    /// The keys of all recorded questions.
    pub fn question_keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(|(_, key)| key.as_str())
    }

    fn answer(&self, migration: Option<&str>, key: &str) -> Answer {
        let find = |migration: Option<&str>| {
            let name = (migration.map(str::to_owned), key.to_owned());
            self.entries.get(&name)
        };
        let Some(entry) = find(migration).or_else(|| find(None)) else {
            return failure(
                FailureKind::NotRecorded,
                "the recording does not hold this question",
            )
            .into();
        };
        match (&entry.refused, &entry.file) {
            (Some(failure), _) => failure.clone().into(),
            (None, Some(file)) => match self.read_json(file) {
                Ok(json) => Answer::Body(Body {
                    json,
                    api_version: entry.api_version.clone(),
                }),
                Err(why) => failure(
                    FailureKind::NotRecorded,
                    &format!("`{file}` of the recording {why}"),
                )
                .into(),
            },
            (None, None) => failure(
                FailureKind::NotRecorded,
                "the manifest names neither a file nor a refusal",
            )
            .into(),
        }
    }

    fn read_json(&self, file: &str) -> Result<Value, String> {
        // A recording can be untrusted. Only files next to its manifest are read.
        if file.contains(['/', '\\']) || file.starts_with('.') {
            return Err("has a name that leads out of its folder".to_owned());
        }
        let text = self.store.read(file).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => "is not there".to_owned(),
            _ => format!("cannot be read: {e}"),
        })?;
        serde_json::from_slice(&text).map_err(|e| format!("is not JSON: {e}"))
    }
}

fn failure(kind: FailureKind, message: &str) -> Failure {
    Failure {
        kind,
        status: None,
        code: None,
        message: message.to_owned(),
    }
}

#[async_trait]
impl Backend for Recording {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        questions
            .iter()
            .map(|q| self.answer(None, &q.key()))
            .collect()
    }

    fn caller(&self) -> Caller {
        self.manifest.asked_as.clone()
    }
}

/// Formats a duration as `7d`, `36h`, `10m`, or `5s`, rounded down.
fn format_age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        s if s >= 48 * 3600 => format!("{}d", s / 86_400),
        s if s >= 3600 => format!("{}h", s / 3600),
        s if s >= 60 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// The current time, truncated to seconds. It is the clock of a live run.
pub fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now)
}
