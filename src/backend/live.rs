//! The live backend: routes each question to the server that can answer it. All servers are queried concurrently.

use std::sync::Arc;

use async_trait::async_trait;

use super::Backend;
use super::arm::{ArmBackend, DatabaseTokenCache};
use super::dns::DnsBackend;
use super::postgres::{PasswordProvider, PostgresBackend};
use crate::question::{Answer, Caller, Failure, FailureKind, Question, Side};

/// The live servers of a run, as far as they are configured.
#[derive(Default)]
pub struct LiveBackend {
    pub arm: Option<ArmBackend>,
    pub source: Option<PostgresBackend>,
    /// The target over SQL, if a connection to it was specified.
    pub target: Option<PostgresBackend>,
    pub dns: Option<DnsBackend>,
    /// Access tokens for database connections that do not use a password.
    pub tokens: Option<Arc<DatabaseTokenCache>>,
}

impl LiveBackend {
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
enum QuestionRoute {
    Arm,
    Sql(Side),
    Dns,
}

#[async_trait]
impl Backend for LiveBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let pick = |to: QuestionRoute| -> Vec<Question> {
            let own = questions.iter().filter(|q| route(q) == to);
            own.cloned().collect()
        };
        let (to_arm, to_source, to_target, to_dns) = (
            pick(QuestionRoute::Arm),
            pick(QuestionRoute::Sql(Side::Source)),
            pick(QuestionRoute::Sql(Side::Target)),
            pick(QuestionRoute::Dns),
        );
        let (from_arm, from_source, from_target, from_dns) = futures::join!(
            ask(self.arm.as_ref(), &to_arm),
            ask(self.source.as_ref(), &to_source),
            ask(self.target.as_ref(), &to_target),
            ask(self.dns.as_ref(), &to_dns),
        );
        let (mut from_arm, mut from_source) = (from_arm.into_iter(), from_source.into_iter());
        let (mut from_target, mut from_dns) = (from_target.into_iter(), from_dns.into_iter());
        let answers = questions.iter().map(|question| match route(question) {
            QuestionRoute::Arm => from_arm.next(),
            QuestionRoute::Sql(Side::Source) => from_source.next(),
            QuestionRoute::Sql(Side::Target) => from_target.next(),
            QuestionRoute::Dns => from_dns.next(),
        });
        answers.map(|a| a.unwrap_or_else(unavailable)).collect()
    }

    fn caller(&self) -> Caller {
        let azure = self.arm.as_ref().map(Backend::caller);
        let azure = azure.or_else(|| self.tokens.as_ref().map(|t| t.caller()));
        azure.unwrap_or_default()
    }
}

async fn ask<S: Backend>(source: Option<&S>, questions: &[Question]) -> Vec<Answer> {
    match source {
        Some(source) if !questions.is_empty() => source.ask(questions).await,
        _ => Vec::new(),
    }
}

fn route(question: &Question) -> QuestionRoute {
    match question {
        Question::Arm { .. } | Question::Graph { .. } => QuestionRoute::Arm,
        Question::Sql { side, .. } | Question::Connection { side, .. } => QuestionRoute::Sql(*side),
        Question::Dns { .. } => QuestionRoute::Dns,
    }
}

fn unavailable() -> Answer {
    let message = "nobody is connected who could answer";
    Failure::new(FailureKind::Unsupported, message).into()
}
