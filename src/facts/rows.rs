//! Reads the answer of a SQL question: an array of rows, each an object.

use serde::de::DeserializeOwned;

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
    let is_list = |row: &serde_json::Value| row.is_array();
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
    <Vec<T> as serde::Deserialize>::deserialize(&given.json).map_err(|e| {
        Missing::unreadable(
            question,
            format!("the answer has another shape than the query: {e}"),
        )
    })
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
