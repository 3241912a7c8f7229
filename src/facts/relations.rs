//! What the source holds that a copy leaves out, or that works differently while changes are replayed: tables with
//! oids, unlogged tables, invalid indexes, publications, security labels, triggers that always fire, prepared transactions.
//! Not here: what a newer major removed (`removed`), what a restore cannot create (`objects`).

use serde::Deserialize;

use super::databases::Databases;
use super::listed::{Listed, listed};
use super::rows::rows;
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// A relation, by its name with its schema, quoted where SQL asks for it.
#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    pub object: String,
}

/// What is wrong with a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Problem {
    Unlogged,
    InvalidIndex,
}

/// A table that is not logged, or an index that is not valid.
#[derive(Debug, Clone, Deserialize)]
pub struct Defective {
    problem: Problem,
    /// The table or the index.
    pub object: String,
    /// The table.
    pub table_name: String,
    /// Whether an index is unique; `None` for a table.
    pub is_unique: Option<bool>,
    /// How many have this problem: the list is cut for each.
    total: u64,
}

/// A publication or a subscription.
#[derive(Debug, Clone, Deserialize)]
pub struct Logical {
    pub kind: LogicalKind,
    pub name: String,
    /// Whether a publication takes all tables, or all of some schemas.
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

/// The labels of one provider in a database.
#[derive(Debug, Clone, Deserialize)]
pub struct Labels {
    pub provider: String,
    pub labels: u64,
    /// One labelled object, as PostgreSQL describes it.
    pub example: String,
}

/// A label of a role, a database or a tablespace.
#[derive(Debug, Clone, Deserialize)]
pub struct SharedLabel {
    pub object_kind: String,
    pub object: String,
    pub provider: String,
}

/// A trigger or a rule that fires while replicated changes are applied.
#[derive(Debug, Clone, Deserialize)]
pub struct Trigger {
    /// `trigger` or `rule`.
    pub kind: String,
    /// Its table's name and its own.
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
    /// How long it waits already.
    pub minutes: i64,
}

/// What is known of one database.
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

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Relations {
    databases: Vec<InDatabase>,
    pub prepared: Fact<Listed<Prepared>>,
    pub shared_labels: Fact<Listed<SharedLabel>>,
}

impl Relations {
    /// What is known of this database; missing for one that could not be asked.
    pub fn of(&self, database: &str) -> Fact<&InDatabase> {
        let mut all = self.databases.iter();
        all.find(|d| d.database == database)
            .ok_or_else(|| Missing::closed_database(database))
    }
}

/// What is asked of the server as a whole.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    let queries = ["prepared_transactions", "shared_security_labels"];
    queries
        .map(|query| Question::on_source(&source.database, query))
        .into()
}

/// What is asked in each database.
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

/// Reads all of it.
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

/// Those rows of one answer that have this problem.
fn defective(answers: &Answers, database: &str, problem: Problem) -> Fact<Listed<Defective>> {
    let question = Question::on_source(database, "defective_relations");
    let mut found: Vec<Defective> = rows(answers, &question)?;
    found.retain(|d| d.problem == problem);
    let total = found.first().map_or(0, |d| d.total);
    Ok(Listed::of(&question, found, total))
}
