//! The extensions that each database of the migration has, and what they keep in tables of their own.
//! Not here: what the target offers (`configurations`), jobs that extensions run (`jobs`).

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
    /// Whether a procedural language is one of its objects.
    pub brings_language: bool,
    pub schema: String,
    /// How many objects outside the extension need one of its own.
    pub dependents: u64,
}

/// The extensions of one database, or why they are not known.
#[derive(Debug, Clone)]
pub struct InDatabase {
    pub database: String,
    pub extensions: Fact<Vec<Extension>>,
    pub own_tables: Fact<Vec<OwnTable>>,
}

/// A table of an extension that holds something and that no dump takes along.
#[derive(Debug, Clone, Deserialize)]
pub struct OwnTable {
    pub extension: String,
    pub schema: String,
    pub name: String,
    /// How many such tables the database has; at most 200 are listed.
    pub total: u64,
}

/// A schema that an extension's control file puts it into.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pin {
    pub name: String,
    pub schema: String,
}

/// The query `extension_pins`: control files are the server's, so one database is asked.
pub fn pins_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "extension_pins")
}

/// What is asked in each database.
pub fn questions_in(database: &str) -> [Question; 2] {
    [
        Question::on_source(database, "extensions"),
        Question::on_source(database, "extension_tables"),
    ]
}

/// The extensions of every database that was to be asked, by database.
pub fn read(databases: &Databases, answers: &Answers) -> Vec<InDatabase> {
    let of = |name: &str| InDatabase {
        database: name.to_owned(),
        extensions: rows(answers, &Question::on_source(name, "extensions")),
        own_tables: rows(answers, &Question::on_source(name, "extension_tables")),
    };
    databases.to_ask().into_iter().map(of).collect()
}

/// The extensions that their control files put into a system schema.
pub fn read_pins(source: &SourceServer, answers: &Answers) -> Fact<Vec<Pin>> {
    let pins = rows(answers, &pins_question(source));
    pins.map_err(|missing: Missing| match &missing.remedy {
        Some(_) => missing,
        None => missing.with_remedy(
            "mend or take away the control file that the message names: one broken file hides all others",
        ),
    })
}
