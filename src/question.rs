//! Questions and answers: [`Question`] with its stable key, [`Answer`], [`Failure`], [`Answers`].
//!
//! `backend` answers questions; `facts` determines the questions and interprets the answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

/// A database server of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Source,
    Target,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Source => "source",
            Side::Target => "target",
        })
    }
}

/// A question to a server or a service. Its [`key`](Question::key) is stable: recordings and reports contain it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// A GET request to Azure Resource Manager. `path` starts with `/subscriptions/` and keeps its original case.
    /// `filter` is an additional query parameter (`migrationListFilter=All`) without the leading `&`.
    Arm {
        path: String,
        api_version: String,
        filter: Option<String>,
    },
    /// A query of `queries/`, named by its file stem, in one database.
    Sql {
        side: Side,
        database: String,
        query: &'static str,
    },
    /// The properties of a connection before any query: server version, TLS, authentication method, peer address.
    Connection { side: Side, database: String },
    /// The addresses of a host name.
    Dns { host: String },
    /// The flexible servers that Azure Resource Graph lists in subscriptions or management groups, or by host name.
    /// Without subscriptions and management groups, it covers everything that the caller can read. Its index lags
    /// behind, so a result must be confirmed.
    Graph {
        subscriptions: Vec<String>,
        management_groups: Vec<String>,
        host: Option<String>,
    },
}

impl Question {
    /// A query in a source database.
    pub fn on_source(database: &str, query: &'static str) -> Question {
        Question::Sql {
            side: Side::Source,
            database: database.to_owned(),
            query,
        }
    }

    /// The name of this question in recordings and reports. ARM IDs are case-insensitive, so the key is lower case for
    /// them. Database names keep their case.
    pub fn key(&self) -> String {
        match self {
            Question::Arm {
                path,
                api_version,
                filter,
            } => {
                let tail = filter
                    .as_deref()
                    .map(|f| format!("&{f}"))
                    .unwrap_or_default();
                format!(
                    "arm:{}?api-version={api_version}{tail}",
                    path.to_lowercase()
                )
            }
            Question::Sql {
                side,
                database,
                query,
            } => format!("sql:{side}/{database}/{query}"),
            Question::Connection { side, database } => format!("connection:{side}/{database}"),
            Question::Dns { host } => format!("dns:{}", host.to_lowercase()),
            Question::Graph {
                subscriptions,
                management_groups,
                host,
            } => {
                let within = [
                    ("subscriptions", subscriptions.join(",")),
                    ("management-groups", management_groups.join(",")),
                    ("host", host.clone().unwrap_or_default()),
                ];
                let within = within.iter().filter(|(_, value)| !value.is_empty());
                let within: Vec<String> = within.map(|(k, v)| format!("{k}={v}")).collect();
                format!("graph:flexible-servers?{}", within.join("&")).to_lowercase()
            }
        }
    }
}

/// The answer to one question: the JSON as received, or a failure. A failure is an answer too.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Body(Body),
    Failed(Failure),
}

/// The JSON of a successful answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    pub json: Value,
    /// The api-version that answered, if it is not the requested one.
    pub api_version: Option<String>,
}

impl From<Value> for Answer {
    fn from(json: Value) -> Self {
        Answer::Body(Body {
            json,
            api_version: None,
        })
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Answer::Failed(failure)
    }
}

/// The signed-in identity, for the first line of the report. Contains no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The Azure credential, as a value of `--auth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_credential: Option<String>,
    /// The identity in the access token: user principal name or application ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure_identity: Option<String>,
}

/// The origin of a recording: recorded from real servers, or written by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Recorded,
    Synthetic,
}

/// All questions of a run with their answers and the time.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The clock of every evaluation of these answers.
    pub recorded_at: OffsetDateTime,
    pub origin: Origin,
    pub caller: Caller,
    by_key: BTreeMap<String, Answer>,
}

impl Answers {
    pub fn new(recorded_at: OffsetDateTime, origin: Origin) -> Self {
        Answers {
            recorded_at,
            origin,
            caller: Caller::default(),
            by_key: BTreeMap::new(),
        }
    }

    pub fn insert(&mut self, key: String, answer: Answer) {
        self.by_key.insert(key, answer);
    }

    /// The answer to `question`; `None` if it was not asked.
    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.by_key.get(&question.key())
    }

    pub fn contains(&self, question: &Question) -> bool {
        self.by_key.contains_key(&question.key())
    }

    /// All answers, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.by_key.iter().map(|(k, a)| (k.as_str(), a))
    }

    /// Replaces the answer with this key. Returns `false` if there is no such key.
    pub fn replace(&mut self, key: &str, answer: Answer) -> bool {
        self.by_key
            .get_mut(key)
            .map(|slot| *slot = answer)
            .is_some()
    }
}

/// Why a question has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// HTTP status or SQLSTATE, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// ARM's `error.code`, or the condition name of the SQLSTATE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message of the server, with secrets masked.
    pub message: String,
}

impl Failure {
    /// A failure for a response that is not a valid answer to the question.
    pub fn malformed(message: &str) -> Self {
        Failure {
            kind: FailureKind::Malformed,
            status: None,
            code: None,
            message: message.to_owned(),
        }
    }
}

/// The kinds of failure, by the advice that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The ARM resource does not exist (404).
    NotFound,
    /// The caller is known but lacks permissions or privileges (403, SQLSTATE 42501).
    Forbidden,
    /// The caller could not be signed in (401, SQLSTATE class 28).
    Unauthenticated,
    /// Too many requests or connections, also after waiting (429, SQLSTATE 53300).
    Busy,
    /// No answer in time: a client or server timeout.
    Timeout,
    /// No connection: name resolution, route, port or TLS failed.
    Unreachable,
    /// A server error (5xx, other SQLSTATEs).
    Server,
    /// The answer does not have the required shape.
    Malformed,
    /// The question does not exist in this version of the API or of PostgreSQL.
    Unsupported,
    /// The recording does not contain the answer.
    NotRecorded,
    /// The user stopped the run before the question was asked.
    Interrupted,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.status, &self.code) {
            (Some(s), Some(c)) => write!(f, "{s} {c}: {}", self.message),
            (Some(x), None) | (None, Some(x)) => write!(f, "{x}: {}", self.message),
            (None, None) => f.write_str(&self.message),
        }
    }
}
