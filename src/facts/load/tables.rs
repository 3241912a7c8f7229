//! Tables by number and size, from the catalog's statistics: no table is opened.

use serde::Deserialize;

use crate::facts::databases::{Database, Databases};
use crate::facts::rows::{row, rows};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

const MIB: u64 = 1_048_576;

/// The tables of one database.
#[derive(Debug, Clone)]
pub struct InDatabase {
    pub database: String,
    pub counts: Fact<Counts>,
    /// Tables of 1 GiB and more, largest first; at most 200.
    pub large: Fact<Vec<LargeTable>>,
}

impl InDatabase {
    /// Sizes come from the statistics: where these leave out more than `bytes` of the database, there may be a table of
    /// that size that nobody sees. The same holds where the database's size is not known.
    pub fn unseen(&self, database: &Database, bytes: u64) -> Option<Missing> {
        // Counts that are missing are said to be so where they are looked at.
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
            self.database
        );
        let question = counts_question(&self.database);
        let remedy = format!("run VACUUM and ANALYZE in `{}`", self.database);
        (gap > bytes).then(|| Missing::unreadable(&question, reason).with_remedy(remedy))
    }
}

/// How many relations there are outside the system's schemas.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Counts {
    pub tables: i64,
    pub indexes: i64,
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

/// The query `relation_counts` in one database.
pub fn counts_question(database: &str) -> Question {
    Question::on_source(database, "relation_counts")
}

pub(super) fn questions_in(database: &str) -> [Question; 2] {
    [
        counts_question(database),
        Question::on_source(database, "large_tables"),
    ]
}

pub(super) fn read(databases: &Databases, answers: &Answers) -> Vec<InDatabase> {
    let of = |name: &str| InDatabase {
        database: name.to_owned(),
        counts: row(answers, &counts_question(name)),
        large: rows(answers, &Question::on_source(name, "large_tables")),
    };
    databases.to_ask().into_iter().map(of).collect()
}
