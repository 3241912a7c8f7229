//! `--out DIR`: writes the report in every file format.
//!
//! A later pipeline step publishes the directory even if this run fails. Reports of earlier runs are therefore removed
//! before the first question, so that an old report cannot pass a gate. Each run needs its own directory, as in the
//! pipeline template.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::ci::run_context;
use super::error::CliError;
use crate::report;
use crate::report::Report;
use crate::report::formats::azure_pipelines::ReportFiles;

pub(super) const REPORT_JSON: &str = "report.json";
const REPORT_HTML: &str = "report.html";
const SUMMARY_MD: &str = "summary.md";
const FINDINGS_CSV: &str = "findings.csv";
const SARIF_FILE: &str = "sarif/flexready.sarif";

/// The directory of `--out`.
pub struct OutputDir {
    path: PathBuf,
}

impl OutputDir {
    /// Creates the directory and removes reports of earlier runs.
    ///
    /// # Errors
    /// The directory cannot be created or cleared.
    pub fn prepare(folder: &Path) -> Result<OutputDir, CliError> {
        let folder = std::path::absolute(folder).map_err(|e| write_error(folder, e))?;
        fs::create_dir_all(folder.join("sarif")).map_err(|e| write_error(&folder, e))?;
        let out = OutputDir { path: folder };
        for name in [
            REPORT_JSON,
            REPORT_HTML,
            SUMMARY_MD,
            FINDINGS_CSV,
            SARIF_FILE,
            report::JUNIT_FLEET_FILE,
        ] {
            out.remove_file(name)?;
        }
        for name in out.old_junit_files()? {
            out.remove_file(&name)?;
        }
        Ok(out)
    }

    /// The JUnit files of earlier runs. Their migration names are not known, so they are matched by file name.
    fn old_junit_files(&self) -> Result<Vec<String>, CliError> {
        let entries = fs::read_dir(&self.path).map_err(|e| write_error(&self.path, e))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let is_ours = |name: &String| name.starts_with("TEST-flexready-") && name.ends_with(".xml");
        Ok(names.filter(is_ours).collect())
    }

    fn remove_file(&self, name: &str) -> Result<(), CliError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(write_error(&path, error)),
            _ => Ok(()),
        }
    }

    /// Writes every report file.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, report: &Report) -> Result<ReportFiles, CliError> {
        for migration in &report.migrations {
            let name = report::junit_file_name(&migration.name);
            self.write_text(&name, &report::junit_migration(report, migration))?;
        }
        if let Some(whole) = report::junit_fleet(report) {
            self.write_text(report::JUNIT_FLEET_FILE, &whole)?;
        }
        self.write_text(
            SARIF_FILE,
            &report::formats::sarif::sarif(report, &run_context(report)),
        )?;
        self.write_text(FINDINGS_CSV, &report::csv(report))?;
        Ok(ReportFiles {
            folder: self.path.display().to_string(),
            summary: self.write_text(SUMMARY_MD, &report::markdown(report))?,
            html: self.write_text(REPORT_HTML, &report::html(report))?,
            json: self.write_file(REPORT_JSON, |file| report::json(report, file))?,
        })
    }

    fn write_text(&self, name: &str, text: &str) -> Result<String, CliError> {
        self.write_file(name, |file| file.write_all(text.as_bytes()))
    }

    fn write_file(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<String, CliError> {
        let path = self.path.join(name);
        let written = File::create(&path).and_then(|mut file| write(&mut file));
        written.map_err(|e| write_error(&path, e))?;
        Ok(path.display().to_string())
    }
}

fn write_error(path: &Path, source: io::Error) -> CliError {
    CliError::ReportNotWritten {
        path: path.to_owned(),
        source,
    }
}
