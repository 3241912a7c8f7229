//! Asks and waits: the only room with network, credentials, clocks and recordings.
//! Here: the [`Source`] that answers questions, and [`collect`], which asks until nothing more needs to be asked.
//! Not here: which questions are asked (`facts::next`), what the answers mean (`facts`).

pub mod arm;
pub mod dns;
pub mod fleet;
pub mod live;
pub mod postgres;
pub mod pseudonyms;
pub mod recording;
pub mod redact;

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::question::{Answer, Answers, Asker, Question};

/// Something that answers questions: a live server, a recording, or a recorder around either.
/// It never fails as a whole: what it cannot answer it refuses, one question at a time.
#[async_trait]
pub trait Source: Send + Sync {
    /// One answer for each question, in the same order. The questions of one call go out together.
    async fn ask(&self, questions: &[Question]) -> Vec<Answer>;

    /// Who is asking, as far as is known after the questions so far.
    fn asker(&self) -> Asker {
        Asker::default()
    }
}

/// How many times [`collect`] asked for further questions: a live target needs at most three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds(pub usize);

/// Asks `source` all that `next` wants to know, until it wants nothing further. Each round's answers decide the next
/// round's questions; no question is asked twice.
pub async fn collect(
    source: &dyn Source,
    mut answers: Answers,
    next: impl Fn(&Answers) -> Vec<Question>,
) -> (Answers, Rounds) {
    let mut rounds = 0;
    loop {
        let mut questions: Vec<Question> = next(&answers);
        questions.sort();
        // Two targets may name what they share in different case: one key, but not one question.
        let mut keys = BTreeSet::new();
        questions.retain(|q| !answers.contains(q) && keys.insert(q.key()));
        if questions.is_empty() {
            answers.asker = source.asker();
            return (answers, Rounds(rounds));
        }
        rounds += 1;
        for (question, mut answer) in questions.iter().zip(source.ask(&questions).await) {
            redact::mask(&mut answer);
            answers.insert(question.key(), answer);
        }
    }
}
