//! Answers questions about servers. This is the only module with network access, credentials, clocks, and recordings.
//! The open questions are determined in `facts::questions`.

pub mod arm;
pub mod decorators;
pub mod dns;
pub mod live;
pub mod postgres;
pub mod recording;
pub mod redact;
pub mod secret_mask;

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::question::{Answer, Answers, Caller, Question};

/// Answers questions: a live server, a recording, or a decorator of another backend.
/// A backend does not fail as a whole. A question that it cannot answer gets a failure as its answer.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Returns one answer for each question, in the same order. The questions of one call are sent concurrently.
    async fn ask(&self, questions: &[Question]) -> Vec<Answer>;

    /// The signed-in identity, as far as it is known after the questions so far.
    fn caller(&self) -> Caller {
        Caller::default()
    }
}

/// The number of question rounds that [`collect`] needed. A live target needs at most three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds(pub usize);

/// Repeatedly sends the questions returned by `next` to `backend`, until no question is open.
/// The answers of each round determine the questions of the next round. No question is sent twice.
pub async fn collect(
    backend: &dyn Backend,
    mut answers: Answers,
    next: impl Fn(&Answers) -> Vec<Question>,
) -> (Answers, Rounds) {
    let mut rounds = 0;
    loop {
        let mut questions: Vec<Question> = next(&answers);
        questions.sort();
        // Two targets can name a shared resource in different case: the questions differ, but their key is the same.
        let mut keys = BTreeSet::new();
        questions.retain(|q| !answers.contains(q) && keys.insert(q.key()));
        if questions.is_empty() {
            answers.caller = backend.caller();
            return (answers, Rounds(rounds));
        }
        rounds += 1;
        for (question, mut answer) in questions.iter().zip(backend.ask(&questions).await) {
            secret_mask::mask(&mut answer);
            answers.insert(question.key(), answer);
        }
    }
}
