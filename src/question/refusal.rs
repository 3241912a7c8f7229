//! Failures: why a question has no usable answer.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a question has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// HTTP status or SQLSTATE, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// ARM's `error.code`, or the condition name of the SQLSTATE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message of the server, with secrets masked.
    pub message: String,
}

impl Refusal {
    /// A failure for a response that is not a valid answer to the question.
    pub fn malformed(words: &str) -> Self {
        Refusal {
            kind: RefusalKind::Malformed,
            status: None,
            code: None,
            message: words.to_owned(),
        }
    }
}

/// The kinds of failure, by the advice that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.status, &self.code) {
            (Some(s), Some(c)) => write!(f, "{s} {c}: {}", self.message),
            (Some(x), None) | (None, Some(x)) => write!(f, "{x}: {}", self.message),
            (None, None) => f.write_str(&self.message),
        }
    }
}
