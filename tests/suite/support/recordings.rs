//! The recordings in `fixtures/`.

use std::path::{Path, PathBuf};

use flexready::backend::recording::{Recorder, Recording};
use flexready::config::Migration;
use flexready::question::Answers;

pub fn fixtures_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The first migration of a recording, with the answers to all its questions.
pub fn replay(folder: &Path) -> (Migration, Answers) {
    let recording = Recording::open(folder).unwrap();
    let migration = recording.migrations()[0].clone();
    let replay = flexready::collect_answers(&migration, &recording, recording.empty_answers());
    let (answers, _) = futures::executor::block_on(replay);
    (migration, answers)
}

/// Copies a recording of one migration to a temporary folder. The copy contains all answers and has no `base`.
pub fn complete_copy(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let (migration, answers) = replay(folder);
    write_complete(copy.path(), &migration, &answers);
    copy
}

/// Writes a recording that has no `base`. An existing folder is replaced.
pub fn write_complete(folder: &Path, migration: &Migration, answers: &Answers) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    let recorder = Recorder::create(folder).unwrap();
    recorder
        .write(std::slice::from_ref(migration), answers)
        .unwrap();
}
