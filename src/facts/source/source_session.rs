//! The connection and the session on the source.

use serde::Deserialize;

use crate::config::SourceServer;
use crate::facts::sql_reader::{answer_body, read_row};
use crate::facts::version::Version;
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question, Side};

/// The session on the source.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceSession {
    /// Result of `version()`.
    pub version: String,
    version_num: u32,
    pub session_user: String,
    pub migration_user_exists: bool,
    pub is_superuser: bool,
    pub in_recovery: bool,
    /// The server address of the connection. `None` on a socket.
    pub server_address: Option<String>,
    pub server_port: Option<u16>,
}

impl SourceSession {
    pub fn version(&self) -> Version {
        Version::from_num(self.version_num)
    }
}

/// Properties of the connection, from before the first query.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceConnection {
    pub server_version_num: u32,
    pub tls: Option<ConnectionTls>,
    /// `None` on a socket.
    pub peer_address: Option<String>,
    pub peer_port: Option<u16>,
    /// Authentication method, as named in `pg_hba.conf`.
    pub auth_method: Option<String>,
    /// Whether the backend process is the announced one. A pooler announces its own process ID. `None` if none was
    /// announced.
    pub direct: Option<bool>,
    /// Pooling mode, if the connection goes through a pooler.
    pub pooling: Option<PoolingMode>,
}

/// How long a pooler assigns a server connection to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolingMode {
    Transaction,
    Session,
    /// Could not be detected.
    Unknown,
}

impl SourceConnection {
    pub fn version(&self) -> Version {
        Version::from_num(self.server_version_num)
    }
}

/// TLS properties of the connection.
#[derive(Debug, Clone, Deserialize)]
pub struct ConnectionTls {
    pub version: String,
}

/// Query `identity`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "identity")
}

pub fn connection_question(source: &SourceServer) -> Question {
    Question::Connection {
        side: Side::Source,
        database: source.database.clone(),
    }
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<SourceSession> {
    read_row(answers, &question(source))
}

pub fn read_connection(source: &SourceServer, answers: &Answers) -> Fact<SourceConnection> {
    let question = connection_question(source);
    let given = answer_body(answers, &question)?;
    SourceConnection::deserialize(&given.json).map_err(|e| {
        Missing::unreadable(
            &question,
            format!("the connection's answer has another shape: {e}"),
        )
    })
}
