//! Current connections of the source, and average I/O rates since its last statistics reset.

use serde::Deserialize;

use super::Fact;
use super::rows::row;
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// Activity counters from the statistics views of the source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Activity {
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
const SHORTEST: u64 = 3600;

impl Activity {
    /// Average reads and writes per second since the last statistics reset. `None` if that is too recent or unknown.
    pub fn iops(&self) -> Option<f64> {
        let pages = self.blocks_read?.checked_add(self.blocks_written?)?;
        self.a_second(pages)
    }

    /// Average transactions per second, for the same period.
    pub fn transactions_a_second(&self) -> Option<f64> {
        self.a_second(self.transactions?)
    }

    fn a_second(&self, count: u64) -> Option<f64> {
        let seconds = self.seconds.filter(|s| *s >= SHORTEST)?;
        Some(count as f64 / seconds as f64)
    }
}

/// Query `activity`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "activity")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<Activity> {
    row(answers, &question(source))
}
