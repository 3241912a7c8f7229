//! Uses of features that PostgreSQL removed in newer major versions. The removals are in `reference::removed`.

use serde::Deserialize;

use super::source_databases::SourceDatabases;
use crate::facts::sql_reader::{LimitedRows, read_limited};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};
use crate::reference::removed;
use crate::reference::removed::Removal;

/// One use of a removed feature, as returned by the query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RemovedFeatureUse {
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

impl RemovedFeatureUse {
    /// The removed feature. `None` if the answer is from another version of this program with more removals.
    pub fn removal(&self) -> Option<&'static Removal> {
        removed::find(&self.kind, &self.name, &self.detail)
    }

    /// The removed feature, as named by the query.
    pub fn describe(&self) -> String {
        format!("{} {} {}", self.kind, self.name, self.detail)
            .trim_end()
            .to_owned()
    }
}

/// Uses of removed features in one database.
#[derive(Debug)]
pub struct DatabaseRemovedFeatures {
    pub database: String,
    /// Removed types in columns, domains, ranges and functions.
    pub type_uses: Fact<LimitedRows<RemovedFeatureUse>>,
    /// Other uses in definitions.
    pub definition_uses: Fact<LimitedRows<RemovedFeatureUse>>,
    /// Names in function bodies.
    pub body_uses: Fact<LimitedRows<RemovedFeatureUse>>,
}

/// Uses of removed features in each queried database.
#[derive(Debug)]
pub struct RemovedFeatures {
    databases: Vec<DatabaseRemovedFeatures>,
}

impl RemovedFeatures {
    /// Uses in this database. Missing if the database could not be queried.
    pub fn in_database(&self, database: &str) -> Fact<&DatabaseRemovedFeatures> {
        let mut all = self.databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| Missing::database_without_connections(database))
    }
}

/// Questions for each database.
pub fn database_questions(database: &str) -> Vec<Question> {
    let queries = ["removed_types", "removed_uses", "removed_words"];
    queries
        .map(|query| Question::on_source(database, query))
        .into()
}

/// Reads the uses from the answers.
pub fn read(databases: Option<&SourceDatabases>, answers: &Answers) -> RemovedFeatures {
    let in_database = |name: &str| DatabaseRemovedFeatures {
        database: name.to_owned(),
        type_uses: read_limited(answers, &Question::on_source(name, "removed_types")),
        definition_uses: read_limited(answers, &Question::on_source(name, "removed_uses")),
        body_uses: read_limited(answers, &Question::on_source(name, "removed_words")),
    };
    let names = databases.map(SourceDatabases::to_query).unwrap_or_default();
    RemovedFeatures {
        databases: names.into_iter().map(in_database).collect(),
    }
}
