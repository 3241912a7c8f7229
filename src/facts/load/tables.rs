//! Tables by number and size, from the catalog's statistics: no table is opened.

use serde::Deserialize;

use crate::facts::Fact;
use crate::facts::databases::Databases;
use crate::facts::rows::{row, rows};
use crate::question::{Answers, Question, Side};

/// The tables of one database.
#[derive(Debug, Clone)]
pub struct InDatabase {
    pub database: String,
    pub counts: Fact<Counts>,
    /// Tables of 1 GiB and more, largest first; at most 200.
    pub large: Fact<Vec<LargeTable>>,
}

/// How many relations there are outside the system's schemas.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Counts {
    pub tables: u64,
    pub indexes: u64,
    /// Bytes that the statistics of all relations account for: far less than the database has, where VACUUM and ANALYZE
    /// never ran.
    pub known_bytes: u64,
}

/// A table of 1 GiB or more.
#[derive(Debug, Clone, Deserialize)]
pub struct LargeTable {
    pub schema: String,
    pub name: String,
    pub bytes: u64,
    pub live_rows: u64,
    pub dead_rows: u64,
    /// Whether a primary key or unique index of one smallint, integer or bigint column covers all rows.
    pub can_be_split: bool,
    /// How many such tables the database has.
    pub total: u64,
}

fn sql(database: &str, query: &'static str) -> Question {
    Question::Sql {
        side: Side::Source,
        database: database.to_owned(),
        query,
    }
}

pub(super) fn questions_in(database: &str) -> [Question; 2] {
    [
        sql(database, "relation_counts"),
        sql(database, "large_tables"),
    ]
}

pub(super) fn read(databases: &Databases, answers: &Answers) -> Vec<InDatabase> {
    let of = |name: &str| InDatabase {
        database: name.to_owned(),
        counts: row(answers, &sql(name, "relation_counts")),
        large: rows(answers, &sql(name, "large_tables")),
    };
    databases.to_ask().into_iter().map(of).collect()
}
