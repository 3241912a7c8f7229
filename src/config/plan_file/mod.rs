//! The plan file, `flexready.toml`: migrations, their defaults, and policy rules. A pipeline only needs to specify the
//! name of a migration. A plan contains no secrets, and errors never quote its lines.

mod toml_error;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::migration::MigrationMode;
use super::migration_options::MigrationOptions;
use super::policy_rules::{PolicyRules, PolicyTable, RuleParser, SpannedError, WaiverTable};
use super::severity::Severity;

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
    UnknownMigration {
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
    defaults: MigrationOptions,
    #[serde(default)]
    #[schemars(with = "Vec<MigrationOptions>")]
    migration: Vec<Spanned<MigrationOptions>>,
    #[serde(default)]
    judging: PolicyTable,
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
    migrations: Vec<MigrationOptions>,
    default_mode: MigrationMode,
    pub rules: PolicyRules,
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
        Plan::parse(&text, path, checks)
    }

    /// Parses the text of a plan. Errors refer to the file as `path`.
    ///
    /// # Errors
    /// The text cannot be parsed.
    pub fn parse(text: &str, path: &Path, checks: &[&str]) -> Result<Plan, PlanError> {
        parse_plan(text, path, checks).map_err(|(at, message)| {
            let (line, column) = line_and_column(text, at);
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
    pub fn migration(&self, name: Option<&str>) -> Result<MigrationOptions, PlanError> {
        let path = self.path.clone();
        match (name, self.migrations.as_slice()) {
            (_, []) => Err(PlanError::Empty { path }),
            (None, [only]) => Ok(only.clone()),
            (None, all) => Err(PlanError::Ambiguous {
                path,
                count: all.len(),
                names: self.list_names(),
            }),
            (Some(name), all) => {
                let found = all.iter().find(|m| m.name.as_deref() == Some(name));
                found.cloned().ok_or_else(|| PlanError::UnknownMigration {
                    path,
                    name: name.to_owned(),
                    names: self.list_names(),
                })
            }
        }
    }

    /// The path of the plan file as specified, with `/` as separator.
    pub fn display_path(&self) -> String {
        self.path.to_string_lossy().replace('\\', "/")
    }

    /// The migration mode for servers that are not in the plan.
    pub fn default_mode(&self) -> MigrationMode {
        self.default_mode
    }

    /// All migrations with the plan's defaults, in the order of the file.
    pub fn migrations(&self) -> &[MigrationOptions] {
        &self.migrations
    }

    /// The policy rules for an audit, which can include servers that are not in the plan. A migration without a name
    /// gets the name of its target, as in the audit. It never matches a server that is not in the plan.
    pub fn audit_rules(&self) -> PolicyRules {
        let mut rules = self.rules.clone();
        for (line, wish) in rules.migration_lines.iter_mut().zip(&self.migrations) {
            let target = wish.target.as_deref().and_then(|t| t.rsplit('/').next());
            let name = target.and_then(|t| t.split('.').next());
            line.0 = line.0.take().or(name.map(str::to_owned));
        }
        rules.migration_lines.retain(|(name, _)| name.is_some());
        rules
    }

    fn list_names(&self) -> String {
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

fn parse_plan(text: &str, path: &Path, checks: &[&str]) -> Result<Plan, SpannedError> {
    let file: PlanFile =
        toml::from_str(text).map_err(|e| toml_error::describe_toml_error(text, &e))?;
    let line = |at: usize| line_and_column(text, at).0;
    let parser = RuleParser {
        checks,
        line_of: &line,
    };
    ensure_unique_names(&file.migration)?;
    let waivers = file.waiver.into_iter().map(|w| parser.parse_waiver(w));
    let overrides = file
        .severity
        .iter()
        .map(|(c, s)| parser.parse_override(c, *s));
    let rules = PolicyRules {
        file: Some(path.to_string_lossy().replace('\\', "/")),
        migration_lines: file
            .migration
            .iter()
            .map(|m| (m.as_ref().name.clone(), line(m.span().start)))
            .collect(),
        waivers: waivers.collect::<Result<_, _>>()?,
        overrides: overrides.collect::<Result<_, _>>()?,
        max_waiver_days: file.judging.max_waiver_days,
    };
    let migrations = file.migration.into_iter().map(|m| MigrationOptions {
        plan_position: Some((path.display().to_string(), line(m.span().start))),
        ..m.into_inner()
    });
    Ok(Plan {
        path: path.to_owned(),
        default_mode: file.defaults.mode.unwrap_or_default(),
        migrations: migrations
            .map(|m| m.with_defaults(&file.defaults).relative_to(path))
            .collect(),
        rules,
    })
}

/// The JSON schema of the plan file. Editors use it to complete and check the TOML.
pub fn plan_schema() -> String {
    let schema = schemars::schema_for!(PlanFile);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}

/// Rejects duplicate migration names, because a report identifies a migration by its name.
fn ensure_unique_names(migrations: &[Spanned<MigrationOptions>]) -> Result<(), SpannedError> {
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
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests;
