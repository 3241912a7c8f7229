//! Uses of features that PostgreSQL removed in newer major versions. The removals are in `reference::removed`.

use serde::Deserialize;

use super::databases::Databases;
use super::listed::{Listed, listed};
use super::{Fact, Missing};
use crate::question::{Answers, Question};
use crate::reference::removed::{self, Removal};

/// One use of a removed feature, as returned by the query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Use {
    /// Kind of the object with the use: `table`, `materialized-view`.
    pub object_kind: String,
    /// Name of the object with its schema, quoted if required.
    pub object: String,
    /// The part of the object, for example a column or `policy p`. `None`: the whole object.
    pub part: Option<String>,
    kind: String,
    name: String,
    detail: String,
}

impl Use {
    /// The removed feature. `None` if the answer is from another version of this program with more removals.
    pub fn removal(&self) -> Option<&'static Removal> {
        removed::find(&self.kind, &self.name, &self.detail)
    }

    /// The removed feature, as named by the query.
    pub fn words(&self) -> String {
        format!("{} {} {}", self.kind, self.name, self.detail)
            .trim_end()
            .to_owned()
    }
}

/// Uses of removed features in one database.
#[derive(Debug)]
pub struct InDatabase {
    pub database: String,
    /// Removed types in columns, domains, ranges and functions.
    pub types: Fact<Listed<Use>>,
    /// Other uses in definitions.
    pub uses: Fact<Listed<Use>>,
    /// Names in function bodies.
    pub words: Fact<Listed<Use>>,
}

/// Uses of removed features in each queried database.
#[derive(Debug)]
pub struct Removed {
    databases: Vec<InDatabase>,
}

impl Removed {
    /// Uses in this database. Missing if the database could not be queried.
    pub fn of(&self, database: &str) -> Fact<&InDatabase> {
        let mut all = self.databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| Missing::closed_database(database))
    }
}

/// Questions for each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    let queries = ["removed_types", "removed_uses", "removed_words"];
    queries
        .map(|query| Question::on_source(database, query))
        .into()
}

/// Reads the uses from the answers.
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
