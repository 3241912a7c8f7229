//! Installed extensions of each selected database, and data in their tables.

use serde::Deserialize;

use super::databases::Databases;
use super::rows::rows;
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// One installed extension.
#[derive(Debug, Clone, Deserialize)]
pub struct Extension {
    pub name: String,
    pub version: String,
    /// Whether the extension contains a procedural language.
    pub brings_language: bool,
    pub schema: String,
    /// Number of objects outside the extension that depend on its objects.
    pub dependents: u64,
}

/// Extensions of one database.
#[derive(Debug, Clone)]
pub struct InDatabase {
    pub database: String,
    pub extensions: Fact<Vec<Extension>>,
    pub own_tables: Fact<Vec<OwnTable>>,
}

/// A table of an extension that contains data but is not dumped.
#[derive(Debug, Clone, Deserialize)]
pub struct OwnTable {
    pub extension: String,
    pub schema: String,
    pub name: String,
    /// Total number of such tables in the database. The list is limited to 200.
    pub total: u64,
}

/// The schema that an extension's control file requires.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pin {
    pub name: String,
    pub schema: String,
}

/// Query `extension_pins`. Control files are shared by all databases, so one database is queried.
pub fn pins_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "extension_pins")
}

/// Questions for each database.
pub fn questions_in(database: &str) -> [Question; 2] {
    [
        Question::on_source(database, "extensions"),
        Question::on_source(database, "extension_tables"),
    ]
}

/// Reads the extensions of every queried database.
pub fn read(databases: &Databases, answers: &Answers) -> Vec<InDatabase> {
    let of = |name: &str| InDatabase {
        database: name.to_owned(),
        extensions: rows(answers, &Question::on_source(name, "extensions")),
        own_tables: rows(answers, &Question::on_source(name, "extension_tables")),
    };
    databases.to_ask().into_iter().map(of).collect()
}

/// Reads the extensions whose control files require a system schema.
pub fn read_pins(source: &SourceServer, answers: &Answers) -> Fact<Vec<Pin>> {
    let pins = rows(answers, &pins_question(source));
    pins.map_err(|missing: Missing| match &missing.remedy {
        Some(_) => missing,
        None => missing.with_remedy(
            "mend or take away the control file that the message names: one broken file hides all others",
        ),
    })
}
