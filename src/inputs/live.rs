//! The live source: sends each question to the side that it is for, all of them at once.

use std::sync::Arc;

use async_trait::async_trait;

use super::Source;
use super::arm::{Arm, DatabaseTokens};
use super::dns::Dns;
use super::postgres::{Database, Passwords};
use crate::question::{Answer, Asker, Question, Refusal, RefusalKind, Side};

/// Live servers, as far as a run has them.
#[derive(Default)]
pub struct Live {
    pub arm: Option<Arm>,
    pub source: Option<Database>,
    /// The target through SQL, where the user gave a way in.
    pub target: Option<Database>,
    pub dns: Option<Dns>,
    /// What databases are signed in to with, where that is no password of their own.
    pub tokens: Option<Arc<DatabaseTokens>>,
}

impl Live {
    /// Has all tokens before anything is asked: what proves a pipeline's identity may live for ten minutes only, while a
    /// run may be longer. Whoever gets none says so when it is asked.
    pub async fn sign_in(&self) {
        let to_arm = async {
            if let Some(arm) = &self.arm {
                arm.sign_in().await;
            }
        };
        let to_databases = async {
            if let Some(tokens) = &self.tokens {
                let _ = tokens.password().await;
            }
        };
        futures::join!(to_arm, to_databases);
    }
}

/// Who is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Arm,
    Sql(Side),
    Dns,
}

#[async_trait]
impl Source for Live {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let pick = |to: To| -> Vec<Question> {
            let own = questions.iter().filter(|q| whom(q) == to);
            own.cloned().collect()
        };
        let (to_arm, to_source, to_target, to_dns) = (
            pick(To::Arm),
            pick(To::Sql(Side::Source)),
            pick(To::Sql(Side::Target)),
            pick(To::Dns),
        );
        let (from_arm, from_source, from_target, from_dns) = futures::join!(
            ask(self.arm.as_ref(), &to_arm),
            ask(self.source.as_ref(), &to_source),
            ask(self.target.as_ref(), &to_target),
            ask(self.dns.as_ref(), &to_dns),
        );
        let (mut from_arm, mut from_source) = (from_arm.into_iter(), from_source.into_iter());
        let (mut from_target, mut from_dns) = (from_target.into_iter(), from_dns.into_iter());
        let answers = questions.iter().map(|question| match whom(question) {
            To::Arm => from_arm.next(),
            To::Sql(Side::Source) => from_source.next(),
            To::Sql(Side::Target) => from_target.next(),
            To::Dns => from_dns.next(),
        });
        answers.map(|a| a.unwrap_or_else(nobody)).collect()
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

fn whom(question: &Question) -> To {
    match question {
        Question::Arm { .. } => To::Arm,
        Question::Sql { side, .. } | Question::Connection { side, .. } => To::Sql(*side),
        Question::Dns { .. } => To::Dns,
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
