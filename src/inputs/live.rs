//! The live source: sends each question to the side that it is for, all of them at once.

use async_trait::async_trait;

use super::Source;
use super::arm::Arm;
use super::postgres::Database;
use crate::question::{Answer, Asker, Question, Refusal, RefusalKind, Side};

/// Live servers, as far as a run has them.
#[derive(Default)]
pub struct Live {
    pub arm: Option<Arm>,
    pub source: Option<Database>,
    /// The target through SQL, where the user gave a way in.
    pub target: Option<Database>,
}

/// Who is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Arm,
    Sql(Side),
}

#[async_trait]
impl Source for Live {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let pick = |to: To| -> Vec<Question> {
            let own = questions.iter().filter(|q| whom(q) == Some(to));
            own.cloned().collect()
        };
        let (to_arm, to_source, to_target) = (
            pick(To::Arm),
            pick(To::Sql(Side::Source)),
            pick(To::Sql(Side::Target)),
        );
        let (from_arm, from_source, from_target) = futures::join!(
            ask(self.arm.as_ref(), &to_arm),
            ask(self.source.as_ref(), &to_source),
            ask(self.target.as_ref(), &to_target),
        );
        let (mut from_arm, mut from_source, mut from_target) = (
            from_arm.into_iter(),
            from_source.into_iter(),
            from_target.into_iter(),
        );
        let answers = questions.iter().map(|question| match whom(question) {
            Some(To::Arm) => from_arm.next(),
            Some(To::Sql(Side::Source)) => from_source.next(),
            Some(To::Sql(Side::Target)) => from_target.next(),
            None => None,
        });
        answers.map(|a| a.unwrap_or_else(nobody)).collect()
    }

    fn asker(&self) -> Asker {
        self.arm.as_ref().map(Source::asker).unwrap_or_default()
    }
}

async fn ask<S: Source>(source: Option<&S>, questions: &[Question]) -> Vec<Answer> {
    match source {
        Some(source) if !questions.is_empty() => source.ask(questions).await,
        _ => Vec::new(),
    }
}

fn whom(question: &Question) -> Option<To> {
    match question {
        Question::Arm { .. } => Some(To::Arm),
        Question::Sql { side, .. } | Question::Connection { side, .. } => Some(To::Sql(*side)),
        Question::Dns { .. } => None,
    }
}

fn nobody() -> Answer {
    let message = "nobody is connected who could answer".to_owned();
    Refusal {
        kind: RefusalKind::Unsupported,
        status: None,
        code: None,
        message,
    }
    .into()
}
