//! Uses of features that PostgreSQL removed in newer major versions. The removals are in `reference::removed`.

use serde::Deserialize;

use super::source_databases::SourceDatabases;
use crate::facts::sql_reader::{LimitedRows, read_limited};
use crate::facts::{Fact, PerDatabase};
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
    /// Removed types in columns, domains, ranges and functions.
    pub type_uses: Fact<LimitedRows<RemovedFeatureUse>>,
    /// Other uses in definitions.
    pub definition_uses: Fact<LimitedRows<RemovedFeatureUse>>,
    /// Names in function bodies.
    pub body_uses: Fact<LimitedRows<RemovedFeatureUse>>,
}

/// Uses of removed features in each queried database.
pub type RemovedFeatures = PerDatabase<DatabaseRemovedFeatures>;

/// Questions for each database.
pub fn database_questions(database: &str) -> Vec<Question> {
    let queries = ["removed_types", "removed_uses", "removed_words"];
    queries
        .map(|query| Question::on_source(database, query))
        .into()
}

/// Reads the uses from the answers.
pub fn read(databases: Option<&SourceDatabases>, answers: &Answers) -> RemovedFeatures {
    PerDatabase::read(databases, |name| DatabaseRemovedFeatures {
        type_uses: read_limited(answers, &Question::on_source(name, "removed_types")),
        definition_uses: read_limited(answers, &Question::on_source(name, "removed_uses")),
        body_uses: read_limited(answers, &Question::on_source(name, "removed_words")),
    })
}
