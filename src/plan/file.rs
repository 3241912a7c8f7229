//! The plan file, `flexready.toml`: migrations with their defaults, and how they are judged, so that a pipeline names one and
//! says no more. Not here: waivers and severities themselves (`judging`), what the command line adds (`cli`). A plan holds no
//! secrets, and errors never show a line of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::judging::{Fault, JudgingTable, Reading, Rules, WaiverTable};
use super::{Exposure, Mode, Prefix, ServerId, Severity, SourceKind, SourceTls};

/// Why a plan file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("cannot read the plan `{path}`: {source}")]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}:{line}:{column}: {message}")]
    Malformed {
        path: PathBuf,
        line: usize,
        column: usize,
        message: String,
    },
    #[error("the plan `{path}` has no [[migration]]; add one with a `source` and a `target`")]
    Empty { path: PathBuf },
    #[error(
        "the plan `{path}` has {count} migrations; choose one with `--migration NAME`: {names}"
    )]
    Ambiguous {
        path: PathBuf,
        count: usize,
        names: String,
    },
    #[error("the plan `{path}` has no migration `{name}`; it has {names}")]
    NoSuchMigration {
        path: PathBuf,
        name: String,
        names: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    #[serde(default)]
    defaults: Wish,
    #[serde(default)]
    migration: Vec<Spanned<Wish>>,
    #[serde(default)]
    judging: JudgingTable,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Severity>,
    #[serde(default)]
    waiver: Vec<WaiverTable>,
}

/// A plan that was read.
#[derive(Debug)]
pub struct Plan {
    path: PathBuf,
    migrations: Vec<Wish>,
    pub rules: Rules,
}

/// What is said of one migration, in a plan or on the command line. Nothing is required here.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    pub name: Option<String>,
    /// A connection string without a password.
    pub source: Option<String>,
    pub target: Option<String>,
    pub mode: Option<Mode>,
    pub databases: Option<Vec<String>>,
    pub migration_user: Option<String>,
    pub source_kind: Option<SourceKind>,
    pub source_exposure: Option<Exposure>,
    pub source_vcores: Option<u32>,
    pub source_memory_gib: Option<f64>,
    pub source_vnet: Option<String>,
    pub runtime_server: Option<String>,
    pub source_address: Option<String>,
    pub source_reached_from: Option<Prefix>,
    pub source_tls: Option<SourceTls>,
    /// The flexible server that the source is, where it is one.
    pub source_id: Option<ServerId>,
    /// A connection string to the target without a password.
    pub target_url: Option<String>,
    pub target_user: Option<String>,
    pub overwrite: Option<bool>,
    pub identity_migrates: Option<bool>,
}

impl Wish {
    /// What is said here, and where nothing is, what `other` says.
    #[must_use]
    pub fn or(self, other: &Wish) -> Wish {
        let o = other.clone();
        Wish {
            name: self.name.or(o.name),
            source: self.source.or(o.source),
            target: self.target.or(o.target),
            mode: self.mode.or(o.mode),
            databases: self.databases.or(o.databases),
            migration_user: self.migration_user.or(o.migration_user),
            source_kind: self.source_kind.or(o.source_kind),
            source_exposure: self.source_exposure.or(o.source_exposure),
            source_vcores: self.source_vcores.or(o.source_vcores),
            source_memory_gib: self.source_memory_gib.or(o.source_memory_gib),
            source_vnet: self.source_vnet.or(o.source_vnet),
            runtime_server: self.runtime_server.or(o.runtime_server),
            source_address: self.source_address.or(o.source_address),
            source_reached_from: self.source_reached_from.or(o.source_reached_from),
            source_tls: self.source_tls.or(o.source_tls),
            source_id: self.source_id.or(o.source_id),
            target_url: self.target_url.or(o.target_url),
            target_user: self.target_user.or(o.target_user),
            overwrite: self.overwrite.or(o.overwrite),
            identity_migrates: self.identity_migrates.or(o.identity_migrates),
        }
    }
}

impl Plan {
    /// Reads the plan at `path`; `checks` are the ids that waivers and severities may name.
    ///
    /// # Errors
    /// When the file cannot be read or understood.
    pub fn read(path: &Path, checks: &[&str]) -> Result<Plan, PlanError> {
        let text = fs::read_to_string(path).map_err(|source| PlanError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Plan::of(&text, path, checks)
    }

    /// Reads the text of a plan; `path` is what errors call it.
    ///
    /// # Errors
    /// When the text cannot be understood.
    pub fn of(text: &str, path: &Path, checks: &[&str]) -> Result<Plan, PlanError> {
        parse(text, path, checks).map_err(|(at, message)| {
            let (line, column) = place(text, at);
            PlanError::Malformed {
                path: path.to_owned(),
                line,
                column,
                message,
            }
        })
    }

    /// The migration `name`, with the plan's defaults; without a name, the only one.
    ///
    /// # Errors
    /// When the plan does not hold that migration, or more than one and none is named.
    pub fn migration(&self, name: Option<&str>) -> Result<Wish, PlanError> {
        let path = self.path.clone();
        match (name, self.migrations.as_slice()) {
            (_, []) => Err(PlanError::Empty { path }),
            (None, [only]) => Ok(only.clone()),
            (None, all) => Err(PlanError::Ambiguous {
                path,
                count: all.len(),
                names: self.names(),
            }),
            (Some(name), all) => {
                let found = all.iter().find(|m| m.name.as_deref() == Some(name));
                found.cloned().ok_or_else(|| PlanError::NoSuchMigration {
                    path,
                    name: name.to_owned(),
                    names: self.names(),
                })
            }
        }
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self
            .migrations
            .iter()
            .filter_map(|m| m.name.as_deref())
            .collect();
        if names.is_empty() {
            "none with a name".to_owned()
        } else {
            names.join(", ")
        }
    }
}

fn parse(text: &str, path: &Path, checks: &[&str]) -> Result<Plan, Fault> {
    let file: PlanFile = toml::from_str(text).map_err(|e| malformed(&e))?;
    let line = |at: usize| place(text, at).0;
    let reading = Reading {
        checks,
        line: &line,
    };
    no_name_twice(&file.migration)?;
    let waivers = file.waiver.into_iter().map(|w| reading.waiver(w));
    let overrides = file.severity.iter().map(|(c, s)| reading.severity(c, *s));
    let rules = Rules {
        file: Some(path.to_string_lossy().replace('\\', "/")),
        lines: file
            .migration
            .iter()
            .map(|m| (m.as_ref().name.clone(), line(m.span().start)))
            .collect(),
        waivers: waivers.collect::<Result<_, _>>()?,
        overrides: overrides.collect::<Result<_, _>>()?,
        max_waiver_days: file.judging.max_waiver_days,
    };
    let migrations = file.migration.into_iter().map(Spanned::into_inner);
    Ok(Plan {
        path: path.to_owned(),
        migrations: migrations.map(|m| m.or(&file.defaults)).collect(),
        rules,
    })
}

/// Two migrations of one name: which of them would a report be about?
fn no_name_twice(migrations: &[Spanned<Wish>]) -> Result<(), Fault> {
    let mut names = Vec::new();
    for migration in migrations {
        let Some(name) = &migration.as_ref().name else {
            continue;
        };
        if names.contains(&name) {
            let message = format!("there is another migration `{name}`; give each its own name");
            return Err((migration.span().start, message));
        }
        names.push(name);
    }
    Ok(())
}

/// Line and column of a byte, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

fn malformed(error: &toml::de::Error) -> Fault {
    let message = error.message().lines().next().unwrap_or_default();
    (error.span().map_or(0, |s| s.start), with_nearest(message))
}

/// Adds the nearest known key to a message such as ``unknown field `surce`, expected one of `name`, `source` ``.
fn with_nearest(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(unknown) = quoted
        .next()
        .filter(|_| message.starts_with("unknown field"))
    else {
        return message.to_owned();
    };
    let nearest = quoted
        .map(|known| (strsim::damerau_levenshtein(unknown, known), known))
        .min();
    match nearest {
        Some((distance, known)) if distance <= 3 => {
            format!("unknown key `{unknown}`; did you mean `{known}`?")
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
