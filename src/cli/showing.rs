//! Output arguments: `--format` for stdout, `--out` for files. The formats are rendered in `report`.

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use clap::{Args, ValueEnum};

use super::environment::env;
use super::layout;
use super::out::Out;
use super::{Console, Error, Output};
use crate::report::azure_pipelines::{Files, azure_pipelines};
use crate::report::sarif::{Build, Surroundings};
use crate::report::{self, Report};

/// A format of the report on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
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
pub struct Showing {
    /// What to print [default: plain; azure-pipelines where TF_BUILD=True]
    #[arg(long, help_heading = "The report", hide_default_value = true)]
    pub format: Option<Format>,
    /// Also write report.json, report.html, summary.md, findings.csv, TEST-flexready-<migration>.xml and sarif/flexready.sarif
    #[arg(long, value_name = "DIR", help_heading = "The report")]
    pub out: Option<PathBuf>,
}

impl Showing {
    /// The format of `--format`, otherwise the default of the environment.
    pub fn format(&self) -> Format {
        self.format.unwrap_or(match in_pipeline() {
            true => Format::AzurePipelines,
            false => Format::Plain,
        })
    }

    /// Writes the report to the output directory, if any, and to stdout.
    ///
    /// # Errors
    /// A file or stdout cannot be written.
    pub fn show(
        &self,
        report: &Report,
        out: Option<Out>,
        console: &mut Console,
    ) -> Result<Output, Error> {
        let files = out.map(|out| out.write(report)).transpose()?;
        console.print(|stdout| self.write(report, files.as_ref(), stdout))?;
        Ok(Output {
            text: String::new(),
            exit_code: report.exit_code,
        })
    }

    fn write(
        &self,
        report: &Report,
        files: Option<&Files>,
        stdout: &mut dyn Write,
    ) -> io::Result<()> {
        let text = match self.format() {
            Format::Json => return report::json(report, stdout),
            Format::Plain => report::plain::plain(report, layout()),
            Format::Ndjson => report::ndjson(report),
            Format::Csv => report::csv(report),
            Format::Junit => report::junit(report),
            Format::Sarif => report::sarif::sarif(report, &surroundings(report)),
            Format::Markdown => report::markdown(report),
            Format::Html => report::html(report),
            Format::AzurePipelines => azure_pipelines(report, files),
        };
        stdout.write_all(text.as_bytes())
    }
}

/// Whether the process runs in Azure Pipelines (TF_BUILD is `True`).
pub fn in_pipeline() -> bool {
    env("TF_BUILD").is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

/// The context of the run for SARIF: plan file and build.
pub fn surroundings(report: &Report) -> Surroundings {
    let plan = report.policy.plan.as_deref();
    Surroundings {
        plan: plan.and_then(in_repository),
        build: in_pipeline().then(|| Build::from_env(&env)).flatten(),
    }
}

/// The path relative to the agent's source directory, otherwise to the working directory, otherwise the file name.
fn in_repository(path: &str) -> Option<String> {
    let here = std::env::current_dir().ok()?;
    let whole = normal(&here.join(path));
    let roots = [env("BUILD_SOURCESDIRECTORY").map(PathBuf::from), Some(here)];
    let below = roots
        .iter()
        .flatten()
        .find_map(|root| whole.strip_prefix(normal(root)).ok());
    let path = below.or_else(|| whole.file_name().map(Path::new))?;
    let parts = path.components().map(|c| c.as_os_str().to_string_lossy());
    Some(parts.collect::<Vec<_>>().join("/"))
}

/// The path without `.` and `..`, resolved lexically.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}
