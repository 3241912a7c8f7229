//! Source objects that a copy leaves out or that behave differently during replication: tables with OIDs, unlogged
//! tables, invalid indexes, publications, security labels, always-firing triggers, prepared transactions.

use serde::Deserialize;

use super::source_databases::SourceDatabases;
use crate::config::SourceServer;
use crate::facts::sql_reader::{LimitedRows, read_limited, read_rows};
use crate::facts::{Fact, PerDatabase};
use crate::question::{Answers, Question};

/// A table. The name has a schema, and is quoted if required.
#[derive(Debug, Clone, Deserialize)]
pub struct TableWithOids {
    pub object: String,
}

/// The problem of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RelationProblem {
    Unlogged,
    InvalidIndex,
}

/// An unlogged table or an invalid index.
#[derive(Debug, Clone, Deserialize)]
pub struct DefectiveRelation {
    problem: RelationProblem,
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
pub struct LogicalReplicationObject {
    pub kind: LogicalReplicationKind,
    pub name: String,
    /// Whether a publication includes all tables, or all tables of some schemas.
    pub takes_all: Option<bool>,
    /// Whether a subscription is enabled.
    pub is_enabled: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogicalReplicationKind {
    Publication,
    Subscription,
}

/// Security labels of one provider in a database.
#[derive(Debug, Clone, Deserialize)]
pub struct SecurityLabels {
    pub provider: String,
    pub labels: u64,
    /// One labeled object, as described by PostgreSQL.
    pub example: String,
}

/// A security label of a role, database or tablespace.
#[derive(Debug, Clone, Deserialize)]
pub struct SharedSecurityLabel {
    pub object_kind: String,
    pub object: String,
    pub provider: String,
}

/// A trigger or rule that fires while replicated changes are applied.
#[derive(Debug, Clone, Deserialize)]
pub struct AlwaysTrigger {
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
pub struct PreparedTransaction {
    pub gid: String,
    pub database: String,
    pub owner: String,
    /// Minutes since the transaction was prepared.
    pub minutes: i64,
}

/// Copy hazards in one database.
#[derive(Debug)]
pub struct DatabaseCopyHazards {
    pub tables_with_oids: Fact<LimitedRows<TableWithOids>>,
    pub unlogged_tables: Fact<LimitedRows<DefectiveRelation>>,
    pub invalid_indexes: Fact<LimitedRows<DefectiveRelation>>,
    pub logical_replication: Fact<LimitedRows<LogicalReplicationObject>>,
    pub security_labels: Fact<LimitedRows<SecurityLabels>>,
    pub always_triggers: Fact<LimitedRows<AlwaysTrigger>>,
}

/// Copy hazards of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct CopyHazards {
    pub databases: PerDatabase<DatabaseCopyHazards>,
    pub prepared_transactions: Fact<LimitedRows<PreparedTransaction>>,
    pub shared_security_labels: Fact<LimitedRows<SharedSecurityLabel>>,
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    let queries = ["prepared_transactions", "shared_security_labels"];
    queries
        .map(|query| Question::on_source(&source.database, query))
        .into()
}

/// Questions for each database.
pub fn database_questions(database: &str) -> Vec<Question> {
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
pub fn read(
    source: &SourceServer,
    databases: Option<&SourceDatabases>,
    answers: &Answers,
) -> CopyHazards {
    let in_database = |name: &str| DatabaseCopyHazards {
        tables_with_oids: read_limited(answers, &Question::on_source(name, "tables_with_oids")),
        unlogged_tables: read_defective(answers, name, RelationProblem::Unlogged),
        invalid_indexes: read_defective(answers, name, RelationProblem::InvalidIndex),
        logical_replication: read_limited(
            answers,
            &Question::on_source(name, "logical_replication"),
        ),
        security_labels: read_limited(answers, &Question::on_source(name, "security_labels")),
        always_triggers: read_limited(answers, &Question::on_source(name, "always_triggers")),
    };
    CopyHazards {
        databases: PerDatabase::read(databases, in_database),
        prepared_transactions: read_limited(
            answers,
            &Question::on_source(&source.database, "prepared_transactions"),
        ),
        shared_security_labels: read_limited(
            answers,
            &Question::on_source(&source.database, "shared_security_labels"),
        ),
    }
}

/// The rows of one answer that have this problem.
fn read_defective(
    answers: &Answers,
    database: &str,
    problem: RelationProblem,
) -> Fact<LimitedRows<DefectiveRelation>> {
    let question = Question::on_source(database, "defective_relations");
    let mut found: Vec<DefectiveRelation> = read_rows(answers, &question)?;
    found.retain(|d| d.problem == problem);
    let total = found.first().map_or(0, |d| d.total);
    Ok(LimitedRows::new(&question, found, total))
}
