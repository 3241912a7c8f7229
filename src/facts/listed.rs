//! Reads answers of queries with a LIMIT: the returned rows and the total number.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::rows::rows;
use super::{Fact, Missing};
use crate::question::{Answers, Question};

/// The returned rows and the total number of rows.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub total: u64,
    question: Question,
}

impl<T> Listed<T> {
    pub(crate) fn of(question: &Question, rows: Vec<T>, total: u64) -> Self {
        Listed {
            rows,
            total,
            question: question.clone(),
        }
    }

    /// Number of rows that were not returned.
    pub fn beyond(&self) -> u64 {
        self.total.saturating_sub(self.rows.len() as u64)
    }

    /// Why rows are missing, if any are. For checks that must see every row.
    pub(crate) fn cut(&self) -> Option<Missing> {
        let (shown, total) = (self.rows.len(), self.total);
        let reason = format!("only the first {shown} of {total} rows were read");
        let remedy = "mend those that are found, and run again";
        (self.beyond() > 0).then(|| self.missing(reason).with_remedy(remedy))
    }

    /// A [`Missing`] for unreadable content of the rows.
    pub(crate) fn missing(&self, reason: impl Into<String>) -> Missing {
        Missing::unreadable(&self.question, reason)
    }
}

#[derive(Deserialize)]
struct Row<T> {
    #[serde(flatten)]
    row: T,
    total: u64,
}

/// Reads the rows of a query whose column `total` counts all rows before the LIMIT.
pub(crate) fn listed<T: DeserializeOwned>(
    answers: &Answers,
    question: &Question,
) -> Fact<Listed<T>> {
    let rows: Vec<Row<T>> = rows(answers, question)?;
    let total = rows.first().map_or(0, |r| r.total);
    let rows = rows.into_iter().map(|r| r.row).collect();
    Ok(Listed::of(question, rows, total))
}
