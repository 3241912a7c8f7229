//! The plan file, `flexready.toml`: migrations and their defaults, so that a pipeline names one and says no more.
//! Not here: what the command line adds (`cli`). A plan holds no secrets, and errors never show a line of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Exposure, Mode, Prefix, SourceKind, SourceTls};

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
    migration: Vec<Wish>,
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
        }
    }
}

/// The migration `name` of the plan at `path`, with the plan's defaults; without a name, its only one.
///
/// # Errors
/// When the file cannot be read or understood, or does not hold that migration.
pub fn read(path: &Path, name: Option<&str>) -> Result<Wish, PlanError> {
    let text = fs::read_to_string(path).map_err(|source| PlanError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let plan: PlanFile = toml::from_str(&text).map_err(|e| malformed(path, &text, &e))?;
    let names = || {
        let names: Vec<String> = plan
            .migration
            .iter()
            .filter_map(|m| m.name.clone())
            .collect();
        if names.is_empty() {
            "none with a name".to_owned()
        } else {
            names.join(", ")
        }
    };
    let path = path.to_owned();
    let wish = match (name, plan.migration.as_slice()) {
        (_, []) => return Err(PlanError::Empty { path }),
        (None, [only]) => only,
        (None, all) => {
            return Err(PlanError::Ambiguous {
                path,
                count: all.len(),
                names: names(),
            });
        }
        (Some(name), all) => match all.iter().find(|m| m.name.as_deref() == Some(name)) {
            Some(wish) => wish,
            None => {
                return Err(PlanError::NoSuchMigration {
                    path,
                    name: name.to_owned(),
                    names: names(),
                });
            }
        },
    };
    Ok(wish.clone().or(&plan.defaults))
}

fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> PlanError {
    let before = &text[..error.span().map_or(0, |s| s.start.min(text.len()))];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let message = error.message().lines().next().unwrap_or_default();
    PlanError::Malformed {
        path: path.to_owned(),
        line,
        column,
        message: with_nearest(message),
    }
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
mod tests {
    use super::*;

    fn read_text(text: &str, name: Option<&str>) -> Result<Wish, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("flexready.toml");
        fs::write(&path, text).expect("the plan is written");
        read(&path, name).map_err(|e| e.to_string().replace(&*path.to_string_lossy(), "PLAN"))
    }

    #[test]
    fn a_typo_names_its_place_and_the_nearest_key() {
        let error = read_text(
            "[[migration]]\nname = \"a\"\nsurce = \"postgresql://u:hush@h/d\"\n",
            None,
        );
        assert_eq!(
            error,
            Err("PLAN:3:1: unknown key `surce`; did you mean `source`?".to_owned())
        );
    }

    #[test]
    fn defaults_fill_what_a_migration_leaves_out() {
        let plan = "[defaults]\nmode = \"online\"\n[[migration]]\nname = \"a\"\n[[migration]]\nname = \"b\"\nmode = \"offline\"\n";
        assert_eq!(
            read_text(plan, Some("a")).map(|w| w.mode),
            Ok(Some(Mode::Online))
        );
        assert_eq!(
            read_text(plan, Some("b")).map(|w| w.mode),
            Ok(Some(Mode::Offline))
        );
        assert!(read_text(plan, None).is_err_and(|e| e.contains("choose one")));
        assert!(read_text(plan, Some("c")).is_err_and(|e| e.contains("it has a, b")));
        assert!(read_text("", None).is_err_and(|e| e.contains("no [[migration]]")));
    }
}
