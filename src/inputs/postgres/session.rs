//! One database's connection: the guards around every query, the query's wrapping into one JSON document, the answer.
//! Not here: which host (`hosts`), how the connection was made (`connect`).
//!
//! **Guards.** Nothing is SET for the session: behind a transaction pooler that would stay on a connection which the
//! next client gets. Each query goes out as three messages in one write: a read-only `BEGIN` with transaction-local
//! settings, the query, `ROLLBACK`. They are three because up to PostgreSQL 10 a statement_timeout that is set within a
//! message does not yet hold for it. Transaction-local settings leave `reset_val` of pg_settings, and with it the
//! source's own values, as they are. Every answer carries the proof that it was read under the guards.

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::connect::Link;
use super::messages::{HELLO, document, guards, wrapped};
use super::refusal::{self, refusal};
use crate::question::{Answer, Refusal, RefusalKind};

/// A connection that has proved that its guards hold.
pub(super) struct Session {
    client: Client,
    driver: JoinHandle<()>,
    guards: String,
    pub(super) state: State,
    about: Value,
}

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) version_num: u32,
    version: String,
    process: i32,
    pub(super) in_recovery: bool,
    /// What transactions here are unless they say otherwise.
    pub(super) read_only: bool,
}

impl Session {
    /// Asks the server for its version, under the guards.
    pub(super) async fn open(link: Link, migration_user: &str) -> Result<Session, Refusal> {
        let Link {
            client,
            connection,
            tls,
            greeting,
            peer,
        } = link;
        let driver = tokio::spawn(async move {
            // Its end shows as an error in the queries that it leaves unanswered.
            let _ = connection.await;
        });
        let guards = guards(migration_user);
        let row = guarded(&client, &guards, HELLO).await?;
        let state = state(&row).ok_or_else(|| {
            refusal(
                RefusalKind::Malformed,
                "the server does not tell its version",
            )
        })?;
        let about = json!({
            "server_version": state.version,
            "server_version_num": state.version_num,
            "tls": tls.map(|seen| seen.json()),
            "auth_method": greeting.method,
            "peer_address": peer.map(|peer| peer.ip().to_string()),
            "peer_port": peer.map(|peer| peer.port()),
            "direct": greeting.process.map(|announced| announced == state.process),
        });
        Ok(Session {
            client,
            driver,
            guards,
            state,
            about,
        })
    }

    /// What connecting showed: `server_version`, `server_version_num`; `tls`, null without, else its `version` (as
    /// pg_stat_ssl names it), `certificate` (`ca-signed`, `self-signed`, `none`) and `cipher`; `auth_method` in the words
    /// of pg_hba.conf; `peer_address` and `peer_port`, null on a socket; and `direct`: false when the process that
    /// answers is not the one that the server announced, as behind a pooler.
    pub(super) fn about(&self) -> Answer {
        self.about.clone().into()
    }

    /// Whether the process that answers is the one that was announced.
    pub(super) fn is_direct(&self) -> Option<bool> {
        self.about.get("direct").and_then(Value::as_bool)
    }

    /// As [`about`](Self::about), with how the pooler shares its connections: `pooling` is `transaction`, `session` or
    /// `unknown`.
    pub(super) fn about_pooler(&self, pooling: &str) -> Answer {
        let mut about = self.about.clone();
        about["pooling"] = pooling.into();
        about.into()
    }

    /// The server process that a transaction of this connection meets.
    pub(super) async fn process(&self) -> Result<i32, Refusal> {
        let row = guarded(&self.client, &self.guards, HELLO).await?;
        let state = state(&row);
        state.map(|state| state.process).ok_or_else(|| {
            refusal(
                RefusalKind::Malformed,
                "the server does not tell its process",
            )
        })
    }

    /// Opens a guarded transaction and leaves it open until [`release`](Self::release); the process that it met.
    pub(super) async fn hold(&self) -> Result<i32, Refusal> {
        let messages = futures::future::join(
            self.client.simple_query(&self.guards),
            self.client.simple_query(HELLO),
        );
        let (opened, answered) = messages.await;
        opened.map_err(|error| refusal::of(&error))?;
        let rows = answered.map_err(|error| refusal::of(&error))?;
        let process = rows.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => state(row).map(|state| state.process),
            _ => None,
        });
        process.ok_or_else(|| refusal(RefusalKind::Malformed, "the server gave no row"))
    }

    pub(super) async fn release(&self) {
        // A connection that is broken holds nothing any more.
        let _ = self.client.simple_query("ROLLBACK").await;
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// The rows of a query, as an array of objects.
    pub(super) async fn rows(&self, query: &str) -> Answer {
        match guarded(&self.client, &self.guards, &wrapped(query)).await {
            Ok(row) => document(row.get(1)).map_or_else(Answer::from, Answer::from),
            Err(refusal) => refusal.into(),
        }
    }

    /// Says goodbye and waits until the connection is gone.
    pub(super) async fn close(self) {
        drop(self.client);
        let _ = self.driver.await;
    }
}

fn state(row: &SimpleQueryRow) -> Option<State> {
    Some(State {
        version_num: row.get(1)?.parse().ok()?,
        version: row.get(2)?.to_owned(),
        process: row.get(3)?.parse().ok()?,
        in_recovery: row.get(4)? == "t",
        read_only: row.get(5)? == "on",
    })
}

/// Runs one query that gives one row, whose first column is whether the transaction is read only.
async fn guarded(client: &Client, guards: &str, query: &str) -> Result<SimpleQueryRow, Refusal> {
    let messages = futures::future::join3(
        client.simple_query(guards),
        client.simple_query(query),
        client.simple_query("ROLLBACK"),
    );
    let (opened, answered, closed) = messages.await;
    opened.map_err(|error| refusal::of(&error))?;
    let row = answered
        .map_err(|error| refusal::of(&error))?
        .into_iter()
        .find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
    // A connection that breaks after the answer costs the next question, not this one.
    drop(closed);
    let row = row.ok_or_else(|| refusal(RefusalKind::Malformed, "the server gave no row"))?;
    match row.get(0) {
        Some("on") => Ok(row),
        _ => Err(refusal(
            RefusalKind::Server,
            "the read-only transaction did not hold from one message to the next: connect directly to the server, \
             not through a pooler that gives every statement another connection",
        )),
    }
}
