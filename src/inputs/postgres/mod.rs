//! PostgreSQL: answers the SQL questions of one server.
//! Here: [`Database`], which question goes to which connection, how many there are, when time is up.
//! Not here: libpq's conventions (`conninfo`, `tls`, `hosts`, `connect`), guards and answers (`session`, `messages`),
//! the queries (`queries`), what the answers mean (`facts`).

mod connect;
pub mod conninfo;
mod hosts;
mod messages;
mod opening;
mod pooling;
mod refusal;
mod session;
mod tls;
mod wire;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use secrecy::SecretString;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::{Duration, Instant, sleep, timeout_at};

#[cfg(test)]
pub(crate) use messages::ALIAS;

use self::conninfo::Access;
use self::refusal::refusal;
use self::session::Session;
use super::Source;
use crate::queries::{self, Query};
use crate::question::{Answer, Question, Refusal, RefusalKind, Side};

/// Most connections at a time: enough to be quick, few enough for a source that is near its max_connections.
const CONNECTIONS: usize = 4;

/// Gives the password when a connection is made: for passwords that end, as tokens do.
#[async_trait]
pub trait Passwords: Send + Sync {
    async fn password(&self) -> Result<SecretString, Refusal>;
}

/// How often a server without a free connection is asked again, and after what time: a process of it that served a
/// connection which is closed now needs a moment to end.
const TRIES_ALONE: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// One server, asked through at most four connections, one for each database. Connections stay open for the
/// next round of questions, until another database needs the place.
pub struct Database {
    access: Access,
    /// Instead of the access's own password.
    passwords: Option<Arc<dyn Passwords>>,
    side: Side,
    migration_user: String,
    deadline: Instant,
    queries: &'static [Query],
    /// Held while a connection is made or at work.
    places: Semaphore,
    /// Connections that wait for further questions, oldest first.
    idle: Mutex<Vec<(String, Session)>>,
}

/// A question to one database, and where its answer belongs.
type Numbered<'a> = (usize, &'a Question);

impl Database {
    /// Connects to nothing yet. `migration_user` is whom queries see as `flexready.migration_user`; what is not
    /// answered by `deadline` is refused.
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

    /// Signs in with the passwords that are given when they are needed.
    #[must_use]
    pub fn with_passwords(self, passwords: Arc<dyn Passwords>) -> Self {
        Database {
            passwords: Some(passwords),
            ..self
        }
    }

    /// Answers by these queries instead of [`queries::ALL`]: for tests of what no query of ours does.
    pub fn with_queries(self, queries: &'static [Query]) -> Self {
        Database { queries, ..self }
    }

    /// All questions to one database, through its one connection.
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

    /// How the pooler in front of the server shares its connections.
    async fn pooling(&self, first: &Session, database: &str) -> &'static str {
        let probe = async {
            let place = self.places.acquire().await;
            let Ok(second) = self.session(database).await else {
                return pooling::UNKNOWN;
            };
            let mode = pooling::mode(first, &second).await;
            second.close().await;
            drop(place);
            mode
        };
        let until = self.deadline.min(Instant::now() + pooling::PATIENCE);
        timeout_at(until, probe).await.unwrap_or(pooling::UNKNOWN)
    }

    /// A connection for the place that the caller holds. A server that has no more to give is asked again when all
    /// others are given back: one after the other, what can be had is had.
    async fn session_in_turn<'a>(
        &'a self,
        database: &str,
        place: SemaphorePermit<'a>,
    ) -> Result<(Session, SemaphorePermit<'a>), Answer> {
        match self.session(database).await {
            Err(answer) if is_crowded(&answer) => drop(place),
            other => return other.map(|session| (session, place)),
        }
        let all = self.places.acquire_many(CONNECTIONS as u32).await;
        let all = all.expect("the semaphore is never closed");
        let mut tries = TRIES_ALONE;
        loop {
            match self.session(database).await {
                Err(answer) if is_crowded(&answer) && tries > 1 => tries -= 1,
                other => return other.map(|session| (session, all)),
            }
            sleep(PAUSE).await;
        }
    }

    /// The database's waiting connection, or a new one in the place that the caller holds.
    async fn session(&self, database: &str) -> Result<Session, Answer> {
        let mut closing = Vec::new();
        let found = {
            let mut idle = self.idle.lock().await;
            let at = idle.iter().position(|(name, _)| name == database);
            let found = at.map(|at| idle.remove(at).1);
            while idle.len() > self.places.available_permits() {
                closing.push(idle.remove(0).1);
            }
            found
        };
        match found {
            Some(session) if !session.is_lost() => return Ok(session),
            lost => closing.extend(lost),
        }
        join_all(closing.into_iter().map(Session::close)).await;
        let mut access = self.access.for_database(database);
        if let Some(passwords) = &self.passwords {
            access.set_password(passwords.password().await?);
        }
        Ok(hosts::open(&access, &self.migration_user).await?)
    }

    /// Place and connection change hands in one step, so that nobody closes a connection for a place that is free.
    /// A connection with an unanswered question on it is of no further use.
    async fn give_back(&self, database: &str, session: Session, place: SemaphorePermit<'_>) {
        let mut idle = self.idle.lock().await;
        if Instant::now() < self.deadline && !session.is_lost() {
            idle.push((database.to_owned(), session));
        }
        drop(place);
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
        // Those that have a connection go first: a newcomer would take their place.
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

/// The text of a query for this server.
fn text(
    queries: &'static [Query],
    query: &str,
    version_num: u32,
) -> Result<Cow<'static, str>, Answer> {
    let unsupported = |message: String| Answer::from(refusal(RefusalKind::Unsupported, message));
    let found = queries
        .iter()
        .find(|q| q.name == query)
        .ok_or_else(|| unsupported(format!("there is no query `{query}`")))?;
    found.text(version_num).ok_or_else(|| {
        let (since, server) = (release(found.since()), release(version_num));
        unsupported(format!("needs PostgreSQL {since}, the server is {server}"))
    })
}

/// `90600` is 9.6, `110000` is 11: the numbering changed with 10.
fn release(version_num: u32) -> String {
    match version_num {
        0..100_000 => format!("{}.{}", version_num / 10_000, version_num / 100 % 100),
        _ => (version_num / 10_000).to_string(),
    }
}

/// SQLSTATE `too_many_connections`: the server's limit, a database's or a role's.
fn is_crowded(answer: &Answer) -> bool {
    matches!(answer, Answer::Refused(refusal) if refusal.status.as_deref() == Some("53300"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_the_server_is_too_old_for_says_which_version_it_needs() {
        let Err(Answer::Refused(refusal)) = text(queries::ALL, "identity", 90_320) else {
            panic!("identity is from 9.4")
        };
        assert_eq!(refusal.kind, RefusalKind::Unsupported);
        assert_eq!(refusal.message, "needs PostgreSQL 9.4, the server is 9.3");
        assert!(text(queries::ALL, "identity", 180_000).is_ok());
        assert_eq!(release(110_022), "11");
    }
}
