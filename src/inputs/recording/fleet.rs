//! Records a fleet. The answers of a migration are written as soon as they are complete.
//! An answer from a database server is recorded with the name of its migration. Other answers are recorded once.
//! If a migration got a different answer than the first one, that answer is recorded with the migration's name too.
//! A replay uses the answers that the migration got.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ring::digest::{SHA256, digest};
use time::OffsetDateTime;

use super::recorder::{Written, entry, last, unwritable};
use super::store::Writer;
use super::{Entry, FORMAT, Manifest, Recorder, Recording, RecordingError, Source};
use crate::plan::Migration;
use crate::plan::fleet::FleetNote;
use crate::question::{Answer, Answers, Asker, Origin, Question};

/// One migration's view of a recording.
#[derive(Clone)]
pub struct Recorded<'a> {
    recording: &'a Recording,
    migration: Option<String>,
}

impl Recording {
    /// The answers for one migration. Without a name, the shared answers.
    pub fn of(&self, migration: Option<&str>) -> Recorded<'_> {
        Recorded {
            recording: self,
            migration: migration.map(str::to_owned),
        }
    }

    /// The fleet summary. `None` for a recording of one migration.
    pub fn fleet(&self) -> Option<&FleetNote> {
        self.manifest.fleet.as_ref()
    }
}

#[async_trait]
impl Source for Recorded<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let answer = |q: &Question| self.recording.answer(self.migration.as_deref(), &q.key());
        questions.iter().map(answer).collect()
    }

    fn asker(&self) -> Asker {
        self.recording.manifest.asked_as.clone()
    }
}

/// Writes a recording while the fleet is read. Only the list of questions is kept in memory.
pub struct FleetRecorder {
    path: PathBuf,
    kept: Mutex<Kept>,
}

struct Kept {
    writer: Writer,
    /// The questions that are written, with a digest of each answer.
    names: HashMap<(Option<String>, String), Vec<u8>>,
    entries: Vec<Entry>,
    /// The error after which nothing more is written.
    failure: Option<RecordingError>,
}

impl FleetRecorder {
    /// Prepares `path` in the same way as [`Recorder::create`].
    ///
    /// # Errors
    /// Fails if the path is not empty or cannot be created.
    pub fn create(path: &Path) -> Result<Self, RecordingError> {
        let writer = Recorder::create(path)?.begin()?;
        Ok(FleetRecorder {
            path: path.to_owned(),
            kept: Mutex::new(Kept {
                writer,
                names: HashMap::new(),
                entries: Vec::new(),
                failure: None,
            }),
        })
    }

    /// Writes the new answers of a migration, or the new answers that belong to no migration. If a file cannot be
    /// written, the run continues without the recording, and [`FleetRecorder::finish`] returns the error.
    pub fn keep(&self, migration: Option<&str>, answers: &Answers) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.failure.is_some() {
            return;
        }
        if let Err(failure) = self.write(&mut kept, migration, answers) {
            tracing::warn!("{failure}; the audit goes on without it");
            kept.failure = Some(failure);
        }
    }

    fn write(
        &self,
        kept: &mut Kept,
        migration: Option<&str>,
        answers: &Answers,
    ) -> Result<(), RecordingError> {
        for (key, answer) in answers.iter() {
            let of_server = ["sql:", "connection:"].iter().any(|p| key.starts_with(p));
            let own = migration.map(str::to_owned);
            let mut migration = own.clone().filter(|_| of_server);
            let mark = mark(answer);
            if let Some(first) = kept.names.get(&(migration.clone(), key.to_owned())) {
                if *first == mark || migration == own {
                    continue;
                }
                migration = own;
            }
            kept.names.insert((migration.clone(), key.to_owned()), mark);
            let number = kept.entries.len() + 1;
            let (entry, file) = entry(number, key, answer)?;
            if let Some(file) = file {
                self.put(&mut kept.writer, &file)?;
            }
            kept.entries.push(Entry { migration, ..entry });
        }
        Ok(())
    }

    fn put(&self, writer: &mut Writer, (name, bytes): &Written) -> Result<(), RecordingError> {
        let written = writer.put(name, bytes);
        written.map_err(|source| unwritable(&self.path, source))
    }

    /// Writes the manifest. A recording without a manifest is incomplete.
    ///
    /// # Errors
    /// Fails if the manifest cannot be written, or if an earlier write failed.
    pub fn finish(
        self,
        migrations: Vec<Migration>,
        note: FleetNote,
        asker: Asker,
        recorded_at: OffsetDateTime,
    ) -> Result<(), RecordingError> {
        let kept = self.kept.into_inner();
        let Kept {
            mut writer,
            entries: mut answers,
            failure,
            ..
        } = kept.unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = failure {
            return Err(failure);
        }
        answers.sort_by(|a, b| (&a.migration, &a.question).cmp(&(&b.migration, &b.question)));
        let manifest = Manifest {
            format: FORMAT,
            tool: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            recorded_at,
            origin: Origin::Recorded,
            asked_as: asker,
            migrations,
            fleet: Some(note),
            answers,
        };
        let (name, bytes) = last(&manifest)?;
        let finished = writer.put(&name, &bytes).and_then(|()| writer.finish());
        finished.map_err(|source| unwritable(&self.path, source))
    }
}

/// A digest that distinguishes answers without storing them.
fn mark(answer: &Answer) -> Vec<u8> {
    let whole = match answer {
        Answer::Given(given) => format!("{:?} {}", given.api_version, given.json),
        Answer::Refused(refusal) => format!("{refusal:?}"),
    };
    digest(&SHA256, whole.as_bytes()).as_ref().to_vec()
}
