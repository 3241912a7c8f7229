//! `flexready diff`: compares two reports or recordings.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::console::Output;
use crate::cli::error::CliError;
use crate::cli::load_report::load_report_or_recording;
use crate::report::diff;

#[derive(Debug, ClapArgs)]
pub struct DiffArgs {
    /// The earlier report (report.json, or the folder of `--out`) or recording
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The later one
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "plain")]
    format: DiffFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DiffFormat {
    /// For a person at a terminal
    Plain,
    /// All of it
    Json,
    /// For a pull request or a summary
    Markdown,
}

pub(crate) fn run(args: &DiffArgs) -> Result<Output, CliError> {
    let diff = diff::diff(
        &load_report_or_recording(&args.before)?,
        &load_report_or_recording(&args.after)?,
    );
    let text = match args.format {
        DiffFormat::Plain => diff::plain(&diff),
        DiffFormat::Json => diff::json(&diff),
        DiffFormat::Markdown => diff::markdown(&diff),
    };
    Ok(Output {
        text,
        exit_code: diff.exit_code(),
    })
}
