//! `flexready diff`: what changed between two reports, or two recordings, or one of each.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};
use serde_json::Value;

use super::check::judged_recording;
use super::{Error, Output};
use crate::inputs::recording::Recording;
use crate::report::diff;
use crate::report::{Report, SCHEMA};

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The earlier report (report.json) or recording
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The later one
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "plain")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For a person at a terminal
    Plain,
    /// All of it
    Json,
    /// For a pull request or a summary
    Markdown,
}

pub(super) fn run(args: &Args) -> Result<Output, Error> {
    let diff = diff::diff(&read(&args.before)?, &read(&args.after)?);
    let text = match args.format {
        Format::Plain => diff::plain(&diff),
        Format::Json => diff::json(&diff),
        Format::Markdown => diff::markdown(&diff),
    };
    Ok(Output {
        text,
        exit_code: diff.exit_code(),
    })
}

/// The report in a file, or of a recording.
fn read(path: &Path) -> Result<Report, Error> {
    if path.is_dir()
        || path
            .extension()
            .is_none_or(|e| !e.eq_ignore_ascii_case("json"))
    {
        return judged_recording(&Recording::open(path)?);
    }
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
