//! The connection pool of [`PostgresBackend`](super::PostgresBackend).

use futures::future::join_all;
use tokio::sync::SemaphorePermit;
use tokio::time::{Duration, Instant, sleep, timeout_at};

use super::refusal::with_ways;
use super::session::Session;
use super::{CONNECTIONS, Database, hosts, pooling};
use crate::question::Answer;

/// Attempts when the server is out of connections and all of ours are closed.
const TRIES_ALONE: u32 = 5;
/// Delay between these attempts. The server process of a closed connection needs a moment to exit.
const PAUSE: Duration = Duration::from_millis(200);

impl Database {
    /// Detects the pooling mode of the pooler in front of the server: `transaction`, `session` or `unknown`.
    pub(super) async fn pooling(&self, first: &Session, database: &str) -> &'static str {
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

    /// Returns a session for `database`. If the server is out of connections, waits until all of ours are released and
    /// retries with a single one.
    pub(super) async fn session_in_turn<'a>(
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

    /// Returns the idle session of `database`, or opens a new one. The caller holds a permit.
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
        let opened = hosts::open(&access, &self.migration_user).await;
        Ok(opened.map_err(|refused| with_ways(refused, self.side))?)
    }

    /// Returns session and permit to the pool in one step, so that no idle session is closed for a permit that is free.
    /// After the deadline, the session can have an unfinished query and is not reused.
    pub(super) async fn give_back(
        &self,
        database: &str,
        session: Session,
        place: SemaphorePermit<'_>,
    ) {
        let mut idle = self.idle.lock().await;
        if Instant::now() < self.deadline && !session.is_lost() {
            idle.push((database.to_owned(), session));
        }
        drop(place);
    }
}

/// Whether the SQLSTATE is `too_many_connections`: the limit of the server, a database or a role.
fn is_crowded(answer: &Answer) -> bool {
    matches!(answer, Answer::Refused(refusal) if refusal.status.as_deref() == Some("53300"))
}
