//! Uses of what PostgreSQL removed between two majors.
//! Not here: which release removed what (`reference::removed`).

use serde::Deserialize;

use super::databases::Databases;
use super::listed::{Listed, listed};
use super::{Fact, Missing};
use crate::question::{Answers, Question};
use crate::reference::removed::{self, Removal};

/// One use, in the words of the query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Use {
    /// The kind of the object that has it: `table`, `materialized-view`.
    pub object_kind: String,
    /// Its name with its schema, quoted where SQL asks for it.
    pub object: String,
    /// Which part of the object, where it is not the whole: a column, `policy p`.
    pub part: Option<String>,
    kind: String,
    name: String,
    detail: String,
}

impl Use {
    /// What is used; `None` when the answer is of another version of this tool, whose table has more.
    pub fn removal(&self) -> Option<&'static Removal> {
        removed::find(&self.kind, &self.name, &self.detail)
    }

    /// What is used, in the words of the query.
    pub fn words(&self) -> String {
        format!("{} {} {}", self.kind, self.name, self.detail)
            .trim_end()
            .to_owned()
    }
}

/// The uses in one database.
#[derive(Debug)]
pub struct InDatabase {
    pub database: String,
    /// Removed types, in columns, domains, ranges and functions.
    pub types: Fact<Listed<Use>>,
    /// Whatever else definitions need.
    pub uses: Fact<Listed<Use>>,
    /// Names in the bodies of functions.
    pub words: Fact<Listed<Use>>,
}

/// What is known of it, for each database that was to be asked.
#[derive(Debug)]
pub struct Removed {
    databases: Vec<InDatabase>,
}

impl Removed {
    /// What is known of this database; missing for one that could not be asked.
    pub fn of(&self, database: &str) -> Fact<&InDatabase> {
        let mut all = self.databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| Missing::closed_database(database))
    }
}

/// What is asked in each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    let queries = ["removed_types", "removed_uses", "removed_words"];
    queries
        .map(|query| Question::on_source(database, query))
        .into()
}

/// Reads all of it.
pub fn read(databases: Option<&Databases>, answers: &Answers) -> Removed {
    let in_database = |name: &str| InDatabase {
        database: name.to_owned(),
        types: listed(answers, &Question::on_source(name, "removed_types")),
        uses: listed(answers, &Question::on_source(name, "removed_uses")),
        words: listed(answers, &Question::on_source(name, "removed_words")),
    };
    let names = databases.map(Databases::to_ask).unwrap_or_default();
    Removed {
        databases: names.into_iter().map(in_database).collect(),
    }
}
