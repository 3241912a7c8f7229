//! Current connections of the source, and average I/O rates since its last statistics reset.

use serde::Deserialize;

use crate::config::SourceServer;
use crate::facts::Fact;
use crate::facts::sql_reader::read_row;
use crate::question::{Answers, Question};

/// Activity counters from the statistics views of the source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct IoStatistics {
    /// Client sessions when the query ran, without the session of this program.
    pub connections: u32,
    /// Seconds since the last statistics reset. `None` if the server does not report it.
    pub seconds: Option<u64>,
    /// Blocks not found in `shared_buffers`: an upper bound of the blocks read from storage.
    pub blocks_read: Option<u64>,
    /// Blocks written.
    pub blocks_written: Option<u64>,
    pub transactions: Option<u64>,
}

/// Shortest statistics period, in seconds, that represents an ordinary day.
const MIN_STATISTICS_SECONDS: u64 = 3600;

impl IoStatistics {
    /// Average reads and writes per second since the last statistics reset. `None` if that is too recent or unknown.
    pub fn iops(&self) -> Option<f64> {
        let pages = self.blocks_read?.checked_add(self.blocks_written?)?;
        self.per_second(pages)
    }

    /// Average transactions per second, for the same period.
    pub fn transactions_per_second(&self) -> Option<f64> {
        self.per_second(self.transactions?)
    }

    fn per_second(&self, count: u64) -> Option<f64> {
        let seconds = self.seconds.filter(|s| *s >= MIN_STATISTICS_SECONDS)?;
        Some(count as f64 / seconds as f64)
    }
}

/// Query `activity`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "activity")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<IoStatistics> {
    read_row(answers, &question(source))
}
