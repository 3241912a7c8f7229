//! Collations, and default settings of databases.

use serde::Deserialize;
use serde_json::Value;

use crate::facts::shape::items;
use crate::facts::{Fact, Missing, databases};
use crate::plan::Migration;
use crate::question::Answers;

/// A user-defined collation, or a system collation that objects of the database use.
#[derive(Debug, Clone, Deserialize)]
pub struct Collation {
    pub schema: String,
    pub name: String,
    /// `c`: C library. `i`: ICU. `b`: built-in provider of PostgreSQL (17 and newer).
    pub provider: String,
    pub is_user: bool,
    /// Library version when the collation was created. `None` if not recorded.
    pub version: Option<String>,
    pub actual_version: Option<String>,
    /// Number of objects that use it: columns, indexes, constraints, views.
    pub uses: u64,
    /// One of these objects, a column if possible.
    pub first_use: Option<String>,
}

/// Encoding, locale and tablespace of a database.
#[derive(Debug, Clone, Deserialize)]
pub struct Defaults {
    pub name: String,
    pub encoding: String,
    /// `datcollate`.
    pub collation: String,
    /// `datctype`.
    pub ctype: String,
    /// Same values as [`Collation::provider`].
    pub provider: String,
    /// Locale of the provider, if it is not the C library (15 and newer).
    pub locale: Option<String>,
    pub version: Option<String>,
    pub actual_version: Option<String>,
    pub tablespace: String,
}

/// The recorded and the actual version, if both are known and differ.
fn mismatch<'a>(
    version: Option<&'a String>,
    actual: Option<&'a String>,
) -> Option<(&'a str, &'a str)> {
    match (version, actual) {
        (Some(recorded), Some(actual)) if recorded != actual => Some((recorded, actual)),
        _ => None,
    }
}

impl Collation {
    /// The recorded and the current library version, if they differ.
    pub fn mismatch(&self) -> Option<(&str, &str)> {
        mismatch(self.version.as_ref(), self.actual_version.as_ref())
    }
}

impl Defaults {
    /// The recorded and the current library version of the default collation, if they differ.
    pub fn mismatch(&self) -> Option<(&str, &str)> {
        mismatch(self.version.as_ref(), self.actual_version.as_ref())
    }
}

/// Default collations of the target's databases.
pub(super) fn on_target(migration: &Migration, answers: &Answers) -> Fact<Vec<String>> {
    let target = migration.target.as_ref().ok_or_else(Missing::no_target)?;
    let databases = items(answers, &databases::target_question(target))?;
    let collation = |d: &Value| Some(d.pointer("/properties/collation")?.as_str()?.to_owned());
    Ok(databases.iter().filter_map(collation).collect())
}
