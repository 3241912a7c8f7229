//! A list that the server cuts short, with the true count in every row (`total`).

use serde::Deserialize;

/// The rows that came, and how many there are.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub total: u64,
}

/// A row with the count of all rows beside it.
#[derive(Debug, Deserialize)]
pub(super) struct Row<T> {
    total: u64,
    #[serde(flatten)]
    row: T,
}

impl<T> Listed<T> {
    pub(super) fn new(rows: Vec<Row<T>>) -> Self {
        Listed {
            total: rows.first().map_or(0, |r| r.total),
            rows: rows.into_iter().map(|r| r.row).collect(),
        }
    }

    /// How many there are beyond those listed.
    pub fn beyond(&self) -> u64 {
        self.total.saturating_sub(self.rows.len() as u64)
    }
}
