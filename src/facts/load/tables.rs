//! Number and size of tables, from catalog statistics. No table is opened.

use serde::Deserialize;

use crate::facts::databases::{Database, Databases};
use crate::facts::rows::{row, rows};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

const MIB: u64 = 1_048_576;

/// Tables of one database.
#[derive(Debug, Clone)]
pub struct InDatabase {
    pub database: String,
    pub counts: Fact<Counts>,
    /// Tables of at least 1 GiB, largest first, at most 200.
    pub large: Fact<Vec<LargeTable>>,
}

impl InDatabase {
    /// Sizes are from statistics. If more than `bytes` of the database are not in the statistics, a table of that size
    /// could be unknown. The same applies if the size of the database is unknown.
    pub fn unseen(&self, database: &Database, bytes: u64) -> Option<Missing> {
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
            self.database
        );
        let question = counts_question(&self.database);
        let remedy = format!("run VACUUM and ANALYZE in `{}`", self.database);
        (gap > bytes).then(|| Missing::unreadable(&question, reason).with_remedy(remedy))
    }
}

/// Number of relations outside the system schemas.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Counts {
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
