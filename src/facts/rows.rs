//! Reads the answer of a SQL question: an array of rows, each of them an object.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fact, Missing};
use crate::question::{Answer, Answers, Given, Question};

/// The body of the answer to `question`, or why it is missing.
pub(crate) fn given<'a>(answers: &'a Answers, question: &Question) -> Fact<&'a Given> {
    match answers.get(question) {
        None => Err(Missing::not_asked(question)),
        Some(Answer::Refused(refusal)) => Err(Missing::refused(question, refusal)),
        Some(Answer::Given(given)) => Ok(given),
    }
}

/// Reads all rows of a SQL answer. One malformed row makes the whole answer unreadable, because a shorter list would be
/// wrong.
pub(crate) fn rows<T: DeserializeOwned>(answers: &Answers, question: &Question) -> Fact<Vec<T>> {
    let given = given(answers, question)?;
    // serde would also deserialize a struct from a list of its field values.
    let is_list = |row: &Value| row.is_array();
    if given
        .json
        .as_array()
        .is_some_and(|rows| rows.iter().any(is_list))
    {
        return Err(Missing::unreadable(
            question,
            "a row of the answer has no columns",
        ));
    }
    if has_incredible_number(&given.json) {
        return Err(Missing::unreadable(
            question,
            "a number in the answer is too large to be true",
        ));
    }
    <Vec<T> as serde::Deserialize>::deserialize(&given.json).map_err(|e| {
        Missing::unreadable(
            question,
            format!("the answer has another shape than the query: {e}"),
        )
    })
}

/// Sizes and counts are summed. Integers above 2^53 are not portable in JSON and are never valid sizes or counts.
fn has_incredible_number(value: &Value) -> bool {
    const MOST: u64 = 1 << 53;
    match value {
        Value::Number(number) if number.is_f64() => false,
        Value::Number(number) => {
            number.as_u64().or(number.as_i64().map(i64::unsigned_abs)) > Some(MOST)
        }
        Value::Array(items) => items.iter().any(has_incredible_number),
        Value::Object(fields) => fields.values().any(has_incredible_number),
        _ => false,
    }
}

/// Reads the single row of a SQL answer.
pub(crate) fn row<T: DeserializeOwned>(answers: &Answers, question: &Question) -> Fact<T> {
    let mut all = rows(answers, question)?;
    match (all.pop(), all.is_empty()) {
        (Some(row), true) => Ok(row),
        _ => Err(Missing::unreadable(
            question,
            "the answer has not exactly one row",
        )),
    }
}
