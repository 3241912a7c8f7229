//! Collations, and what a database gives to what is made in it.

use serde::Deserialize;
use serde_json::Value;

use crate::facts::shape::items;
use crate::facts::{Fact, Missing, databases};
use crate::plan::Migration;
use crate::question::Answers;

/// A collation that users made, or one of the system's that something of the database is built with.
#[derive(Debug, Clone, Deserialize)]
pub struct Collation {
    pub schema: String,
    pub name: String,
    /// `c` for the C library, `i` for ICU, `b` for PostgreSQL's own (17 and newer).
    pub provider: String,
    pub is_user: bool,
    /// The library's version when the collation was made; none where none is kept.
    pub version: Option<String>,
    pub actual_version: Option<String>,
    /// How many objects name it: columns, indexes, constraints, views.
    pub uses: u64,
    /// One of them, a column where there is one.
    pub first_use: Option<String>,
}

/// A database's encoding, locale and tablespace.
#[derive(Debug, Clone, Deserialize)]
pub struct Defaults {
    pub name: String,
    pub encoding: String,
    /// `datcollate`.
    pub collation: String,
    /// `datctype`.
    pub ctype: String,
    /// As in [`Collation`].
    pub provider: String,
    /// The provider's own locale, where it is not the C library (15 and newer).
    pub locale: Option<String>,
    pub version: Option<String>,
    pub actual_version: Option<String>,
    pub tablespace: String,
}

/// The recorded version and the actual one, where both are known and differ.
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
    /// The version that it was made with and that of today, where they differ.
    pub fn mismatch(&self) -> Option<(&str, &str)> {
        mismatch(self.version.as_ref(), self.actual_version.as_ref())
    }
}

impl Defaults {
    /// The version that its default collation was made with and that of today, where they differ.
    pub fn mismatch(&self) -> Option<(&str, &str)> {
        mismatch(self.version.as_ref(), self.actual_version.as_ref())
    }
}

/// The collations of the target's databases, its own among them.
pub(super) fn on_target(migration: &Migration, answers: &Answers) -> Fact<Vec<String>> {
    let target = migration.target.as_ref().ok_or_else(Missing::no_target)?;
    let databases = items(answers, &databases::target_question(target))?;
    let collation = |d: &Value| Some(d.pointer("/properties/collation")?.as_str()?.to_owned());
    Ok(databases.iter().filter_map(collation).collect())
}
