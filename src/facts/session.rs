//! Who asked which source: the connection and the session. Not here: what other roles may do (`roles`).

use serde::Deserialize;

use super::rows::{given, row};
use super::version::Version;
use super::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question, Side};

/// The session that asked.
#[derive(Debug, Clone, Deserialize)]
pub struct Session {
    /// What `version()` says.
    pub version: String,
    version_num: u32,
    pub session_user: String,
    pub migration_user_exists: bool,
    pub is_superuser: bool,
    pub in_recovery: bool,
    /// The address that the server took the connection on; `None` on a socket.
    pub server_address: Option<String>,
    pub server_port: Option<u16>,
}

impl Session {
    pub fn version(&self) -> Version {
        Version::from_num(self.version_num)
    }
}

/// What connecting showed, before any query.
#[derive(Debug, Clone, Deserialize)]
pub struct Connection {
    pub server_version_num: u32,
    pub tls: Option<Tls>,
    /// `None` on a socket.
    pub peer_address: Option<String>,
    pub peer_port: Option<u16>,
    /// How the server had it sign in, in the words of pg_hba.conf.
    pub auth_method: Option<String>,
    /// Whether the process that answers is the one that was announced: a pooler announces one of its own making.
    /// `None` where none was announced.
    pub direct: Option<bool>,
    /// How the pooler shares its connections, where one answers.
    pub pooling: Option<Pooling>,
}

/// For how long a pooler lends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    Transaction,
    Session,
    /// It did not show.
    Unknown,
}

impl Connection {
    pub fn version(&self) -> Version {
        Version::from_num(self.server_version_num)
    }
}

/// The connection's encryption.
#[derive(Debug, Clone, Deserialize)]
pub struct Tls {
    pub version: String,
}

/// The query `identity`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "identity")
}

pub fn connection_question(source: &SourceServer) -> Question {
    Question::Connection {
        side: Side::Source,
        database: source.database.clone(),
    }
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<Session> {
    row(answers, &question(source))
}

pub fn read_connection(source: &SourceServer, answers: &Answers) -> Fact<Connection> {
    let question = connection_question(source);
    let given = given(answers, &question)?;
    Connection::deserialize(&given.json).map_err(|e| {
        Missing::unreadable(
            &question,
            format!("the connection's answer has another shape: {e}"),
        )
    })
}
