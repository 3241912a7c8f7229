//! A connection to one database that runs every query under the read-only guards.
//!
//! # Guards
//! No session parameter is set: behind a transaction pooler, it would stay on a connection that the next client gets.
//! Each query is sent as three messages in one write: a read-only `BEGIN` with transaction-local parameters, the query,
//! and `ROLLBACK`. They are separate messages because up to PostgreSQL 10, a `statement_timeout` does not apply to the
//! message that sets it. Transaction-local parameters do not change `reset_val` in `pg_settings`, which holds the
//! source's own values. The first column of every answer proves that the query ran in a read-only transaction.

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::connect::Link;
use super::messages::{HELLO, document, guards, wrapped};
use super::refusal::{self, refusal};
use crate::question::{Answer, Refusal, RefusalKind};

/// A connection whose guards are verified.
pub(super) struct Session {
    client: Client,
    driver: JoinHandle<()>,
    guards: String,
    pub(super) state: State,
    about: Value,
}

/// Version and state of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) version_num: u32,
    version: String,
    process: i32,
    pub(super) in_recovery: bool,
    /// Value of `default_transaction_read_only`.
    pub(super) read_only: bool,
}

impl Session {
    /// Reads the server's version under the guards.
    pub(super) async fn open(link: Link, migration_user: &str) -> Result<Session, Refusal> {
        let Link {
            client,
            connection,
            tls,
            greeting,
            peer,
        } = link;
        let driver = tokio::spawn(async move {
            // Its error also appears in the pending queries.
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

    /// Returns the answer to a connection question. Its members are:
    ///
    /// - `server_version`, `server_version_num`
    /// - `tls`: null without TLS; otherwise `version` (as in `pg_stat_ssl`), `certificate` (`ca-signed`, `self-signed`,
    ///   `none`) and `cipher`
    /// - `auth_method`: as named in pg_hba.conf
    /// - `peer_address`, `peer_port`: null for a socket
    /// - `direct`: false if the process that answers is not the announced one, as behind a pooler
    pub(super) fn about(&self) -> Answer {
        self.about.clone().into()
    }

    /// Whether the process that answers is the announced one. `None` if no process was announced.
    pub(super) fn is_direct(&self) -> Option<bool> {
        self.about.get("direct").and_then(Value::as_bool)
    }

    /// Returns [`connection_answer`](Self::connection_answer) with `pooling`: `transaction`, `session` or `unknown`.
    pub(super) fn about_pooler(&self, pooling: &str) -> Answer {
        let mut about = self.about.clone();
        about["pooling"] = pooling.into();
        about.into()
    }

    /// Reads the ID of the server process in a new transaction.
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

    /// Starts a guarded transaction that stays open until [`rollback`](Self::rollback). Returns its process ID.
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
        // A broken connection has no transaction.
        let _ = self.client.simple_query("ROLLBACK").await;
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs a query and returns its rows as an array of objects.
    pub(super) async fn rows(&self, query: &str) -> Answer {
        match guarded(&self.client, &self.guards, &wrapped(query)).await {
            Ok(row) => document(row.get(1)).map_or_else(Answer::from, Answer::from),
            Err(refusal) => refusal.into(),
        }
    }

    /// Terminates the connection and waits until it is closed.
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

/// Runs a query that returns one row. Its first column is `transaction_read_only`.
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
    // If the connection breaks after the answer, only the next query fails.
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
