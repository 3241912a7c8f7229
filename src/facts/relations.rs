//! Source objects that a copy leaves out or that behave differently during replication: tables with OIDs, unlogged
//! tables, invalid indexes, publications, security labels, always-firing triggers, prepared transactions.

use serde::Deserialize;

use super::databases::Databases;
use super::listed::{Listed, listed};
use super::rows::rows;
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// A table. The name has a schema, and is quoted if required.
#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    pub object: String,
}

/// The problem of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Problem {
    Unlogged,
    InvalidIndex,
}

/// An unlogged table or an invalid index.
#[derive(Debug, Clone, Deserialize)]
pub struct Defective {
    problem: Problem,
    /// The table or the index.
    pub object: String,
    /// The table.
    pub table_name: String,
    /// Whether an index is unique. `None` for a table.
    pub is_unique: Option<bool>,
    /// Total number of relations with this problem. The list is limited per problem.
    total: u64,
}

/// A publication or a subscription.
#[derive(Debug, Clone, Deserialize)]
pub struct Logical {
    pub kind: LogicalKind,
    pub name: String,
    /// Whether a publication includes all tables, or all tables of some schemas.
    pub takes_all: Option<bool>,
    /// Whether a subscription is enabled.
    pub is_enabled: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogicalKind {
    Publication,
    Subscription,
}

/// Security labels of one provider in a database.
#[derive(Debug, Clone, Deserialize)]
pub struct Labels {
    pub provider: String,
    pub labels: u64,
    /// One labeled object, as described by PostgreSQL.
    pub example: String,
}

/// A security label of a role, database or tablespace.
#[derive(Debug, Clone, Deserialize)]
pub struct SharedLabel {
    pub object_kind: String,
    pub object: String,
    pub provider: String,
}

/// A trigger or rule that fires while replicated changes are applied.
#[derive(Debug, Clone, Deserialize)]
pub struct Trigger {
    /// `trigger` or `rule`.
    pub kind: String,
    /// Name of the table and name of the trigger.
    pub object: String,
    pub table_name: String,
    pub name: String,
    /// `ALWAYS` or `REPLICA`.
    pub enabled: String,
}

/// A prepared transaction.
#[derive(Debug, Clone, Deserialize)]
pub struct Prepared {
    pub gid: String,
    pub database: String,
    pub owner: String,
    /// Minutes since the transaction was prepared.
    pub minutes: i64,
}

/// Copy hazards in one database.
#[derive(Debug)]
pub struct InDatabase {
    pub database: String,
    pub with_oids: Fact<Listed<Table>>,
    pub unlogged: Fact<Listed<Defective>>,
    pub invalid_indexes: Fact<Listed<Defective>>,
    pub logical: Fact<Listed<Logical>>,
    pub labels: Fact<Listed<Labels>>,
    pub triggers: Fact<Listed<Trigger>>,
}

/// Copy hazards of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct Relations {
    databases: Vec<InDatabase>,
    pub prepared: Fact<Listed<Prepared>>,
    pub shared_labels: Fact<Listed<SharedLabel>>,
}

impl Relations {
    /// Copy hazards in this database. Missing if the database could not be queried.
    pub fn of(&self, database: &str) -> Fact<&InDatabase> {
        let mut all = self.databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| Missing::closed_database(database))
    }
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    let queries = ["prepared_transactions", "shared_security_labels"];
    queries
        .map(|query| Question::on_source(&source.database, query))
        .into()
}

/// Questions for each database.
pub fn questions_in(database: &str) -> Vec<Question> {
    let queries = [
        "tables_with_oids",
        "defective_relations",
        "logical_replication",
        "security_labels",
        "always_triggers",
    ];
    queries
        .map(|query| Question::on_source(database, query))
        .into()
}

/// Reads the copy hazards from the answers.
pub fn read(source: &SourceServer, databases: Option<&Databases>, answers: &Answers) -> Relations {
    let in_database = |name: &str| InDatabase {
        database: name.to_owned(),
        with_oids: listed(answers, &Question::on_source(name, "tables_with_oids")),
        unlogged: defective(answers, name, Problem::Unlogged),
        invalid_indexes: defective(answers, name, Problem::InvalidIndex),
        logical: listed(answers, &Question::on_source(name, "logical_replication")),
        labels: listed(answers, &Question::on_source(name, "security_labels")),
        triggers: listed(answers, &Question::on_source(name, "always_triggers")),
    };
    let names = databases.map(Databases::to_ask).unwrap_or_default();
    Relations {
        databases: names.into_iter().map(in_database).collect(),
        prepared: listed(
            answers,
            &Question::on_source(&source.database, "prepared_transactions"),
        ),
        shared_labels: listed(
            answers,
            &Question::on_source(&source.database, "shared_security_labels"),
        ),
    }
}

/// The rows of one answer that have this problem.
fn defective(answers: &Answers, database: &str, problem: Problem) -> Fact<Listed<Defective>> {
    let question = Question::on_source(database, "defective_relations");
    let mut found: Vec<Defective> = rows(answers, &question)?;
    found.retain(|d| d.problem == problem);
    let total = found.first().map_or(0, |d| d.total);
    Ok(Listed::of(&question, found, total))
}
