//! How busy the source is: connections at this moment, and rates since its statistics began.
//! Not here: sizes (`databases`), what the machine has (`host`).

use serde::Deserialize;

use super::Fact;
use super::rows::row;
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// What a source's statistics show.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Activity {
    /// Sessions of clients at the moment of asking, without our own.
    pub connections: u32,
    /// Seconds since the statistics began; `None` where the server does not say.
    pub seconds: Option<u64>,
    /// Pages that were not in shared_buffers: an upper bound of what the disk read.
    pub blocks_read: Option<u64>,
    /// Pages that were written.
    pub blocks_written: Option<u64>,
    pub transactions: Option<u64>,
}

/// Statistics of a shorter time say nothing of an ordinary day.
const SHORTEST: u64 = 3600;

impl Activity {
    /// Reads and writes a second, on average since the statistics began; `None` where that is too short ago, or unknown.
    pub fn iops(&self) -> Option<f64> {
        let pages = self.blocks_read?.checked_add(self.blocks_written?)?;
        self.a_second(pages)
    }

    /// Transactions a second, likewise.
    pub fn transactions_a_second(&self) -> Option<f64> {
        self.a_second(self.transactions?)
    }

    fn a_second(&self, count: u64) -> Option<f64> {
        let seconds = self.seconds.filter(|s| *s >= SHORTEST)?;
        Some(count as f64 / seconds as f64)
    }
}

/// The query `activity`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "activity")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<Activity> {
    row(answers, &question(source))
}
