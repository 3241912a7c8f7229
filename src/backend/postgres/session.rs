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

use super::dial::AuthenticatedConnection;
use super::guard::{PROBE, begin_sql, decode_json, wrap_json};
use super::pg_error;
use crate::question::{Answer, Failure, FailureKind};

/// A connection whose guards are verified.
pub(crate) struct PgSession {
    client: Client,
    driver: JoinHandle<()>,
    begin_sql: String,
    pub(crate) server_info: ServerInfo,
    connection_info: Value,
}

/// Version and state of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerInfo {
    pub(crate) version_num: u32,
    version: String,
    backend_pid: i32,
    pub(crate) is_in_recovery: bool,
    /// Value of `default_transaction_read_only`.
    pub(crate) is_read_only_by_default: bool,
}

impl PgSession {
    /// Reads the server's version under the guards.
    pub(crate) async fn open(
        connection: AuthenticatedConnection,
        migration_user: &str,
    ) -> Result<PgSession, Failure> {
        let AuthenticatedConnection {
            client,
            connection,
            tls_info: tls,
            startup_info: greeting,
            peer_address: peer,
        } = connection;
        let driver = tokio::spawn(async move {
            // Its error also appears in the pending queries.
            let _ = connection.await;
        });
        let begin_sql = begin_sql(migration_user);
        let row = run_guarded(&client, &begin_sql, PROBE).await?;
        let server_info = parse_server_info(&row).ok_or_else(|| {
            Failure::new(
                FailureKind::Malformed,
                "the server does not tell its version",
            )
        })?;
        let connection_info = json!({
            "server_version": server_info.version,
            "server_version_num": server_info.version_num,
            "tls": tls.map(|seen| seen.to_json()),
            "auth_method": greeting.auth_method,
            "peer_address": peer.map(|peer| peer.ip().to_string()),
            "peer_port": peer.map(|peer| peer.port()),
            "direct": greeting.backend_pid.map(|announced| announced == server_info.backend_pid),
        });
        Ok(PgSession {
            client,
            driver,
            begin_sql,
            server_info,
            connection_info,
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
    pub(crate) fn connection_answer(&self) -> Answer {
        self.connection_info.clone().into()
    }

    /// Whether the process that answers is the announced one. `None` if no process was announced.
    pub(crate) fn is_direct(&self) -> Option<bool> {
        self.connection_info.get("direct").and_then(Value::as_bool)
    }

    /// Returns [`connection_answer`](Self::connection_answer) with `pooling`: `transaction`, `session` or `unknown`.
    pub(crate) fn pooled_connection_answer(&self, pooling: &str) -> Answer {
        let mut connection_info = self.connection_info.clone();
        connection_info["pooling"] = pooling.into();
        connection_info.into()
    }

    /// Reads the ID of the server process in a new transaction.
    pub(crate) async fn backend_pid(&self) -> Result<i32, Failure> {
        let row = run_guarded(&self.client, &self.begin_sql, PROBE).await?;
        let state = parse_server_info(&row);
        state.map(|state| state.backend_pid).ok_or_else(|| {
            Failure::new(
                FailureKind::Malformed,
                "the server does not tell its process",
            )
        })
    }

    /// Starts a guarded transaction that stays open until [`rollback`](Self::rollback). Returns its process ID.
    pub(crate) async fn begin(&self) -> Result<i32, Failure> {
        let messages = futures::future::join(
            self.client.simple_query(&self.begin_sql),
            self.client.simple_query(PROBE),
        );
        let (opened, answered) = messages.await;
        opened.map_err(|error| pg_error::from_error(&error))?;
        let rows = answered.map_err(|error| pg_error::from_error(&error))?;
        let backend_pid = rows.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => parse_server_info(row).map(|state| state.backend_pid),
            _ => None,
        });
        backend_pid.ok_or_else(|| Failure::new(FailureKind::Malformed, "the server gave no row"))
    }

    pub(crate) async fn rollback(&self) {
        // A broken connection has no transaction.
        let _ = self.client.simple_query("ROLLBACK").await;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs a query and returns its rows as an array of objects.
    pub(crate) async fn query_json(&self, query: &str) -> Answer {
        match run_guarded(&self.client, &self.begin_sql, &wrap_json(query)).await {
            Ok(row) => decode_json(row.get(1)).map_or_else(Answer::from, Answer::from),
            Err(failure) => failure.into(),
        }
    }

    /// Terminates the connection and waits until it is closed.
    pub(crate) async fn close(self) {
        drop(self.client);
        let _ = self.driver.await;
    }
}

fn parse_server_info(row: &SimpleQueryRow) -> Option<ServerInfo> {
    Some(ServerInfo {
        version_num: row.get(1)?.parse().ok()?,
        version: row.get(2)?.to_owned(),
        backend_pid: row.get(3)?.parse().ok()?,
        is_in_recovery: row.get(4)? == "t",
        is_read_only_by_default: row.get(5)? == "on",
    })
}

/// Runs a query that returns one row. Its first column is `transaction_read_only`.
async fn run_guarded(
    client: &Client,
    begin_sql: &str,
    query: &str,
) -> Result<SimpleQueryRow, Failure> {
    let messages = futures::future::join3(
        client.simple_query(begin_sql),
        client.simple_query(query),
        client.simple_query("ROLLBACK"),
    );
    let (opened, answered, closed) = messages.await;
    opened.map_err(|error| pg_error::from_error(&error))?;
    let row = answered
        .map_err(|error| pg_error::from_error(&error))?
        .into_iter()
        .find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
    // If the connection breaks after the answer, only the next query fails.
    drop(closed);
    let row = row.ok_or_else(|| Failure::new(FailureKind::Malformed, "the server gave no row"))?;
    match row.get(0) {
        Some("on") => Ok(row),
        _ => Err(Failure::new(
            FailureKind::Server,
            "the read-only transaction did not hold from one message to the next: connect directly to the server, \
             not through a pooler that gives every statement another connection",
        )),
    }
}
