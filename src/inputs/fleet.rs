//! Decorators of backends: cache shared answers, cancel, split by server, and resume a recorded run.
//! Rate limits are in `arm::rate_limiter`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::future::join_all;
use tokio::sync::{OnceCell, watch};

use super::Source;
use super::recording::Recorded;
use crate::question::{Answer, Asker, Question, Refusal, RefusalKind};

/// A cancellation flag, set by Ctrl-C. Its clones share one state.
#[derive(Debug, Clone)]
pub struct Interrupt {
    flag: Arc<watch::Sender<bool>>,
}

impl Default for Interrupt {
    fn default() -> Self {
        Interrupt {
            flag: Arc::new(watch::Sender::new(false)),
        }
    }
}

impl Interrupt {
    /// Cancels the run. From then on no question is sent.
    pub fn set(&self) {
        self.flag.send_replace(true);
    }

    pub fn is_set(&self) -> bool {
        *self.flag.borrow()
    }

    /// Runs `future` to completion. Returns `None` if the run is canceled first.
    async fn or<T>(&self, asking: impl Future<Output = T>) -> Option<T> {
        let mut flag = self.flag.subscribe();
        if *flag.borrow_and_update() {
            return None;
        }
        tokio::select! {
            answer = asking => Some(answer),
            _ = flag.wait_for(|is_set| *is_set) => None,
        }
    }
}

fn interrupted() -> Answer {
    Refusal {
        kind: RefusalKind::Interrupted,
        status: None,
        code: None,
        message: "the run was interrupted before this was answered".to_owned(),
    }
    .into()
}

/// A backend that stops at cancellation. The questions that are open then fail with
/// [`Interrupted`](FailureKind::Interrupted), so no question is dropped silently.
pub struct Interruptible<S> {
    inner: S,
    interrupt: Interrupt,
}

impl<S> Interruptible<S> {
    pub fn new(inner: S, interrupt: Interrupt) -> Self {
        Interruptible { inner, interrupt }
    }
}

#[async_trait]
impl<S: Source> Source for Interruptible<S> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let answers = self.interrupt.or(self.inner.ask(questions)).await;
        answers.unwrap_or_else(|| vec![interrupted(); questions.len()])
    }

    fn asker(&self) -> Asker {
        self.inner.asker()
    }
}

/// One Azure Resource Manager backend for many migrations.
/// Answers that several servers can need (location, network, private DNS zone) are read once and cached.
/// Answers about a flexible server and its child resources are not cached.
pub struct Shared<S> {
    inner: Interruptible<S>,
    kept: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
}

impl<S: Source> Shared<S> {
    pub fn new(inner: S, interrupt: Interrupt) -> Self {
        Shared {
            inner: Interruptible::new(inner, interrupt),
            kept: Mutex::default(),
        }
    }

    pub fn inner(&self) -> &S {
        &self.inner.inner
    }

    async fn answer(&self, question: &Question) -> Answer {
        if !is_shared(question) {
            return self.alone(question).await;
        }
        let cell = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.entry(question.key()).or_default())
        };
        cell.get_or_init(|| self.alone(question)).await.clone()
    }

    async fn alone(&self, question: &Question) -> Answer {
        let mut answers = self.inner.ask(std::slice::from_ref(question)).await;
        answers.pop().unwrap_or_else(interrupted)
    }
}

#[async_trait]
impl<S: Source> Source for Shared<S> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        join_all(questions.iter().map(|q| self.answer(q))).await
    }

    fn asker(&self) -> Asker {
        self.inner.asker()
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
pub struct Sides<A, O> {
    pub azure: Arc<A>,
    pub own: O,
}

#[async_trait]
impl<A: Source, O: Source> Source for Sides<A, O> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let of_azure = |q: &&Question| matches!(q, Question::Arm { .. } | Question::Graph { .. });
        let (azure, own): (Vec<&Question>, Vec<&Question>) = questions.iter().partition(of_azure);
        let copied = |questions: &[&Question]| -> Vec<Question> {
            questions.iter().map(|q| (*q).clone()).collect()
        };
        let (azure, own) = (copied(&azure), copied(&own));
        let (of_azure_answers, own_answers) = futures::join!(self.azure.ask(&azure), async {
            match own.is_empty() {
                true => Vec::new(),
                false => self.own.ask(&own).await,
            }
        });
        let mut from_azure = of_azure_answers.into_iter();
        let mut from_own = own_answers.into_iter();
        let answers = questions.iter().map(|q| match of_azure(&q) {
            true => from_azure.next(),
            false => from_own.next(),
        });
        answers.map(|a| a.unwrap_or_else(interrupted)).collect()
    }

    fn asker(&self) -> Asker {
        self.azure.asker()
    }
}

/// Resumes a recorded run: recorded answers are kept, and recorded failures are retried live.
pub struct Resumed<'a> {
    before: Recorded<'a>,
    now: Box<dyn Source + 'a>,
}

impl<'a> Resumed<'a> {
    pub fn new(before: Recorded<'a>, now: Box<dyn Source + 'a>) -> Self {
        Resumed { before, now }
    }
}

#[async_trait]
impl Source for Resumed<'_> {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let mut answers = self.before.ask(questions).await;
        let is_open = |answer: &Answer| matches!(answer, Answer::Refused(r) if may_differ(r.kind));
        let open: Vec<usize> = (0..answers.len())
            .filter(|i| is_open(&answers[*i]))
            .collect();
        let again: Vec<Question> = open.iter().map(|i| questions[*i].clone()).collect();
        if !again.is_empty() {
            for (index, answer) in open.into_iter().zip(self.now.ask(&again).await) {
                answers[index] = answer;
            }
        }
        answers
    }

    /// The live identity, or the recorded one if no question was sent.
    fn asker(&self) -> Asker {
        let now = self.now.asker();
        match now == Asker::default() {
            true => self.before.asker(),
            false => now,
        }
    }
}

/// Returns whether a retry can succeed. A missing resource, or a question that does not exist in that version, is a
/// final answer.
fn may_differ(kind: RefusalKind) -> bool {
    !matches!(kind, RefusalKind::NotFound | RefusalKind::Unsupported)
}

#[cfg(test)]
mod tests;
