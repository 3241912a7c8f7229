//! Writes the recordings in `fixtures/` so that equal answers are stored once. A recording extends its `base`, and equal
//! answers of one recording share a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flexready::config::Migration;
use flexready::question::Answers;
use serde_json::Value;

use super::RECORDED_SCENARIOS;
use super::scenario::Scenario;
use crate::support::recordings::{fixtures_dir, replay, write_complete};

/// The file of all queries without rows.
const NO_ROWS_FILE: &str = "no-rows.json";

/// Held while the recordings are read or written, because one recording needs the files of another one.
static RECORDINGS: Mutex<()> = Mutex::new(());

pub fn with_recordings<T>(run: impl FnOnce() -> T) -> T {
    let _held = RECORDINGS.lock().unwrap_or_else(PoisonError::into_inner);
    run()
}

/// Writes all recordings again, with new answers for one of them. A recording that extends it keeps its answers.
pub fn write_recordings(changed: &Path, new: (Migration, Answers)) {
    let all = recordings().map(|(folder, base)| {
        let content = if folder == changed {
            new.clone()
        } else {
            replay(&folder)
        };
        (folder, base, content)
    });
    let all: Vec<_> = all.collect();
    for (folder, _, (migration, answers)) in &all {
        write_complete(folder, migration, answers);
    }
    let complete: Vec<_> = all.iter().map(|(f, ..)| StoredAnswers::read(f)).collect();
    for ((folder, base, _), stored) in all.iter().zip(&complete) {
        let base = base.as_deref().map(|base| {
            let at = folder.join(base).canonicalize().unwrap();
            let of = all.iter().position(|(f, ..)| *f == at).unwrap();
            (base, &complete[of])
        });
        stored.write_shared(folder, base);
    }
}

/// The folders of all recordings, with the relative path of the base.
pub fn recordings() -> impl Iterator<Item = (PathBuf, Option<String>)> {
    let fixtures = fixtures_dir().canonicalize().unwrap();
    RECORDED_SCENARIOS.into_iter().map(move |name| {
        let scenario = Scenario::read(name);
        (fixtures.join(&scenario.fixture), scenario.base)
    })
}

/// A manifest without `base`, and the content of its files.
struct StoredAnswers {
    manifest: Value,
    files: BTreeMap<String, Vec<u8>>,
}

impl StoredAnswers {
    fn read(folder: &Path) -> StoredAnswers {
        let manifest = fs::read(folder.join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let entries = manifest["answers"].as_array().unwrap().iter();
        let names = entries.filter_map(|e| e["file"].as_str());
        let files = names.map(|n| (n.to_owned(), fs::read(folder.join(n)).unwrap()));
        let files = files.collect();
        StoredAnswers { manifest, files }
    }

    fn entries(&self) -> &Vec<Value> {
        self.manifest["answers"].as_array().unwrap()
    }

    /// The answers by question, with the content of the file in place of its name.
    fn contents(&self) -> BTreeMap<&str, (Value, Option<&[u8]>)> {
        let content = |entry| {
            let mut rest = Value::clone(entry);
            let file = rest.as_object_mut().unwrap().shift_remove("file");
            let bytes = file.map(|f| self.files[f.as_str().unwrap()].as_slice());
            (entry["question"].as_str().unwrap(), (rest, bytes))
        };
        self.entries().iter().map(content).collect()
    }

    /// Replaces the recording in `folder`. Leaves out what the base answers in the same way.
    fn write_shared(&self, folder: &Path, base: Option<(&str, &StoredAnswers)>) {
        let own = self.contents();
        let inherited = base.map(|(_, of)| of.contents()).unwrap_or_default();
        let mut entries = Vec::new();
        let mut names: BTreeMap<&[u8], String> = BTreeMap::new();
        for entry in self.entries() {
            let question = entry["question"].as_str().unwrap();
            if inherited.get(question) == own.get(question) {
                continue;
            }
            let mut entry = entry.clone();
            if let Some(bytes) = own[question].1 {
                let name = match bytes {
                    b"[]\n" => NO_ROWS_FILE,
                    _ => entry["file"].as_str().unwrap(),
                };
                let name = names.entry(bytes).or_insert_with(|| name.to_owned());
                entry["file"] = name.clone().into();
            }
            entries.push(entry);
        }
        for name in self.files.keys() {
            fs::remove_file(folder.join(name)).unwrap();
        }
        for (bytes, name) in names {
            fs::write(folder.join(name), bytes).unwrap();
        }
        let mut manifest = serde_json::Map::new();
        for (field, value) in self.manifest.as_object().unwrap() {
            manifest.insert(field.clone(), value.clone());
            if let Some((base, _)) = base.filter(|_| field == "tool") {
                manifest.insert("base".to_owned(), base.into());
            }
        }
        manifest["answers"] = entries.into();
        let text = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
        fs::write(folder.join("manifest.json"), text).unwrap();
    }
}
