//! Why a fact is unknown: the question, the failure, and what would make it known.

mod remedy;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::question::{Question, Refusal};
use remedy::{grant, remedy};

pub use remedy::arm_action;

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
    /// Key of the question without a usable answer. `None` if an option or plan entry is missing.
    pub question: Option<String>,
    /// The reason, as text.
    pub reason: String,
    /// What would make the fact known.
    pub remedy: Option<String>,
    /// The privilege that would make the fact known, if one is sufficient.
    pub grant: Option<Grant>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unanswered,
    AbsentTarget,
    SideNotGiven,
}

impl Missing {
    /// Only the user can provide the fact, and did not.
    pub(crate) fn not_said(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Missing {
            question: None,
            reason: reason.into(),
            remedy: Some(remedy.into()),
            grant: None,
            kind: Kind::Unanswered,
        }
    }

    /// The database does not accept connections, so it could not be queried.
    pub(crate) fn closed_database(name: &str) -> Self {
        Missing::not_said(
            format!("no connections are let into database `{name}`, so nobody looked into it"),
            "allow connections there, or leave it out with `--database` (in a plan: `databases`)",
        )
    }

    pub(crate) fn no_target() -> Self {
        Missing {
            kind: Kind::SideNotGiven,
            ..Missing::not_said(
                "no target was given",
                "give `--target` (in a plan: `target`)",
            )
        }
    }

    pub(crate) fn no_source() -> Self {
        Missing {
            kind: Kind::SideNotGiven,
            ..Missing::not_said(
                "no source was given",
                "give `--source` (in a plan: `source`)",
            )
        }
    }

    /// The question was not sent or not recorded.
    pub(crate) fn not_asked(question: &Question) -> Self {
        Missing {
            question: Some(question.key()),
            reason: "it was not asked".to_owned(),
            remedy: Some("record again with this version of the tool".to_owned()),
            grant: None,
            kind: Kind::Unanswered,
        }
    }

    /// The question failed.
    pub(crate) fn refused(question: &Question, refusal: &Refusal) -> Self {
        Missing {
            question: Some(question.key()),
            reason: refusal.to_string(),
            remedy: remedy(question, refusal),
            grant: grant(question, refusal),
            kind: Kind::Unanswered,
        }
    }

    /// The answer exists, but this part of it is absent or unreadable.
    pub(crate) fn unreadable(question: &Question, reason: impl Into<String>) -> Self {
        Missing {
            question: Some(question.key()),
            reason: reason.into(),
            remedy: None,
            grant: None,
            kind: Kind::Unanswered,
        }
    }

    /// ARM reports that the target does not exist.
    pub(crate) fn absent_target(question: &Question, refusal: &Refusal) -> Self {
        Missing {
            kind: Kind::AbsentTarget,
            ..Missing::refused(question, refusal)
        }
    }

    /// Whether the fact is missing because the target does not exist.
    pub fn is_absent_target(&self) -> bool {
        self.kind == Kind::AbsentTarget
    }

    /// Replaces the advice, if there is a better one than the question provides.
    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Adds the privilege that would make the fact known.
    pub(crate) fn with_grant(mut self, grant: Grant) -> Self {
        self.grant = Some(grant);
        self
    }
}
