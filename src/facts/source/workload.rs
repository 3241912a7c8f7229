//! Workload of the source: connections, standbys, tables.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::source_databases::{SourceDatabase, SourceDatabases};
use crate::config::SourceServer;
use crate::facts::sql_reader::{read_row, read_rows};
use crate::facts::{Fact, Missing, PerDatabase};
use crate::question::{Answers, Question};

/// Workload of the source. Each part can be missing separately.
#[derive(Debug)]
pub struct Workload {
    pub connections: Fact<ConnectionUsage>,
    pub standbys: Fact<Vec<Standby>>,
    /// Tables of each queried database. Empty if the databases are unknown.
    pub tables: PerDatabase<DatabaseTables>,
}

/// Questions for the whole server.
pub fn questions(source: &SourceServer) -> Vec<Question> {
    vec![connections_question(source), standbys_question(source)]
}

/// Questions for each database.
pub fn database_questions(database: &str) -> Vec<Question> {
    table_questions(database).to_vec()
}

/// Reads the workload from the answers.
pub fn read(
    source: &SourceServer,
    databases: Option<&SourceDatabases>,
    answers: &Answers,
) -> Workload {
    Workload {
        connections: read_connections(source, answers),
        standbys: read_standbys(source, answers),
        tables: read_tables(databases, answers),
    }
}

/// Connections to one database, without the connection of this program.
#[derive(Debug, Clone, Deserialize)]
struct ConnectionRow {
    database: String,
    in_use: u32,
    of_user: u32,
    user_limit: Option<i32>,
    user_is_superuser: Option<bool>,
}

/// Connections in use, and the migration user's limit.
#[derive(Debug, Clone)]
pub struct ConnectionUsage {
    /// By database.
    pub in_use: BTreeMap<String, u32>,
    /// Connections of the migration user to all databases.
    pub in_use_by_user: u32,
    /// `None` if the migration user does not exist.
    pub user: Option<UserConnectionLimit>,
}

/// Connection limit of the migration user.
#[derive(Debug, Clone, Copy)]
pub struct UserConnectionLimit {
    /// Maximum number of connections. -1: no limit.
    pub limit: i32,
    /// Role and database limits do not apply to superusers, and superusers can use the reserved connections.
    pub is_superuser: bool,
}

impl ConnectionUsage {
    /// Number of connections to all databases.
    pub fn total(&self) -> u32 {
        self.in_use
            .values()
            .fold(0, |all, each| all.saturating_add(*each))
    }
}

/// Query `connections`.
pub fn connections_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "connections")
}

pub(crate) fn read_connections(source: &SourceServer, answers: &Answers) -> Fact<ConnectionUsage> {
    let question = connections_question(source);
    let rows: Vec<ConnectionRow> = read_rows(answers, &question)?;
    let Some(first) = rows.first() else {
        return Err(Missing::unreadable(
            &question,
            "the list of databases is empty",
        ));
    };
    let user = first
        .user_limit
        .zip(first.user_is_superuser)
        .map(|(limit, is_superuser)| UserConnectionLimit {
            limit,
            is_superuser,
        });
    Ok(ConnectionUsage {
        in_use_by_user: rows
            .iter()
            .fold(0, |all, row| all.saturating_add(row.of_user)),
        in_use: rows.into_iter().map(|r| (r.database, r.in_use)).collect(),
        user,
    })
}

/// A WAL receiver that is not connected to a database, and so receives physical WAL.
#[derive(Debug, Clone)]
pub struct Standby {
    /// The standby's `application_name`.
    pub name: String,
    /// `streaming`, `catchup`, `backup`, …
    pub state: String,
    pub slot: Option<String>,
}

#[derive(Deserialize)]
struct StandbyRow {
    name: Option<String>,
    state: Option<String>,
    slot: Option<String>,
}

/// Query `standbys`.
pub fn standbys_question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "standbys")
}

pub(crate) fn read_standbys(source: &SourceServer, answers: &Answers) -> Fact<Vec<Standby>> {
    let question = standbys_question(source);
    let hidden = || {
        Missing::unreadable(
            &question,
            "there are receivers of the log, and this role may not see what they are",
        )
        .with_advice(
            "give the user who asks membership in pg_read_all_stats (10 and newer), or SUPERUSER",
        )
    };
    let standby = |row: StandbyRow| {
        Ok(Standby {
            name: row.name.unwrap_or_default(),
            state: row.state.ok_or_else(hidden)?,
            slot: row.slot,
        })
    };
    read_rows::<StandbyRow>(answers, &question)?
        .into_iter()
        .map(standby)
        .collect()
}

const MIB: u64 = 1_048_576;

/// Tables of one database.
#[derive(Debug, Clone)]
pub struct DatabaseTables {
    pub counts: Fact<RelationCounts>,
    /// Tables of at least 1 GiB, largest first, at most 200.
    pub large_tables: Fact<Vec<LargeTable>>,
}

impl DatabaseTables {
    /// Sizes are from statistics. If more than `bytes` of the database are not in the statistics, a table of that size
    /// could be unknown. The same applies if the size of the database is unknown.
    pub fn unaccounted_size(&self, database: &SourceDatabase, bytes: u64) -> Option<Missing> {
        // Missing counts are reported by the code that reads `counts`.
        let counts = self.counts.as_ref().ok()?;
        let size = match database.size() {
            Ok(size) => size,
            Err(missing) => return Some(missing),
        };
        let gap = size.saturating_sub(counts.known_bytes);
        let reason = format!(
            "the statistics account for {} of the {} MiB of `{}`",
            counts.known_bytes / MIB,
            size / MIB,
            database.name
        );
        let question = counts_question(&database.name);
        let remedy = format!("run VACUUM and ANALYZE in `{}`", database.name);
        (gap > bytes).then(|| Missing::unreadable(&question, reason).with_advice(remedy))
    }
}

/// Number of relations outside the system schemas.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct RelationCounts {
    pub tables: i64,
    pub indexes: i64,
    /// Bytes of all relations according to statistics. Far below the database size if VACUUM and ANALYZE never ran.
    pub known_bytes: u64,
}

/// A table of at least 1 GiB.
#[derive(Debug, Clone, Deserialize)]
pub struct LargeTable {
    pub schema: String,
    pub name: String,
    pub bytes: u64,
    pub live_rows: u64,
    pub dead_rows: u64,
    /// Whether a primary key or unique index on one smallint, integer or bigint column covers all rows.
    pub can_be_split: bool,
    /// Total number of such tables in the database.
    pub total: u64,
}

/// Query `relation_counts` in one database.
pub fn counts_question(database: &str) -> Question {
    Question::on_source(database, "relation_counts")
}

pub(crate) fn table_questions(database: &str) -> [Question; 2] {
    [
        counts_question(database),
        Question::on_source(database, "large_tables"),
    ]
}

pub(crate) fn read_tables(
    databases: Option<&SourceDatabases>,
    answers: &Answers,
) -> PerDatabase<DatabaseTables> {
    PerDatabase::read(databases, |name| DatabaseTables {
        counts: read_row(answers, &counts_question(name)),
        large_tables: read_rows(answers, &Question::on_source(name, "large_tables")),
    })
}
