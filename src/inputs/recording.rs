//! Recordings: a folder with `manifest.json` and one file for each answer, or a `.tar.gz` of these files.
//! Reads a recording as a [`Backend`]. [`Recorder`] and [`FleetRecorder`] write one.
//! The questions come from the manifest: a deleted file is a failure of its question, not a smaller scope.

mod fleet;
mod manifest;
mod recorder;
mod secrets;
mod store;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Source;
use crate::plan::Migration;
use crate::question::{Answer, Answers, Asker, Given, Question, Refusal, RefusalKind};
use manifest::{Entry, Manifest};
use store::Store;

pub use fleet::{FleetRecorder, Recorded};
pub use recorder::Recorder;

/// The format version that this version of flexready reads and writes.
const FORMAT: u32 = 1;

/// The maximum clock skew between two machines.
const CLOCKS_DIFFER: Duration = Duration::from_secs(300);

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
    Newer { path: PathBuf, found: u32 },
    #[error("`{path}` is not empty; name a folder that does not exist yet")]
    NotEmpty { path: PathBuf },
    #[error(
        "the recording was not written: its manifest seems to hold {what}, as the name of a database, a host or a resource; \
         record with `--redact`, or tell the makers of flexready where it stood"
    )]
    Secret { what: &'static str },
    #[error(
        "the recording says that it is of {recorded_at}, which is still to come, so `--max-age` cannot tell how old it is; set \
         the clock of the machine that records, or of this one, and record again"
    )]
    Unborn { recorded_at: String },
    #[error("the recording of {recorded_at} is {age} old, `--max-age` allows {most}; record again")]
    Stale {
        recorded_at: String,
        age: String,
        most: String,
    },
    #[error("cannot write the recording to `{path}`: {source}")]
    Unwritable { path: PathBuf, source: io::Error },
}

/// An open recording.
pub struct Recording {
    store: Store,
    manifest: Manifest,
    entries: BTreeMap<(Option<String>, String), Entry>,
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
        let store = Store::open(folder).map_err(unreadable)?;
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
                return Err(RecordingError::Newer { path, found });
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
    pub fn start(&self) -> Answers {
        Answers::new(self.manifest.recorded_at, self.manifest.origin)
    }

    /// Checks that the recording is not older than `max_age` at the time `now`. A pipeline gate must not pass on
    /// outdated answers.
    ///
    /// # Errors
    /// Fails if the recording is older, or if its time is in the future.
    pub fn no_older_than(&self, most: Duration, now: OffsetDateTime) -> Result<(), RecordingError> {
        let age = now - self.manifest.recorded_at;
        if -age > CLOCKS_DIFFER {
            let recorded_at = rfc3339(self.manifest.recorded_at);
            return Err(RecordingError::Unborn { recorded_at });
        }
        if age <= most {
            return Ok(());
        }
        Err(RecordingError::Stale {
            recorded_at: rfc3339(self.manifest.recorded_at),
            age: shown(age.unsigned_abs()),
            most: shown(most),
        })
    }

    /// The keys of all recorded questions.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(|(_, key)| key.as_str())
    }

    fn answer(&self, migration: Option<&str>, key: &str) -> Answer {
        let of = |migration: Option<&str>| {
            let name = (migration.map(str::to_owned), key.to_owned());
            self.entries.get(&name)
        };
        let Some(entry) = of(migration).or_else(|| of(None)) else {
            return refused(
                RefusalKind::NotRecorded,
                "the recording does not hold this question",
            )
            .into();
        };
        match (&entry.refused, &entry.file) {
            (Some(refusal), _) => refusal.clone().into(),
            (None, Some(file)) => match self.read(file) {
                Ok(json) => Answer::Given(Given {
                    json,
                    api_version: entry.api_version.clone(),
                }),
                Err(why) => refused(
                    RefusalKind::NotRecorded,
                    &format!("`{file}` of the recording {why}"),
                )
                .into(),
            },
            (None, None) => refused(
                RefusalKind::NotRecorded,
                "the manifest names neither a file nor a refusal",
            )
            .into(),
        }
    }

    fn read(&self, file: &str) -> Result<Value, String> {
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

fn refused(kind: RefusalKind, message: &str) -> Refusal {
    Refusal {
        kind,
        status: None,
        code: None,
        message: message.to_owned(),
    }
}

#[async_trait]
impl Source for Recording {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        questions
            .iter()
            .map(|q| self.answer(None, &q.key()))
            .collect()
    }

    fn asker(&self) -> Asker {
        self.manifest.asked_as.clone()
    }
}

/// Formats a duration as `7d`, `36h`, `10m`, or `5s`, rounded down.
fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
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

/// Formats a time as RFC 3339, as in the report.
pub fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}
