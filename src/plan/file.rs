//! The plan file, `flexready.toml`: migrations, their defaults, and policy rules. A pipeline only needs to specify the
//! name of a migration. A plan contains no secrets, and errors never quote its lines.

mod wish;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::judging::{Fault, JudgingTable, Reading, Rules, WaiverTable};
use super::{Mode, Severity};
pub use wish::{Password, Wish};
pub use words::{MEMORY, VCORES, is_memory, is_vcores};

/// An error of a plan file.
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

/// A plan of migrations, flexready.toml.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    /// What holds for every migration that does not say otherwise.
    #[serde(default)]
    defaults: Wish,
    #[serde(default)]
    #[schemars(with = "Vec<Wish>")]
    migration: Vec<Spanned<Wish>>,
    #[serde(default)]
    judging: JudgingTable,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Severity>")]
    severity: BTreeMap<Spanned<String>, Severity>,
    #[serde(default)]
    waiver: Vec<WaiverTable>,
}

/// A parsed plan file.
#[derive(Debug)]
pub struct Plan {
    path: PathBuf,
    migrations: Vec<Wish>,
    default_mode: Mode,
    pub rules: Rules,
}

impl Plan {
    /// Reads the plan at `path`. `checks` are the valid check IDs for waivers and severities.
    ///
    /// # Errors
    /// The file cannot be read or parsed.
    pub fn read(path: &Path, checks: &[&str]) -> Result<Plan, PlanError> {
        let text = fs::read_to_string(path).map_err(|source| PlanError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Plan::of(&text, path, checks)
    }

    /// Parses the text of a plan. Errors refer to the file as `path`.
    ///
    /// # Errors
    /// The text cannot be parsed.
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

    /// The migration `name`, with the plan's defaults. Without a name, the only migration of the plan.
    ///
    /// # Errors
    /// The plan does not contain the migration, or has more than one and `name` is `None`.
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

    /// The path of the plan file as specified, with `/` as separator.
    pub fn name(&self) -> String {
        self.path.to_string_lossy().replace('\\', "/")
    }

    /// The migration mode for servers that are not in the plan.
    pub fn default_mode(&self) -> Mode {
        self.default_mode
    }

    /// All migrations with the plan's defaults, in the order of the file.
    pub fn migrations(&self) -> &[Wish] {
        &self.migrations
    }

    /// The policy rules for an audit, which can include servers that are not in the plan. A migration without a name
    /// gets the name of its target, as in the audit. It never matches a server that is not in the plan.
    pub fn rules_among_others(&self) -> Rules {
        let mut rules = self.rules.clone();
        for (line, wish) in rules.lines.iter_mut().zip(&self.migrations) {
            let target = wish.target.as_deref().and_then(|t| t.rsplit('/').next());
            let name = target.and_then(|t| t.split('.').next());
            line.0 = line.0.take().or(name.map(str::to_owned));
        }
        rules.lines.retain(|(name, _)| name.is_some());
        rules
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
    let file: PlanFile = toml::from_str(text).map_err(|e| words::malformed(text, &e))?;
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
    let migrations = file.migration.into_iter().map(|m| Wish {
        line: Some((path.display().to_string(), line(m.span().start))),
        ..m.into_inner()
    });
    Ok(Plan {
        path: path.to_owned(),
        default_mode: file.defaults.mode.unwrap_or_default(),
        migrations: migrations
            .map(|m| m.or(&file.defaults).beside(path))
            .collect(),
        rules,
    })
}

/// The JSON schema of the plan file. Editors use it to complete and check the TOML.
pub fn schema() -> String {
    let schema = schemars::schema_for!(PlanFile);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}

/// Rejects duplicate migration names, because a report identifies a migration by its name.
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

/// Line and column of a byte offset, both 1-based.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests;
