//! Loads existing reports for `diff` and `merge`.

use std::fs;
use std::path::Path;

use futures::StreamExt;
use serde_json::Value;

use super::error::CliError;
use super::output_dir::REPORT_JSON;
use super::runtime::block_on;
use crate::backend::Backend;
use crate::backend::recording::Recording;
use crate::report::{Report, SCHEMA};
use crate::verdict::Policy;
use crate::{Concurrency, FleetTarget, report};

/// Loads a report from a file or directory, or checks a recording with the default policy.
pub(super) fn load_report_or_recording(path: &Path) -> Result<Report, CliError> {
    let is_json = |e: &std::ffi::OsStr| e.eq_ignore_ascii_case("json");
    let is_report = if path.is_dir() {
        path.join(REPORT_JSON).is_file()
    } else {
        path.extension().is_some_and(is_json)
    };
    if is_report {
        load_report(path)
    } else {
        check_recording(&Recording::open(path)?)
    }
}

/// Loads a report from a file, or from a directory that `--out` wrote.
pub(super) fn load_report(path: &Path) -> Result<Report, CliError> {
    let inside = path.join(REPORT_JSON);
    let path = if path.is_dir() { &inside } else { path };
    let no_report = |why: String| CliError::NotAReport {
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
fn check_recording(recording: &Recording) -> Result<Report, CliError> {
    let migrations = recording.migrations().iter();
    let targets = migrations.map(|migration| FleetTarget {
        backend: Box::new(recording.for_migration(Some(&migration.name))),
        migration: migration.clone(),
    });
    let sequential = Concurrency {
        subscriptions: 1,
        migrations: 1,
    };
    let mut seed = recording.empty_answers();
    let policy = Policy::default();
    let run = crate::audit(targets.collect(), &seed, &policy, sequential);
    let all = block_on(false, run.map(|f| f.report_part).collect::<Vec<_>>())?;
    seed.caller = recording.caller();
    let summary = recording.fleet_summary().cloned();
    Ok(report::assemble(all, &seed, &policy, summary))
}
