//! Why a question has no usable answer, and of which class that is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a question has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// HTTP status or SQLSTATE, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// ARM's `error.code`, or the condition name of the SQLSTATE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The words that came with it, secrets already masked.
    pub message: String,
}

impl Refusal {
    /// A refusal of ours: what came is no answer to the question.
    pub fn malformed(words: &str) -> Self {
        Refusal {
            kind: RefusalKind::Malformed,
            status: None,
            code: None,
            message: words.to_owned(),
        }
    }
}

/// The classes of refusal that call for different advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// ARM says that there is no such resource (404).
    NotFound,
    /// Known caller, not enough rights (403, SQLSTATE 42501).
    Forbidden,
    /// The caller could not be signed in (401, SQLSTATE class 28).
    Unauthenticated,
    /// Too many requests, and waiting did not help (429, SQLSTATE 53300).
    Busy,
    /// No answer in time (a timeout of ours or of the server).
    Timeout,
    /// No connection: name, route, port, TLS.
    Unreachable,
    /// The server answered with a fault of its own (5xx, other SQLSTATEs).
    Server,
    /// The answer has not the shape that it must have.
    Malformed,
    /// The question does not exist for this version (of the API, of PostgreSQL).
    Unsupported,
    /// The recording does not hold it.
    NotRecorded,
    /// The user ended the run before it was asked.
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
