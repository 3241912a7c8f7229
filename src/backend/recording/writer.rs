//! Writes a recording: one file for each answer, then the manifest. An answer that looks like a secret is withheld, and
//! the recording contains a failure in its place.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;

use super::archive::{self, ArchiveWriter};
use super::manifest::{FORMAT, MANIFEST_FILE, Manifest, ManifestEntry};
use super::recording_error::RecordingError;
use super::secret_scan;
use crate::backend::secret_mask;
use crate::config::Migration;
use crate::question::{Answer, Answers, Body, Failure, FailureKind};

/// Writes the answers of a finished run as a recording.
pub struct Recorder {
    folder: PathBuf,
}

impl Recorder {
    /// Prepares `folder`, which must be empty or absent. A `.tar.gz` file must not exist.
    ///
    /// # Errors
    /// Fails if the path is not empty, or if it cannot be created or written.
    pub fn create(folder: &Path) -> Result<Self, RecordingError> {
        let unwritable = |source| unwritable(folder, source);
        let is_occupied = if archive::is_tar_gz(folder) {
            folder.exists()
        } else {
            fs::create_dir_all(folder).map_err(unwritable)?;
            fs::read_dir(folder).map_err(unwritable)?.next().is_some()
        };
        if is_occupied {
            return Err(RecordingError::NotEmpty {
                path: folder.to_owned(),
            });
        }
        archive::check_writable(folder).map_err(unwritable)?;
        Ok(Recorder {
            folder: folder.to_owned(),
        })
    }

    /// Writes all answers, then the manifest. A recording without a manifest is incomplete.
    /// Returns the number of answers that are withheld because they look like a secret.
    ///
    /// # Errors
    /// Fails if the manifest looks like a secret, or if a file cannot be written.
    pub fn write(
        &self,
        migrations: &[Migration],
        answers: &Answers,
    ) -> Result<usize, RecordingError> {
        let mut files = Vec::new();
        let mut entries = Vec::new();
        let mut withheld_count = 0;
        for (index, (key, answer)) in answers.iter().enumerate() {
            let (entry, file) = manifest_entry(index + 1, key, answer)?;
            let has_body = matches!(answer, Answer::Body(_));
            withheld_count += usize::from(has_body && file.is_none());
            entries.push(entry);
            files.extend(file);
        }
        let manifest = Manifest {
            format: FORMAT,
            tool: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            base: None,
            recorded_at: answers.recorded_at,
            origin: answers.origin,
            asked_as: answers.caller.clone(),
            migrations: migrations.to_vec(),
            fleet: None,
            answers: entries,
        };
        files.push(manifest_file(&manifest)?);
        let written = ArchiveWriter::create(&self.folder).and_then(|mut writer| {
            files
                .iter()
                .try_for_each(|(name, bytes)| writer.write_file(name, bytes))?;
            writer.finish()
        });
        written.map_err(|source| unwritable(&self.folder, source))?;
        Ok(withheld_count)
    }

    /// Opens the recording for answers that are written one at a time.
    pub(crate) fn open_archive(&self) -> Result<ArchiveWriter, RecordingError> {
        ArchiveWriter::create(&self.folder).map_err(|source| unwritable(&self.folder, source))
    }
}

pub(crate) fn unwritable(path: &Path, source: io::Error) -> RecordingError {
    RecordingError::Unwritable {
        path: path.to_owned(),
        source,
    }
}

/// A file of a recording: its name and its content.
pub(crate) type RecordingFile = (String, Vec<u8>);

/// Returns the manifest as a file. It must be written last.
pub(crate) fn manifest_file(manifest: &Manifest) -> Result<RecordingFile, RecordingError> {
    let json = serde_json::to_value(manifest).expect("a manifest is JSON");
    match secret_scan::find_secret(&json) {
        Some(what) => Err(RecordingError::SecretInManifest { what }),
        None => Ok((MANIFEST_FILE.to_owned(), file_content(&json))),
    }
}

/// Returns the manifest entry of an answer, and its file unless the answer is a failure.
/// An answer that still looks like a secret after masking is withheld.
pub(crate) fn manifest_entry(
    number: usize,
    key: &str,
    answer: &Answer,
) -> Result<(ManifestEntry, Option<RecordingFile>), RecordingError> {
    let blank = ManifestEntry {
        question: key.to_owned(),
        migration: None,
        file: None,
        api_version: None,
        refused: None,
    };
    let Body { json, api_version } = match answer {
        Answer::Failed(refusal) => {
            let what = secret_scan::find_secret(&Value::from(refusal.message.as_str()));
            let refusal = what.map_or(refusal.clone(), |what| withheld_failure(key, what));
            let refused = Some(refusal);
            return Ok((ManifestEntry { refused, ..blank }, None));
        }
        Answer::Body(given) => given,
    };
    let json = secret_mask::with_masked_tags(json);
    if let Some(what) = secret_scan::find_secret(&json) {
        let refused = Some(withheld_failure(key, what));
        return Ok((ManifestEntry { refused, ..blank }, None));
    }
    let file = format!("{number:03}-{}.json", slug(key));
    let entry = ManifestEntry {
        file: Some(file.clone()),
        api_version: api_version.clone(),
        ..blank
    };
    Ok((entry, Some((file, file_content(&json)))))
}

/// The failure that replaces an answer that must not be recorded.
fn withheld_failure(question: &str, what: &str) -> Failure {
    let message = format!(
        "withheld from the recording: it seems to hold {what}, in spite of the masks; look at it there, and tell the makers of \
         flexready where it stood"
    );
    tracing::warn!("the answer to `{question}` is {message}");
    Failure::new(FailureKind::Malformed, message)
}

/// The content of a file.
fn file_content(json: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(json).expect("answers and manifest are JSON");
    text.push(b'\n');
    text
}

/// A short ASCII file name for a key. It is only for readers of the folder and is never parsed.
fn slug(key: &str) -> String {
    let without_query = key.split('?').next().unwrap_or(key);
    let words: Vec<String> = without_query
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let tail = words.len().saturating_sub(3);
    let mut slug = words[tail..].join("-");
    slug.truncate(60);
    slug
}
