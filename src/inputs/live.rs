//! The live backend: routes each question to the server that can answer it. All servers are queried concurrently.

use std::sync::Arc;

use async_trait::async_trait;

use super::Source;
use super::arm::{Arm, DatabaseTokens};
use super::dns::Dns;
use super::postgres::{Database, Passwords};
use crate::question::{Answer, Asker, Question, Refusal, RefusalKind, Side};

/// The live servers of a run, as far as they are configured.
#[derive(Default)]
pub struct Live {
    pub arm: Option<Arm>,
    pub source: Option<Database>,
    /// The target over SQL, if a connection to it was specified.
    pub target: Option<Database>,
    pub dns: Option<Dns>,
    /// Access tokens for database connections that do not use a password.
    pub tokens: Option<Arc<DatabaseTokens>>,
}

impl Live {
    /// Fetches all tokens before the first question. The ID token of a pipeline can expire after ten minutes, and a run
    /// can be longer. Errors are ignored here: the first question that needs the token reports them.
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

/// The server that a question is sent to.
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
        Question::Arm { .. } | Question::Graph { .. } => To::Arm,
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
