//! A list that the server cut: its rows, and how long it really is.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Fact;
use super::rows::rows;
use crate::question::{Answers, Question};

/// The first rows of a list, and how many there are.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub total: u64,
}

impl<T> Listed<T> {
    /// How many rows are not shown.
    pub fn unseen(&self) -> u64 {
        self.total.saturating_sub(self.rows.len() as u64)
    }
}

#[derive(Deserialize)]
struct Row<T> {
    #[serde(flatten)]
    row: T,
    total: u64,
}

/// The rows of a query whose column `total` counts what its LIMIT cuts.
pub(crate) fn listed<T: DeserializeOwned>(
    answers: &Answers,
    question: &Question,
) -> Fact<Listed<T>> {
    let rows: Vec<Row<T>> = rows(answers, question)?;
    let total = rows.first().map_or(0, |r| r.total);
    Ok(Listed {
        total,
        rows: rows.into_iter().map(|r| r.row).collect(),
    })
}
