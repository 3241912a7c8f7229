//! Loads existing reports for `diff` and `merge`.

use std::fs;
use std::path::Path;

use futures::StreamExt;
use serde_json::Value;

use super::Error;
use super::connect::block_on;
use super::out::DATA;
use crate::inputs::Source;
use crate::inputs::recording::Recording;
use crate::report::{self, Report, SCHEMA};
use crate::verdict::Policy;
use crate::{Asked, Width};

/// Loads a report from a file or directory, or checks a recording with the default policy.
pub(super) fn report_or_recording(path: &Path) -> Result<Report, Error> {
    let is_json = |e: &std::ffi::OsStr| e.eq_ignore_ascii_case("json");
    let is_report = match path.is_dir() {
        true => path.join(DATA).is_file(),
        false => path.extension().is_some_and(is_json),
    };
    match is_report {
        true => report(path),
        false => judged(&Recording::open(path)?),
    }
}

/// Loads a report from a file, or from a directory that `--out` wrote.
pub(super) fn report(path: &Path) -> Result<Report, Error> {
    let inside = path.join(DATA);
    let path = if path.is_dir() { &inside } else { path };
    let no_report = |why: String| Error::NoReport {
        path: path.to_owned(),
        why,
    };
    let bytes = fs::read(path).map_err(|e| no_report(e.to_string()))?;
    let json: Value = serde_json::from_slice(&bytes).map_err(|e| no_report(e.to_string()))?;
    match json.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => serde_json::from_value(json).map_err(|e| no_report(e.to_string())),
        Some(other) => Err(no_report(format!(
            "its schema is `{other}`, not `{SCHEMA}`"
        ))),
        None => Err(no_report("it names no schema".to_owned())),
    }
}

/// Checks all migrations of a recording, one at a time.
fn judged(recording: &Recording) -> Result<Report, Error> {
    let migrations = recording.migrations().iter();
    let asked = migrations.map(|migration| Asked {
        source: Box::new(recording.of(Some(&migration.name))),
        migration: migration.clone(),
    });
    let one = Width {
        subscriptions: 1,
        migrations: 1,
    };
    let mut start = recording.start();
    let policy = Policy::default();
    let run = crate::audit(asked.collect(), &start, &policy, one);
    let all = block_on(false, run.map(|f| f.judged).collect::<Vec<_>>())?;
    start.asker = recording.asker();
    let note = recording.fleet().cloned();
    Ok(report::assemble(all, &start, &policy, note))
}
