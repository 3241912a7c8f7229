//! Reads a recording, and the recordings that it extends.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use time::OffsetDateTime;

use super::age;
use super::archive::ArchiveReader;
use super::base::BaseChain;
use super::manifest::{MANIFEST_FILE, Manifest, ManifestEntry};
use super::recording_error::RecordingError;
use crate::backend::Backend;
use crate::config::Migration;
use crate::config::fleet_scope::FleetSummary;
use crate::question::{Answer, Answers, Body, Caller, Failure, FailureKind, Question};

/// An open recording.
pub struct Recording {
    manifest: Manifest,
    /// The answers of the recording, then the answers of the recordings that it extends.
    layers: Vec<AnswerLayer>,
}

/// The answers in one folder or archive.
struct AnswerLayer {
    store: ArchiveReader,
    entries: BTreeMap<(Option<String>, String), ManifestEntry>,
}

impl Recording {
    /// Opens the recording in `folder`, or the `.tar.gz` at that path.
    ///
    /// # Errors
    /// Fails if the manifest is absent, unreadable, or of another format, or if this applies to a recording that it
    /// extends. Any other defective file is a failure of its question.
    pub fn open(folder: &Path) -> Result<Self, RecordingError> {
        let unreadable = |source| RecordingError::Unreadable {
            path: folder.to_owned(),
            source,
        };
        let store = ArchiveReader::open(folder).map_err(unreadable)?;
        let text = store.read(MANIFEST_FILE).map_err(unreadable)?;
        let manifest = Manifest::parse(&folder.join(MANIFEST_FILE), &text)?;
        let mut chain = BaseChain::new(folder, &store);
        let mut layers = vec![AnswerLayer::new(store, &manifest)];
        let mut next = manifest.base.clone();
        while let Some(base) = next {
            let (store, base) = chain.open_base(&base)?;
            layers.push(AnswerLayer::new(store, &base));
            next = base.base;
        }
        Ok(Recording { manifest, layers })
    }

    /// The migrations in the recording.
    pub fn migrations(&self) -> &[Migration] {
        &self.manifest.migrations
    }

    /// The answers for one migration. Without a name, the shared answers.
    pub fn for_migration(&self, migration: Option<&str>) -> MigrationView<'_> {
        MigrationView {
            recording: self,
            migration: migration.map(str::to_owned),
        }
    }

    /// The fleet summary. `None` for a recording of one migration.
    pub fn fleet_summary(&self) -> Option<&FleetSummary> {
        self.manifest.fleet.as_ref()
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
        age::check_age(self.manifest.recorded_at, max_age, now)
    }

    /// The keys of all recorded questions, with those of the recordings that it extends.
    pub fn question_keys(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<_> = (self.layers.iter())
            .flat_map(|layer| layer.entries.keys())
            .collect();
        names.into_iter().map(|(_, key)| key.as_str())
    }

    fn answer(&self, migration: Option<&str>, key: &str) -> Answer {
        let not_recorded = || {
            Failure::new(
                FailureKind::NotRecorded,
                "the recording does not hold this question",
            )
            .into()
        };
        let mut answers = self.layers.iter().map(|l| l.answer(migration, key));
        answers.find_map(|a| a).unwrap_or_else(not_recorded)
    }
}

impl AnswerLayer {
    fn new(store: ArchiveReader, manifest: &Manifest) -> AnswerLayer {
        let entries = manifest
            .answers
            .iter()
            .map(|e| ((e.migration.clone(), e.question.clone()), e.clone()))
            .collect();
        AnswerLayer { store, entries }
    }

    fn answer(&self, migration: Option<&str>, key: &str) -> Option<Answer> {
        let find = |migration: Option<&str>| {
            let name = (migration.map(str::to_owned), key.to_owned());
            self.entries.get(&name)
        };
        let entry = find(migration).or_else(|| find(None))?;
        Some(match (&entry.refused, &entry.file) {
            (Some(failure), _) => failure.clone().into(),
            (None, Some(file)) => match self.read_json(file) {
                Ok(json) => Answer::Body(Body {
                    json,
                    api_version: entry.api_version.clone(),
                }),
                Err(why) => Failure::new(
                    FailureKind::NotRecorded,
                    format!("`{file}` of the recording {why}"),
                )
                .into(),
            },
            (None, None) => Failure::new(
                FailureKind::NotRecorded,
                "the manifest names neither a file nor a refusal",
            )
            .into(),
        })
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

/// One migration's view of a recording.
#[derive(Clone)]
pub struct MigrationView<'a> {
    recording: &'a Recording,
    migration: Option<String>,
}

#[async_trait]
impl Backend for MigrationView<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let answer = |q: &Question| self.recording.answer(self.migration.as_deref(), &q.key());
        questions.iter().map(answer).collect()
    }

    fn caller(&self) -> Caller {
        self.recording.manifest.asked_as.clone()
    }
}
