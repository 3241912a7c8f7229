//! Installed extensions of each selected database, and data in their tables.

use serde::Deserialize;

use super::source_databases::SourceDatabases;
use crate::config::SourceServer;
use crate::facts::sql_reader::read_rows;
use crate::facts::{Fact, Missing, PerDatabase};
use crate::question::{Answers, Question};

/// One installed extension.
#[derive(Debug, Clone, Deserialize)]
pub struct InstalledExtension {
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
pub struct DatabaseExtensions {
    pub extensions: Fact<Vec<InstalledExtension>>,
    pub extension_tables: Fact<Vec<ExtensionTable>>,
}

/// A table of an extension that contains data but is not dumped.
#[derive(Debug, Clone, Deserialize)]
pub struct ExtensionTable {
    pub extension: String,
    pub schema: String,
    pub name: String,
    /// Total number of such tables in the database. The list is limited to 200.
    pub total: u64,
}

/// The schema that an extension's control file requires.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExtensionSchema {
    pub name: String,
    pub schema: String,
}

/// Query `extension_pins`. Control files are shared by all databases, so one database is queried.
pub fn extension_schemas_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "extension_pins")
}

/// Questions for each database.
pub fn database_questions(database: &str) -> [Question; 2] {
    [
        Question::on_source(database, "extensions"),
        Question::on_source(database, "extension_tables"),
    ]
}

/// Reads the extensions of every queried database.
pub fn read(databases: &SourceDatabases, answers: &Answers) -> PerDatabase<DatabaseExtensions> {
    PerDatabase::read(Some(databases), |name| DatabaseExtensions {
        extensions: read_rows(answers, &Question::on_source(name, "extensions")),
        extension_tables: read_rows(answers, &Question::on_source(name, "extension_tables")),
    })
}

/// Reads the extensions whose control files require a system schema.
pub fn read_extension_schemas(
    source: &SourceServer,
    answers: &Answers,
) -> Fact<Vec<ExtensionSchema>> {
    let schemas = read_rows(answers, &extension_schemas_question(source));
    schemas.map_err(|missing: Missing| match &missing.advice {
        Some(_) => missing,
        None => missing.with_advice(
            "mend or take away the control file that the message names: one broken file hides all others",
        ),
    })
}
