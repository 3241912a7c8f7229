//! Reads the answer of a SQL question: an array of rows, each an object.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fact, Missing};
use crate::question::{Answer, Answers, Given, Question};

/// The answer to `question`, or why there is none.
pub(crate) fn given<'a>(answers: &'a Answers, question: &Question) -> Fact<&'a Given> {
    match answers.get(question) {
        None => Err(Missing::not_asked(question)),
        Some(Answer::Refused(refusal)) => Err(Missing::refused(question, refusal)),
        Some(Answer::Given(given)) => Ok(given),
    }
}

/// All rows of a SQL answer. A row of another shape makes the whole answer unreadable: a smaller list would lie.
pub(crate) fn rows<T: DeserializeOwned>(answers: &Answers, question: &Question) -> Fact<Vec<T>> {
    let given = given(answers, question)?;
    // A struct would also be read from a list of its fields' values.
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

/// Sizes and counts are added up; a whole number that JSON itself does not carry everywhere (2^53) is none of either.
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

/// The only row of a SQL answer.
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
