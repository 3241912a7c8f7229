//! `flexready diff`: compares two reports or recordings.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::reports::report_or_recording;
use super::{Error, Output};
use crate::report::diff;

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The earlier report (report.json, or the folder of `--out`) or recording
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
    let diff = diff::diff(
        &report_or_recording(&args.before)?,
        &report_or_recording(&args.after)?,
    );
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
