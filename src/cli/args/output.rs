//! Output arguments: `--format` for stdout, `--out` for files. The formats are rendered in `report`.

use std::io;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::ci::{is_azure_pipelines, run_context};
use crate::cli::console::{Console, Output};
use crate::cli::error::CliError;
use crate::cli::output_dir::OutputDir;
use crate::cli::terminal::terminal_layout;
use crate::report;
use crate::report::Report;
use crate::report::formats::azure_pipelines::{ReportFiles, azure_pipelines};

/// A format of the report on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For a person at a terminal
    Plain,
    /// The whole report
    Json,
    /// The report of each migration on a line of its own
    Ndjson,
    /// A row for each finding
    Csv,
    /// Test results
    Junit,
    /// Scan results
    Sarif,
    /// A summary
    Markdown,
    /// One page without scripts
    Html,
    /// Logging commands of Azure Pipelines, and the report in groups
    AzurePipelines,
}

#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// What to print [default: plain; azure-pipelines where TF_BUILD=True]
    #[arg(long, help_heading = "The report", hide_default_value = true)]
    pub format: Option<ReportFormat>,
    // Not a doc comment: rustdoc reads `<migration>` as an HTML tag.
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "The report",
        help = "Also write report.json, report.html, summary.md, findings.csv, TEST-flexready-<migration>.xml and sarif/flexready.sarif"
    )]
    pub out: Option<PathBuf>,
}

impl OutputArgs {
    /// The format of `--format`, otherwise the default of the environment.
    pub fn effective_format(&self) -> ReportFormat {
        self.format.unwrap_or(if is_azure_pipelines() {
            ReportFormat::AzurePipelines
        } else {
            ReportFormat::Plain
        })
    }

    /// Writes the report to the output directory, if any, and to stdout.
    ///
    /// # Errors
    /// A file or stdout cannot be written.
    pub fn write_report(
        &self,
        report: &Report,
        out: Option<OutputDir>,
        console: &mut Console,
    ) -> Result<Output, CliError> {
        let files = out.map(|out| out.write(report)).transpose()?;
        console.print(|stdout| self.write_stdout(report, files.as_ref(), stdout))?;
        Ok(Output {
            text: String::new(),
            exit_code: report.exit_code,
        })
    }

    fn write_stdout(
        &self,
        report: &Report,
        files: Option<&ReportFiles>,
        stdout: &mut dyn Write,
    ) -> io::Result<()> {
        let text = match self.effective_format() {
            ReportFormat::Json => return report::json(report, stdout),
            ReportFormat::Plain => report::formats::plain::plain(report, terminal_layout()),
            ReportFormat::Ndjson => report::ndjson(report),
            ReportFormat::Csv => report::csv(report),
            ReportFormat::Junit => report::junit(report),
            ReportFormat::Sarif => report::formats::sarif::sarif(report, &run_context(report)),
            ReportFormat::Markdown => report::markdown(report),
            ReportFormat::Html => report::html(report),
            ReportFormat::AzurePipelines => azure_pipelines(report, files),
        };
        stdout.write_all(text.as_bytes())
    }
}
