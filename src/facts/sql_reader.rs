//! Reads the answer of a SQL question: an array of rows, each of them an object.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fact, Missing};
use crate::question::{Answer, Answers, Body, Question};

/// The body of the answer to `question`, or why it is missing.
pub(crate) fn answer_body<'a>(answers: &'a Answers, question: &Question) -> Fact<&'a Body> {
    match answers.get(question) {
        None => Err(Missing::not_recorded(question)),
        Some(Answer::Failed(refusal)) => Err(Missing::failed(question, refusal)),
        Some(Answer::Body(given)) => Ok(given),
    }
}

/// Reads all rows of a SQL answer. One malformed row makes the whole answer unreadable, because a shorter list would be
/// wrong.
pub(crate) fn read_rows<T: DeserializeOwned>(
    answers: &Answers,
    question: &Question,
) -> Fact<Vec<T>> {
    let body = answer_body(answers, question)?;
    // serde would also deserialize a struct from a list of its field values.
    let is_list = |row: &Value| row.is_array();
    if body
        .json
        .as_array()
        .is_some_and(|rows| rows.iter().any(is_list))
    {
        return Err(Missing::unreadable(
            question,
            "a row of the answer has no columns",
        ));
    }
    if has_implausible_number(&body.json) {
        return Err(Missing::unreadable(
            question,
            "a number in the answer is too large to be true",
        ));
    }
    <Vec<T> as serde::Deserialize>::deserialize(&body.json).map_err(|e| {
        Missing::unreadable(
            question,
            format!("the answer has another shape than the query: {e}"),
        )
    })
}

/// Sizes and counts are summed. Integers above 2^53 are not portable in JSON and are never valid sizes or counts.
fn has_implausible_number(value: &Value) -> bool {
    const MAX_SAFE_INTEGER: u64 = 1 << 53;
    match value {
        Value::Number(number) if number.is_f64() => false,
        Value::Number(number) => {
            number.as_u64().or(number.as_i64().map(i64::unsigned_abs)) > Some(MAX_SAFE_INTEGER)
        }
        Value::Array(items) => items.iter().any(has_implausible_number),
        Value::Object(fields) => fields.values().any(has_implausible_number),
        _ => false,
    }
}

/// Reads the single row of a SQL answer.
pub(crate) fn read_row<T: DeserializeOwned>(answers: &Answers, question: &Question) -> Fact<T> {
    let mut all = read_rows(answers, question)?;
    match (all.pop(), all.is_empty()) {
        (Some(row), true) => Ok(row),
        _ => Err(Missing::unreadable(
            question,
            "the answer has not exactly one row",
        )),
    }
}

/// The returned rows and the total number of rows.
#[derive(Debug, Clone)]
pub struct LimitedRows<T> {
    pub rows: Vec<T>,
    pub total: u64,
    question: Question,
}

impl<T> LimitedRows<T> {
    pub(crate) fn new(question: &Question, rows: Vec<T>, total: u64) -> Self {
        LimitedRows {
            rows,
            total,
            question: question.clone(),
        }
    }

    /// Number of rows that were not returned.
    pub fn omitted(&self) -> u64 {
        self.total.saturating_sub(self.rows.len() as u64)
    }

    /// Why rows are missing, if any are. For checks that must see every row.
    pub(crate) fn missing_rows(&self) -> Option<Missing> {
        let (shown, total) = (self.rows.len(), self.total);
        let reason = format!("only the first {shown} of {total} rows were read");
        let remedy = "mend those that are found, and run again";
        (self.omitted() > 0).then(|| self.unreadable(reason).with_advice(remedy))
    }

    /// A [`Missing`] for unreadable content of the rows.
    pub(crate) fn unreadable(&self, reason: impl Into<String>) -> Missing {
        Missing::unreadable(&self.question, reason)
    }
}

#[derive(Deserialize)]
struct CountedRow<T> {
    #[serde(flatten)]
    row: T,
    total: u64,
}

/// Reads the rows of a query whose column `total` counts all rows before the LIMIT.
pub(crate) fn read_limited<T: DeserializeOwned>(
    answers: &Answers,
    question: &Question,
) -> Fact<LimitedRows<T>> {
    let rows: Vec<CountedRow<T>> = read_rows(answers, question)?;
    let total = rows.first().map_or(0, |r| r.total);
    let rows = rows.into_iter().map(|r| r.row).collect();
    Ok(LimitedRows::new(question, rows, total))
}
