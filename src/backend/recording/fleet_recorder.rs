//! Records a fleet. The answers of a migration are written as soon as they are complete.
//! An answer from a database server is recorded with the name of its migration. Other answers are recorded once.
//! If a migration got a different answer than the first one, that answer is recorded with the migration's name too.
//! A replay uses the answers that the migration got.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ring::digest::{SHA256, digest};
use time::OffsetDateTime;

use super::archive::ArchiveWriter;
use super::manifest::{FORMAT, Manifest, ManifestEntry};
use super::recording_error::RecordingError;
use super::writer::{Recorder, RecordingFile, manifest_entry, manifest_file, unwritable};
use crate::config::Migration;
use crate::config::fleet_scope::FleetSummary;
use crate::question::{Answer, Answers, Caller, Origin, Question};

/// Writes a recording while the fleet is read. Only the list of questions is kept in memory.
pub struct FleetRecorder {
    path: PathBuf,
    state: Mutex<FleetRecorderState>,
}

struct FleetRecorderState {
    writer: ArchiveWriter,
    /// The questions that are written, with a digest of each answer.
    digests: HashMap<(Option<String>, String), Vec<u8>>,
    entries: Vec<ManifestEntry>,
    /// The error after which nothing more is written.
    failure: Option<RecordingError>,
}

impl FleetRecorder {
    /// Prepares `path` in the same way as [`Recorder::create`].
    ///
    /// # Errors
    /// Fails if the path is not empty or cannot be created.
    pub fn create(path: &Path) -> Result<Self, RecordingError> {
        let writer = Recorder::create(path)?.open_archive()?;
        Ok(FleetRecorder {
            path: path.to_owned(),
            state: Mutex::new(FleetRecorderState {
                writer,
                digests: HashMap::new(),
                entries: Vec::new(),
                failure: None,
            }),
        })
    }

    /// Writes the new answers of a migration, or the new answers that belong to no migration. If a file cannot be
    /// written, the run continues without the recording, and [`FleetRecorder::finish`] returns the error.
    pub fn record(&self, migration: Option<&str>, answers: &Answers) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failure.is_some() {
            return;
        }
        if let Err(failure) = self.write_answers(&mut state, migration, answers) {
            tracing::warn!("{failure}; the audit goes on without it");
            state.failure = Some(failure);
        }
    }

    fn write_answers(
        &self,
        state: &mut FleetRecorderState,
        migration: Option<&str>,
        answers: &Answers,
    ) -> Result<(), RecordingError> {
        for (key, answer) in answers.iter() {
            let is_database_question = key
                .parse::<Question>()
                .is_ok_and(|question| question.database().is_some());
            let named = migration.map(str::to_owned);
            let mut migration = named.clone().filter(|_| is_database_question);
            let digest_bytes = answer_digest(answer);
            if let Some(first) = state.digests.get(&(migration.clone(), key.to_owned())) {
                if *first == digest_bytes || migration == named {
                    continue;
                }
                migration = named;
            }
            state
                .digests
                .insert((migration.clone(), key.to_owned()), digest_bytes);
            let number = state.entries.len() + 1;
            let (entry, file) = manifest_entry(number, key, answer)?;
            if let Some(file) = file {
                self.write_file(&mut state.writer, &file)?;
            }
            state.entries.push(ManifestEntry { migration, ..entry });
        }
        Ok(())
    }

    fn write_file(
        &self,
        writer: &mut ArchiveWriter,
        (name, bytes): &RecordingFile,
    ) -> Result<(), RecordingError> {
        let written = writer.write_file(name, bytes);
        written.map_err(|source| unwritable(&self.path, source))
    }

    /// Writes the manifest. A recording without a manifest is incomplete.
    ///
    /// # Errors
    /// Fails if the manifest cannot be written, or if an earlier write failed.
    pub fn finish(
        self,
        migrations: Vec<Migration>,
        summary: FleetSummary,
        caller: Caller,
        recorded_at: OffsetDateTime,
    ) -> Result<(), RecordingError> {
        let state = self.state.into_inner();
        let FleetRecorderState {
            mut writer,
            entries: mut answers,
            failure,
            ..
        } = state.unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = failure {
            return Err(failure);
        }
        answers.sort_by(|a, b| (&a.migration, &a.question).cmp(&(&b.migration, &b.question)));
        let manifest = Manifest {
            format: FORMAT,
            tool: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            base: None,
            recorded_at,
            origin: Origin::Recorded,
            asked_as: caller,
            migrations,
            fleet: Some(summary),
            answers,
        };
        let (name, bytes) = manifest_file(&manifest)?;
        let finished = writer
            .write_file(&name, &bytes)
            .and_then(|()| writer.finish());
        finished.map_err(|source| unwritable(&self.path, source))
    }
}

/// A digest that distinguishes answers without storing them.
fn answer_digest(answer: &Answer) -> Vec<u8> {
    let text = match answer {
        Answer::Body(body) => format!("{:?} {}", body.api_version, body.json),
        Answer::Failed(failure) => format!("{failure:?}"),
    };
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}
