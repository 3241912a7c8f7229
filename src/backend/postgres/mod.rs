//! Answers the SQL questions of one PostgreSQL server, through a pool of at most four connections.
//!
//! libpq's conventions are in `conninfo`, `tls`, `dial` and `failover`.
//! The read-only guards are in `guard` and `session`.

pub mod conninfo;
mod dial;
mod failover;
mod guard;
mod pg_error;
mod pooler_probe;
mod session;
mod stream;
mod tls;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use conninfo::ConnectOptions;
use futures::future::join_all;
use pg_error::with_password_advice;
use secrecy::SecretString;
use session::PgSession;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::{Duration, Instant, sleep, timeout_at};

use super::Backend;
use crate::queries;
use crate::queries::Query;
use crate::question::{Answer, Failure, FailureKind, Question, Side};

#[cfg(test)]
pub(crate) use guard::ROW_ALIAS;

/// Maximum number of simultaneous connections. Few enough for a source that is near its `max_connections`.
const MAX_CONNECTIONS: usize = 4;

/// Provides the password when a connection is made, for passwords that expire, such as access tokens.
#[async_trait]
pub trait PasswordProvider: Send + Sync {
    async fn password(&self) -> Result<SecretString, Failure>;
}

/// Backend for one server, with at most four connections, one per database.
/// A connection stays open for the next round of questions until another database needs its permit.
pub struct PostgresBackend {
    options: ConnectOptions,
    /// Overrides the password in `options`.
    password_provider: Option<Arc<dyn PasswordProvider>>,
    side: Side,
    migration_user: String,
    deadline: Instant,
    queries: &'static [Query],
    /// A permit is held while a connection is being made or is in use.
    permits: Semaphore,
    /// Idle connections with their databases, oldest first.
    idle_sessions: Mutex<Vec<(String, PgSession)>>,
}

/// A question and the index of its answer.
type IndexedQuestion<'a> = (usize, &'a Question);

impl PostgresBackend {
    /// Creates the backend without connecting. Queries see `migration_user` as `flexready.migration_user`.
    /// If it is empty, they see the session user. Questions without an answer at `deadline` fail with a timeout.
    pub fn new(
        options: ConnectOptions,
        side: Side,
        migration_user: String,
        deadline: Instant,
    ) -> Self {
        PostgresBackend {
            options,
            password_provider: None,
            side,
            migration_user,
            deadline,
            queries: queries::ALL,
            permits: Semaphore::new(MAX_CONNECTIONS),
            idle_sessions: Mutex::default(),
        }
    }

    /// Uses `passwords` for each new connection.
    #[must_use]
    pub fn with_password_provider(self, password_provider: Arc<dyn PasswordProvider>) -> Self {
        PostgresBackend {
            password_provider: Some(password_provider),
            ..self
        }
    }

    /// Replaces [`queries::ALL`], for tests with queries that flexready does not have.
    pub fn with_queries(self, queries: &'static [Query]) -> Self {
        PostgresBackend { queries, ..self }
    }

    /// Answers all questions about one database through its connection.
    async fn answer_for_database(
        &self,
        database: &str,
        questions: Vec<IndexedQuestion<'_>>,
    ) -> Vec<(usize, Answer)> {
        let indices: Vec<usize> = questions.iter().map(|(number, _)| *number).collect();
        let fail_all = |answer: Answer| indices.iter().map(|n| (*n, answer.clone())).collect();
        let Ok(permit) = timeout_at(self.deadline, self.permits.acquire()).await else {
            return fail_all(timed_out());
        };
        let place = permit.expect("the semaphore is never closed");
        let opened = timeout_at(self.deadline, self.acquire_session(database, place)).await;
        let (session, place) = match opened {
            Ok(Ok(opened)) => opened,
            Ok(Err(answer)) => return fail_all(answer),
            Err(_) => return fail_all(timed_out()),
        };
        let is_connection = |(_, q): &IndexedQuestion<'_>| matches!(q, Question::Connection { .. });
        let connection_answer = match session.is_direct() {
            Some(false) if questions.iter().any(is_connection) => {
                session.pooled_connection_answer(self.detect_pooling(&session, database).await)
            }
            _ => session.connection_answer(),
        };
        let asked = questions
            .iter()
            .map(|(_, question)| self.answer_one(&session, question, &connection_answer));
        let answers = join_all(asked).await;
        self.release_session(database, session, place).await;
        indices.into_iter().zip(answers).collect()
    }

    async fn answer_one(
        &self,
        session: &PgSession,
        question: &Question,
        connection_answer: &Answer,
    ) -> Answer {
        let Question::Sql { query, .. } = question else {
            return connection_answer.clone();
        };
        let text = match query_text(self.queries, query, session.server_info.version_num) {
            Ok(text) => text,
            Err(answer) => return answer,
        };
        timeout_at(self.deadline, session.query_json(&text))
            .await
            .unwrap_or_else(|_| timed_out())
    }
}

#[async_trait]
impl Backend for PostgresBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let mut answers: Vec<Answer> = vec![wrong_side(self.side); questions.len()];
        let mut databases: BTreeMap<&str, Vec<IndexedQuestion<'_>>> = BTreeMap::new();
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
        let idle = self.idle_sessions.lock().await;
        databases.sort_by_key(|(database, _)| !idle.iter().any(|(name, _)| name == database));
        drop(idle);
        let asked = databases
            .into_iter()
            .map(|(database, questions)| self.answer_for_database(database, questions));
        for (number, answer) in join_all(asked).await.into_iter().flatten() {
            answers[number] = answer;
        }
        answers
    }
}

fn timed_out() -> Answer {
    Failure::new(
        FailureKind::Timeout,
        "the time of the run was over before the answer came; --timeout gives it more",
    )
    .into()
}

fn wrong_side(side: Side) -> Answer {
    Failure::new(
        FailureKind::Unsupported,
        format!("this input answers SQL questions to the {side} only"),
    )
    .into()
}

/// Attempts when the server is out of connections and all of ours are closed.
const SINGLE_CONNECTION_ATTEMPTS: u32 = 5;
/// Delay between these attempts. The server process of a closed connection needs a moment to exit.
const RETRY_DELAY: Duration = Duration::from_millis(200);

impl PostgresBackend {
    /// Detects the pooling mode of the pooler in front of the server: `transaction`, `session` or `unknown`.
    pub(crate) async fn detect_pooling(&self, first: &PgSession, database: &str) -> &'static str {
        let probe = async {
            let permit = self.permits.acquire().await;
            let Ok(second) = self.open_session(database).await else {
                return pooler_probe::UNKNOWN_MODE;
            };
            let mode = pooler_probe::detect_mode(first, &second).await;
            second.close().await;
            drop(permit);
            mode
        };
        let probe_deadline = self
            .deadline
            .min(Instant::now() + pooler_probe::PROBE_TIMEOUT);
        timeout_at(probe_deadline, probe)
            .await
            .unwrap_or(pooler_probe::UNKNOWN_MODE)
    }

    /// Returns a session for `database`. If the server is out of connections, waits until all of ours are released and
    /// retries with a single one.
    pub(crate) async fn acquire_session<'a>(
        &'a self,
        database: &str,
        permit: SemaphorePermit<'a>,
    ) -> Result<(PgSession, SemaphorePermit<'a>), Answer> {
        match self.open_session(database).await {
            Err(answer) if is_too_many_connections(&answer) => drop(permit),
            other => return other.map(|session| (session, permit)),
        }
        let all_permits = self.permits.acquire_many(MAX_CONNECTIONS as u32).await;
        let all = all_permits.expect("the semaphore is never closed");
        let mut attempts = SINGLE_CONNECTION_ATTEMPTS;
        loop {
            match self.open_session(database).await {
                Err(answer) if is_too_many_connections(&answer) && attempts > 1 => attempts -= 1,
                other => return other.map(|session| (session, all)),
            }
            sleep(RETRY_DELAY).await;
        }
    }

    /// Returns the idle session of `database`, or opens a new one. The caller holds a permit.
    async fn open_session(&self, database: &str) -> Result<PgSession, Answer> {
        let mut closing = Vec::new();
        let found = {
            let mut idle = self.idle_sessions.lock().await;
            let at = idle.iter().position(|(name, _)| name == database);
            let found = at.map(|at| idle.remove(at).1);
            while idle.len() > self.permits.available_permits() {
                closing.push(idle.remove(0).1);
            }
            found
        };
        match found {
            Some(session) if !session.is_closed() => return Ok(session),
            lost => closing.extend(lost),
        }
        join_all(closing.into_iter().map(PgSession::close)).await;
        let mut options = self.options.for_database(database);
        if let Some(passwords) = &self.password_provider {
            options.set_password(passwords.password().await?);
        }
        let opened = failover::open_session(&options, &self.migration_user).await;
        Ok(opened.map_err(|refused| with_password_advice(refused, self.side))?)
    }

    /// Returns session and permit to the pool in one step, so that no idle session is closed for a permit that is free.
    /// After the deadline, the session can have an unfinished query and is not reused.
    pub(crate) async fn release_session(
        &self,
        database: &str,
        session: PgSession,
        permit: SemaphorePermit<'_>,
    ) {
        let mut idle = self.idle_sessions.lock().await;
        if Instant::now() < self.deadline && !session.is_closed() {
            idle.push((database.to_owned(), session));
        }
        drop(permit);
    }
}

/// Whether the SQLSTATE is `too_many_connections`: the limit of the server, a database or a role.
fn is_too_many_connections(answer: &Answer) -> bool {
    matches!(answer, Answer::Failed(failure) if failure.status.as_deref() == Some("53300"))
}

/// Returns the SQL of `query` for a server of this `server_version_num`.
///
/// # Errors
/// [`FailureKind::Unsupported`] if the query does not exist or the server is too old for it.
pub(crate) fn query_text(
    queries: &'static [Query],
    query: &str,
    version_num: u32,
) -> Result<Cow<'static, str>, Answer> {
    let unsupported =
        |message: String| Answer::from(Failure::new(FailureKind::Unsupported, message));
    let found = queries
        .iter()
        .find(|q| q.name == query)
        .ok_or_else(|| unsupported(format!("there is no query `{query}`")))?;
    found.text(version_num).ok_or_else(|| {
        let (since, server) = (version_name(found.min_version()), version_name(version_num));
        unsupported(format!("needs PostgreSQL {since}, the server is {server}"))
    })
}

/// Formats a `server_version_num` as a major version: `90600` as 9.6, `110000` as 11. The numbering changed with 10.
fn version_name(version_num: u32) -> String {
    match version_num {
        0..100_000 => format!("{}.{}", version_num / 10_000, version_num / 100 % 100),
        _ => (version_num / 10_000).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queries;

    #[test]
    fn the_failure_for_an_old_server_names_the_required_version() {
        let Err(Answer::Failed(refusal)) = query_text(queries::ALL, "identity", 90_320) else {
            panic!("identity is from 9.4")
        };
        assert_eq!(refusal.kind, FailureKind::Unsupported);
        assert_eq!(refusal.message, "needs PostgreSQL 9.4, the server is 9.3");
        assert!(query_text(queries::ALL, "identity", 180_000).is_ok());
        assert_eq!(version_name(110_022), "11");
    }
}
