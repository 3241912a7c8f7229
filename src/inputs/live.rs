//! The live source: sends each question to the side that it is for, all of them at once.

use std::sync::Arc;

use async_trait::async_trait;

use super::Source;
use super::arm::{Arm, DatabaseTokens};
use super::dns::Dns;
use super::postgres::Database;
use crate::question::{Answer, Asker, Question, Refusal, RefusalKind, Side};

/// Live servers, as far as a run has them.
#[derive(Default)]
pub struct Live {
    pub arm: Option<Arm>,
    pub source: Option<Database>,
    pub dns: Option<Dns>,
    /// What the source is signed in to with, where that is no password of its own.
    pub tokens: Option<Arc<DatabaseTokens>>,
}

#[async_trait]
impl Source for Live {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let pick = |wanted: fn(&Question) -> bool| -> Vec<Question> {
            questions.iter().filter(|q| wanted(q)).cloned().collect()
        };
        let (to_arm, to_source, to_dns) = (pick(is_arm), pick(is_source), pick(is_dns));
        let (from_arm, from_source, from_dns) = futures::join!(
            ask(self.arm.as_ref(), &to_arm),
            ask(self.source.as_ref(), &to_source),
            ask(self.dns.as_ref(), &to_dns)
        );
        let (mut from_arm, mut from_source) = (from_arm.into_iter(), from_source.into_iter());
        let mut from_dns = from_dns.into_iter();
        let answer = |question: &Question| match question {
            q if is_arm(q) => from_arm.next(),
            q if is_source(q) => from_source.next(),
            q if is_dns(q) => from_dns.next(),
            _ => None,
        };
        questions
            .iter()
            .map(answer)
            .map(|a| a.unwrap_or_else(nobody))
            .collect()
    }

    fn asker(&self) -> Asker {
        let azure = self.arm.as_ref().map(Source::asker);
        let azure = azure.or_else(|| self.tokens.as_ref().map(|t| t.asker()));
        azure.unwrap_or_default()
    }
}

async fn ask<S: Source>(source: Option<&S>, questions: &[Question]) -> Vec<Answer> {
    match source {
        Some(source) if !questions.is_empty() => source.ask(questions).await,
        _ => Vec::new(),
    }
}

fn is_arm(question: &Question) -> bool {
    matches!(question, Question::Arm { .. })
}

fn is_source(question: &Question) -> bool {
    matches!(
        question,
        Question::Sql {
            side: Side::Source,
            ..
        } | Question::Connection {
            side: Side::Source,
            ..
        }
    )
}

fn is_dns(question: &Question) -> bool {
    matches!(question, Question::Dns { .. })
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
