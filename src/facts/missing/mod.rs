//! Why a fact is unknown: the question, the failure, and what would make it known.

mod advice;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::question::{Failure, Question};
use advice::{advice, required_grant};

pub use advice::arm_action;

/// A right that would make something known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Grant {
    /// CONNECT on this database of the source.
    Connect(String),
    /// Membership in this predefined role of the source.
    Membership(String),
    /// This action of Azure Resource Manager.
    ArmAction(String),
}

/// A fact that is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The question without a usable answer. `None` if an option or plan entry is missing.
    pub question: Option<Box<Question>>,
    /// The database that the fact is about. `None` if the fact is about a whole server, or about Azure.
    pub database: Option<String>,
    /// The reason, as text.
    pub reason: String,
    /// What would make the fact known.
    pub advice: Option<String>,
    /// The privilege that would make the fact known, if one is sufficient.
    pub grant: Option<Box<Grant>>,
    kind: MissingKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MissingKind {
    Unanswered,
    AbsentTarget,
    SideNotSpecified,
}

impl Missing {
    /// Only the user can provide the fact, and did not.
    pub(crate) fn not_specified(reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Missing {
            question: None,
            database: None,
            reason: reason.into(),
            advice: Some(advice.into()),
            grant: None,
            kind: MissingKind::Unanswered,
        }
    }

    /// The database does not accept connections, so it could not be queried.
    pub(crate) fn database_without_connections(name: &str) -> Self {
        Missing::not_specified(
            format!("no connections are let into database `{name}`, so nobody looked into it"),
            "allow connections there, or leave it out with `--database` (in a plan: `databases`)",
        )
        .with_database(name)
    }

    pub(crate) fn no_target() -> Self {
        Missing {
            kind: MissingKind::SideNotSpecified,
            ..Missing::not_specified(
                "no target was given",
                "give `--target` (in a plan: `target`)",
            )
        }
    }

    pub(crate) fn no_source() -> Self {
        Missing {
            kind: MissingKind::SideNotSpecified,
            ..Missing::not_specified(
                "no source was given",
                "give `--source` (in a plan: `source`)",
            )
        }
    }

    /// The question was not sent or not recorded.
    pub(crate) fn not_recorded(question: &Question) -> Self {
        Missing::unreadable(question, "it was not asked")
            .with_advice("record again with this version of the tool")
    }

    /// The question failed.
    pub(crate) fn failed(question: &Question, failure: &Failure) -> Self {
        Missing {
            advice: advice(question, failure),
            grant: required_grant(question, failure).map(Box::new),
            ..Missing::unreadable(question, failure.to_string())
        }
    }

    /// The answer exists, but this part of it is absent or unreadable.
    pub(crate) fn unreadable(question: &Question, reason: impl Into<String>) -> Self {
        Missing {
            question: Some(Box::new(question.to_canonical())),
            database: question.database().map(|(_, name)| name.to_owned()),
            reason: reason.into(),
            advice: None,
            grant: None,
            kind: MissingKind::Unanswered,
        }
    }

    /// ARM reports that the target does not exist.
    pub(crate) fn absent_target(question: &Question, failure: &Failure) -> Self {
        Missing {
            kind: MissingKind::AbsentTarget,
            ..Missing::failed(question, failure)
        }
    }

    /// The key of the question without a usable answer.
    pub fn question_key(&self) -> Option<String> {
        self.question.as_deref().map(Question::key)
    }

    /// Whether the fact is missing because the target does not exist.
    pub fn is_absent_target(&self) -> bool {
        self.kind == MissingKind::AbsentTarget
    }

    /// Replaces the advice, if there is a better one than the question provides.
    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Sets the database that the fact is about, if it is not the one that answers the question.
    pub(crate) fn with_database(mut self, name: &str) -> Self {
        self.database = Some(name.to_owned());
        self
    }

    /// Adds the privilege that would make the fact known.
    pub(crate) fn with_grant(mut self, grant: Grant) -> Self {
        self.grant = Some(Box::new(grant));
        self
    }
}

/// `?` on a reference to a fact passes the reason on.
impl From<&Missing> for Missing {
    fn from(missing: &Missing) -> Self {
        missing.clone()
    }
}
