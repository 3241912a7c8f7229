//! Decorators of backends: cache shared answers, cancel, split by server, and resume a recorded run.
//! Rate limits are in `arm::rate_limiter`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::future::join_all;
use tokio::sync::{OnceCell, watch};

use super::Backend;
use super::recording::MigrationView;
use crate::question::{Answer, Caller, Failure, FailureKind, Question};

/// A cancellation flag, set by Ctrl-C. Its clones share one state.
#[derive(Debug, Clone)]
pub struct CancelFlag {
    flag: Arc<watch::Sender<bool>>,
}

impl Default for CancelFlag {
    fn default() -> Self {
        CancelFlag {
            flag: Arc::new(watch::Sender::new(false)),
        }
    }
}

impl CancelFlag {
    /// Cancels the run. From then on no question is sent.
    pub fn cancel(&self) {
        self.flag.send_replace(true);
    }

    pub fn is_canceled(&self) -> bool {
        *self.flag.borrow()
    }

    /// Runs `future` to completion. Returns `None` if the run is canceled first.
    async fn run_until_canceled<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut flag = self.flag.subscribe();
        if *flag.borrow_and_update() {
            return None;
        }
        tokio::select! {
            answer = future => Some(answer),
            _ = flag.wait_for(|is_set| *is_set) => None,
        }
    }
}

fn canceled() -> Answer {
    let message = "the run was interrupted before this was answered";
    Failure::new(FailureKind::Interrupted, message).into()
}

/// A backend that stops at cancellation. The questions that are open then fail with
/// [`Interrupted`](FailureKind::Interrupted), so no question is dropped silently.
pub struct Cancellable<S> {
    inner: S,
    cancel_flag: CancelFlag,
}

impl<S> Cancellable<S> {
    pub fn new(inner: S, cancel_flag: CancelFlag) -> Self {
        Cancellable { inner, cancel_flag }
    }
}

#[async_trait]
impl<S: Backend> Backend for Cancellable<S> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let answers = self
            .cancel_flag
            .run_until_canceled(self.inner.ask(questions))
            .await;
        answers.unwrap_or_else(|| vec![canceled(); questions.len()])
    }

    fn caller(&self) -> Caller {
        self.inner.caller()
    }
}

/// One Azure Resource Manager backend for many migrations.
/// Answers that several servers can need (location, network, private DNS zone) are read once and cached.
/// Answers about a flexible server and its child resources are not cached.
pub struct Deduplicated<S> {
    inner: Cancellable<S>,
    cache: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
}

impl<S: Backend> Deduplicated<S> {
    pub fn new(inner: S, interrupt: CancelFlag) -> Self {
        Deduplicated {
            inner: Cancellable::new(inner, interrupt),
            cache: Mutex::default(),
        }
    }

    pub fn inner(&self) -> &S {
        &self.inner.inner
    }

    async fn answer(&self, question: &Question) -> Answer {
        if !is_shared(question) {
            return self.ask_one(question).await;
        }
        let cell = {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cache.entry(question.key()).or_default())
        };
        cell.get_or_init(|| self.ask_one(question)).await.clone()
    }

    async fn ask_one(&self, question: &Question) -> Answer {
        let mut answers = self.inner.ask(std::slice::from_ref(question)).await;
        answers.pop().unwrap_or_else(canceled)
    }
}

#[async_trait]
impl<S: Backend> Backend for Deduplicated<S> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        join_all(questions.iter().map(|q| self.answer(q))).await
    }

    fn caller(&self) -> Caller {
        self.inner.caller()
    }
}

/// Returns whether several servers can need the answer.
fn is_shared(question: &Question) -> bool {
    match question {
        Question::Arm { path, .. } => {
            let path = path.to_ascii_lowercase();
            !path.contains("/providers/microsoft.dbforpostgresql/flexibleservers/")
        }
        _ => false,
    }
}

/// The backend of one migration in a fleet. It shares the Azure backend and has its own database servers.
pub struct Split<A, O> {
    pub azure: Arc<A>,
    pub per_migration: O,
}

#[async_trait]
impl<A: Backend, O: Backend> Backend for Split<A, O> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let is_azure = |q: &&Question| matches!(q, Question::Arm { .. } | Question::Graph { .. });
        let (azure, own): (Vec<&Question>, Vec<&Question>) = questions.iter().partition(is_azure);
        let clone_all = |questions: &[&Question]| -> Vec<Question> {
            questions.iter().map(|q| (*q).clone()).collect()
        };
        let (azure, own) = (clone_all(&azure), clone_all(&own));
        let (azure_answers, migration_answers) = futures::join!(self.azure.ask(&azure), async {
            if own.is_empty() {
                Vec::new()
            } else {
                self.per_migration.ask(&own).await
            }
        });
        let mut from_azure = azure_answers.into_iter();
        let mut from_migration = migration_answers.into_iter();
        let answers = questions.iter().map(|q| {
            if is_azure(&q) {
                from_azure.next()
            } else {
                from_migration.next()
            }
        });
        answers.map(|a| a.unwrap_or_else(canceled)).collect()
    }

    fn caller(&self) -> Caller {
        self.azure.caller()
    }
}

/// Resumes a recorded run: recorded answers are kept, and recorded failures are retried live.
pub struct Resuming<'a> {
    recorded: MigrationView<'a>,
    live: Box<dyn Backend + 'a>,
}

impl<'a> Resuming<'a> {
    pub fn new(recorded: MigrationView<'a>, live: Box<dyn Backend + 'a>) -> Self {
        Resuming { recorded, live }
    }
}

#[async_trait]
impl Backend for Resuming<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let mut answers = self.recorded.ask(questions).await;
        let needs_retry =
            |answer: &Answer| matches!(answer, Answer::Failed(r) if is_retryable(r.kind));
        let retried: Vec<usize> = (0..answers.len())
            .filter(|i| needs_retry(&answers[*i]))
            .collect();
        let retry_questions: Vec<Question> =
            retried.iter().map(|i| questions[*i].clone()).collect();
        if !retry_questions.is_empty() {
            for (index, answer) in retried
                .into_iter()
                .zip(self.live.ask(&retry_questions).await)
            {
                answers[index] = answer;
            }
        }
        answers
    }

    /// The live identity, or the recorded one if no question was sent.
    fn caller(&self) -> Caller {
        let now = self.live.caller();
        if now == Caller::default() {
            self.recorded.caller()
        } else {
            now
        }
    }
}

/// Returns whether a retry can succeed. A missing resource, or a question that does not exist in that version, is a
/// final answer.
fn is_retryable(kind: FailureKind) -> bool {
    !matches!(kind, FailureKind::NotFound | FailureKind::Unsupported)
}

#[cfg(test)]
mod tests;
