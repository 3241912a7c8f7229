//! Answers the SQL questions of one PostgreSQL server, through a pool of at most four connections.
//!
//! libpq's conventions are in `conninfo`, `tls`, `dial` and `failover`.
//! The read-only guards are in `guard` and `session`.

mod connect;
pub mod conninfo;
mod hosts;
mod messages;
mod opening;
mod places;
mod pooling;
mod refusal;
mod session;
mod texts;
mod tls;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use secrecy::SecretString;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout_at};

#[cfg(test)]
pub(crate) use messages::ALIAS;

use self::conninfo::Access;
use self::refusal::refusal;
use self::session::Session;
use self::texts::text;
use super::Source;
use crate::queries::{self, Query};
use crate::question::{Answer, Question, Refusal, RefusalKind, Side};

/// Maximum number of simultaneous connections. Few enough for a source that is near its `max_connections`.
const CONNECTIONS: usize = 4;

/// Provides the password when a connection is made, for passwords that expire, such as access tokens.
#[async_trait]
pub trait Passwords: Send + Sync {
    async fn password(&self) -> Result<SecretString, Refusal>;
}

/// Backend for one server, with at most four connections, one per database.
/// A connection stays open for the next round of questions until another database needs its permit.
pub struct Database {
    access: Access,
    /// Overrides the password in `options`.
    passwords: Option<Arc<dyn Passwords>>,
    side: Side,
    migration_user: String,
    deadline: Instant,
    queries: &'static [Query],
    /// A permit is held while a connection is being made or is in use.
    places: Semaphore,
    /// Idle connections with their databases, oldest first.
    idle: Mutex<Vec<(String, Session)>>,
}

/// A question and the index of its answer.
type Numbered<'a> = (usize, &'a Question);

impl Database {
    /// Creates the backend without connecting. Queries see `migration_user` as `flexready.migration_user`.
    /// If it is empty, they see the session user. Questions without an answer at `deadline` fail with a timeout.
    pub fn new(access: Access, side: Side, migration_user: String, deadline: Instant) -> Self {
        Database {
            access,
            passwords: None,
            side,
            migration_user,
            deadline,
            queries: queries::ALL,
            places: Semaphore::new(CONNECTIONS),
            idle: Mutex::default(),
        }
    }

    /// Uses `passwords` for each new connection.
    #[must_use]
    pub fn with_passwords(self, passwords: Arc<dyn Passwords>) -> Self {
        Database {
            passwords: Some(passwords),
            ..self
        }
    }

    /// Replaces [`queries::ALL`], for tests with queries that flexready does not have.
    pub fn with_queries(self, queries: &'static [Query]) -> Self {
        Database { queries, ..self }
    }

    /// Answers all questions about one database through its connection.
    async fn ask_database(
        &self,
        database: &str,
        questions: Vec<Numbered<'_>>,
    ) -> Vec<(usize, Answer)> {
        let numbers: Vec<usize> = questions.iter().map(|(number, _)| *number).collect();
        let refused = |answer: Answer| numbers.iter().map(|n| (*n, answer.clone())).collect();
        let Ok(place) = timeout_at(self.deadline, self.places.acquire()).await else {
            return refused(out_of_time());
        };
        let place = place.expect("the semaphore is never closed");
        let opened = timeout_at(self.deadline, self.session_in_turn(database, place)).await;
        let (session, place) = match opened {
            Ok(Ok(opened)) => opened,
            Ok(Err(answer)) => return refused(answer),
            Err(_) => return refused(out_of_time()),
        };
        let is_connection = |(_, q): &Numbered<'_>| matches!(q, Question::Connection { .. });
        let about = match session.is_direct() {
            Some(false) if questions.iter().any(is_connection) => {
                session.about_pooler(self.pooling(&session, database).await)
            }
            _ => session.about(),
        };
        let asked = questions
            .iter()
            .map(|(_, question)| self.ask_one(&session, question, &about));
        let answers = join_all(asked).await;
        self.give_back(database, session, place).await;
        numbers.into_iter().zip(answers).collect()
    }

    async fn ask_one(&self, session: &Session, question: &Question, about: &Answer) -> Answer {
        let Question::Sql { query, .. } = question else {
            return about.clone();
        };
        let text = match text(self.queries, query, session.state.version_num) {
            Ok(text) => text,
            Err(answer) => return answer,
        };
        timeout_at(self.deadline, session.rows(&text))
            .await
            .unwrap_or_else(|_| out_of_time())
    }
}

#[async_trait]
impl Source for Database {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let mut answers: Vec<Answer> = vec![not_ours(self.side); questions.len()];
        let mut databases: BTreeMap<&str, Vec<Numbered<'_>>> = BTreeMap::new();
        for (number, question) in questions.iter().enumerate() {
            if let Question::Sql { side, database, .. } | Question::Connection { side, database } =
                question
                && *side == self.side
            {
                databases
                    .entry(database)
                    .or_default()
                    .push((number, question));
            }
        }
        // Databases with an idle connection go first; otherwise a new connection would evict theirs.
        let mut databases: Vec<_> = databases.into_iter().collect();
        let idle = self.idle.lock().await;
        databases.sort_by_key(|(database, _)| !idle.iter().any(|(name, _)| name == database));
        drop(idle);
        let asked = databases
            .into_iter()
            .map(|(database, questions)| self.ask_database(database, questions));
        for (number, answer) in join_all(asked).await.into_iter().flatten() {
            answers[number] = answer;
        }
        answers
    }
}

fn out_of_time() -> Answer {
    refusal(
        RefusalKind::Timeout,
        "the time of the run was over before the answer came; --timeout gives it more",
    )
    .into()
}

fn not_ours(side: Side) -> Answer {
    refusal(
        RefusalKind::Unsupported,
        format!("this input answers SQL questions to the {side} only"),
    )
    .into()
}
