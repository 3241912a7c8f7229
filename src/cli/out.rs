//! `--out DIR`: writes the report in every file format.
//!
//! A later pipeline step publishes the directory even if this run fails. Reports of earlier runs are therefore removed
//! before the first question, so that an old report cannot pass a gate. Each run needs its own directory, as in the
//! pipeline template.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Error;
use super::showing::surroundings;
use crate::report::azure_pipelines::Files;
use crate::report::{self, Report};

pub(super) const DATA: &str = "report.json";
const PAGE: &str = "report.html";
const SUMMARY: &str = "summary.md";
const TABLE: &str = "findings.csv";
const SCAN: &str = "sarif/flexready.sarif";

/// The directory of `--out`.
pub struct Out {
    folder: PathBuf,
}

impl Out {
    /// Creates the directory and removes reports of earlier runs.
    ///
    /// # Errors
    /// The directory cannot be created or cleared.
    pub fn prepare(folder: &Path) -> Result<Out, Error> {
        let folder = std::path::absolute(folder).map_err(|e| unwritable(folder, e))?;
        fs::create_dir_all(folder.join("sarif")).map_err(|e| unwritable(&folder, e))?;
        let out = Out { folder };
        for name in [DATA, PAGE, SUMMARY, TABLE, SCAN, report::OF_FLEET] {
            out.clear(name)?;
        }
        for name in out.test_results()? {
            out.clear(&name)?;
        }
        Ok(out)
    }

    /// The JUnit files of earlier runs. Their migration names are not known, so they are matched by file name.
    fn test_results(&self) -> Result<Vec<String>, Error> {
        let entries = fs::read_dir(&self.folder).map_err(|e| unwritable(&self.folder, e))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let is_ours = |name: &String| name.starts_with("TEST-flexready-") && name.ends_with(".xml");
        Ok(names.filter(is_ours).collect())
    }

    fn clear(&self, name: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(&path, error)),
            _ => Ok(()),
        }
    }

    /// Writes every report file.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, report: &Report) -> Result<Files, Error> {
        for migration in &report.migrations {
            let name = report::junit_file_name(&migration.name);
            self.file(&name, &report::junit_of(report, migration))?;
        }
        if let Some(whole) = report::junit_of_fleet(report) {
            self.file(report::OF_FLEET, &whole)?;
        }
        self.file(SCAN, &report::sarif::sarif(report, &surroundings(report)))?;
        self.file(TABLE, &report::csv(report))?;
        Ok(Files {
            folder: self.folder.display().to_string(),
            summary: self.file(SUMMARY, &report::markdown(report))?,
            page: self.file(PAGE, &report::html(report))?,
            data: self.streamed(DATA, |file| report::json(report, file))?,
        })
    }

    fn file(&self, name: &str, text: &str) -> Result<String, Error> {
        self.streamed(name, |file| file.write_all(text.as_bytes()))
    }

    fn streamed(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<String, Error> {
        let path = self.folder.join(name);
        let written = File::create(&path).and_then(|mut file| write(&mut file));
        written.map_err(|e| unwritable(&path, e))?;
        Ok(path.display().to_string())
    }
}

fn unwritable(path: &Path, source: io::Error) -> Error {
    Error::Unwritable {
        path: path.to_owned(),
        source,
    }
}
