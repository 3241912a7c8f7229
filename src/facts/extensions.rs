//! The extensions that each database of the migration has. Not here: what the target offers (`configurations`).

use serde::Deserialize;

use super::Fact;
use super::databases::Databases;
use super::rows::rows;
use crate::question::{Answers, Question, Side};

/// One installed extension.
#[derive(Debug, Clone, Deserialize)]
pub struct Extension {
    pub name: String,
    pub version: String,
    /// Whether a procedural language is one of its objects.
    pub brings_language: bool,
    /// How many objects outside the extension need one of its own.
    pub dependents: u64,
}

/// The extensions of one database, or why they are not known.
#[derive(Debug, Clone)]
pub struct InDatabase {
    pub database: String,
    pub extensions: Fact<Vec<Extension>>,
}

/// The query `extensions` in one database.
pub fn question(database: &str) -> Question {
    Question::Sql {
        side: Side::Source,
        database: database.to_owned(),
        query: "extensions",
    }
}

/// The extensions of every database that was to be asked, by database.
pub fn read(databases: &Databases, answers: &Answers) -> Vec<InDatabase> {
    let of = |name: &str| InDatabase {
        database: name.to_owned(),
        extensions: rows(answers, &question(name)),
    };
    databases.to_ask().into_iter().map(of).collect()
}
