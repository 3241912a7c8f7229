//! Why a fact is unknown: the question, the failure, and what would make it known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::queries;
use crate::question::{Failure, FailureKind, Question};

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
    pub advice: Option<String>,
    /// The privilege that would make the fact known, if one is sufficient.
    pub grant: Option<Grant>,
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
    pub(crate) fn not_specified(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Missing {
            question: None,
            reason: reason.into(),
            advice: Some(remedy.into()),
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
        Missing {
            question: Some(question.key()),
            reason: "it was not asked".to_owned(),
            advice: Some("record again with this version of the tool".to_owned()),
            grant: None,
            kind: MissingKind::Unanswered,
        }
    }

    /// The question failed.
    pub(crate) fn failed(question: &Question, refusal: &Failure) -> Self {
        Missing {
            question: Some(question.key()),
            reason: refusal.to_string(),
            advice: advice(question, refusal),
            grant: required_grant(question, refusal),
            kind: MissingKind::Unanswered,
        }
    }

    /// The answer exists, but this part of it is absent or unreadable.
    pub(crate) fn unreadable(question: &Question, reason: impl Into<String>) -> Self {
        Missing {
            question: Some(question.key()),
            reason: reason.into(),
            advice: None,
            grant: None,
            kind: MissingKind::Unanswered,
        }
    }

    /// ARM reports that the target does not exist.
    pub(crate) fn absent_target(question: &Question, refusal: &Failure) -> Self {
        Missing {
            kind: MissingKind::AbsentTarget,
            ..Missing::failed(question, refusal)
        }
    }

    /// Whether the fact is missing because the target does not exist.
    pub fn is_absent_target(&self) -> bool {
        self.kind == MissingKind::AbsentTarget
    }

    /// Replaces the advice, if there is a better one than the question provides.
    pub(crate) fn with_advice(mut self, remedy: impl Into<String>) -> Self {
        self.advice = Some(remedy.into());
        self
    }

    /// Adds the privilege that would make the fact known.
    pub(crate) fn with_grant(mut self, grant: Grant) -> Self {
        self.grant = Some(grant);
        self
    }
}

/// `?` on a reference to a fact passes the reason on.
impl From<&Missing> for Missing {
    fn from(missing: &Missing) -> Self {
        missing.clone()
    }
}

/// What to do about a failure, if known.
pub(crate) fn advice(question: &Question, refusal: &Failure) -> Option<String> {
    match (question, refusal.kind) {
        (Question::Arm { path, .. }, FailureKind::Forbidden) => Some(format!(
            "give the identity that asks the action `{}` (the role Reader has it)",
            arm_action(path)
        )),
        (
            Question::Sql {
                query, database, ..
            },
            FailureKind::Forbidden,
        ) => match query_privilege(query, refusal) {
            Some(privilege) => Some(format!("give the user who asks {privilege}")),
            None => Some(format!(
                "grant CONNECT on database `{database}` to the user who asks"
            )),
        },
        (
            Question::Sql { database, .. } | Question::Connection { database, .. },
            FailureKind::Unauthenticated,
        ) => Some(format!(
            "check user, password and `pg_hba.conf` for database `{database}`"
        )),
        (
            Question::Sql { database, .. } | Question::Connection { database, .. },
            FailureKind::NotFound,
        ) => Some(format!(
            "correct the name `{database}` (`dbname`, PGDATABASE; libpq takes the user's name where neither is said), or connect \
             to a database that exists, such as `postgres`"
        )),
        (_, FailureKind::Unreachable) => {
            Some("check name, port and network path from where this runs".to_owned())
        }
        (_, FailureKind::Timeout) => {
            Some("run again with a longer `--timeout`, or at a quieter hour".to_owned())
        }
        (_, FailureKind::Busy) => Some("run again when the server has room".to_owned()),
        (_, FailureKind::NotRecorded) => Some("record again".to_owned()),
        (_, FailureKind::Interrupted) => Some(
            "go on with `flexready audit --resume RECORDING`, where the run kept one".to_owned(),
        ),
        _ => None,
    }
}

/// Privilege that a query needs. `None` if access to the database failed, not the query.
fn query_privilege(query: &str, refusal: &Failure) -> Option<&'static str> {
    let needs = queries::find(query).and_then(|q| q.header("privilege"));
    needs.filter(|n| *n != "none" && !refusal.message.contains("for database"))
}

/// The privilege that would have prevented the failure.
pub(crate) fn required_grant(question: &Question, refusal: &Failure) -> Option<Grant> {
    if refusal.kind != FailureKind::Forbidden {
        return None;
    }
    match question {
        Question::Arm { path, .. } => Some(Grant::ArmAction(arm_action(path))),
        Question::Connection { database, .. } => Some(Grant::Connect(database.clone())),
        Question::Sql {
            database, query, ..
        } => match query_privilege(query, refusal) {
            None => Some(Grant::Connect(database.clone())),
            Some(_) => queries::find(query)?
                .required_membership()
                .map(|role| Grant::Membership(role.to_owned())),
        },
        Question::Dns { .. } | Question::Graph { .. } => None,
    }
}

/// The ARM read action for a path: the provider and resource types, without resource names.
pub fn arm_action(path: &str) -> String {
    let after = path
        .rsplit_once("/providers/")
        .map_or(path, |(_, tail)| tail);
    let mut parts = after.split('/');
    let provider = parts.next().unwrap_or(after);
    let types: Vec<&str> = parts.step_by(2).collect();
    format!("{provider}/{}/read", types.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Missing;

    #[test]
    fn an_unknown_database_has_advice() {
        let question = Question::on_source("orderz", "settings");
        let refusal = Failure {
            kind: FailureKind::NotFound,
            status: Some("3D000".to_owned()),
            code: None,
            message: "database \"orderz\" does not exist".to_owned(),
        };
        let remedy = Missing::failed(&question, &refusal).advice;
        assert!(remedy.is_some_and(|r| r.starts_with("correct the name `orderz`")));
    }

    #[test]
    fn every_forbidden_query_has_advice() {
        for query in queries::ALL {
            let question = Question::on_source("shop", query.name);
            let refusal = Failure {
                kind: FailureKind::Forbidden,
                ..Failure::malformed("permission denied")
            };
            let remedy = advice(&question, &refusal).unwrap_or_default();
            let is_told =
                remedy.starts_with("give the user who asks ") || remedy.starts_with("grant ");
            assert!(is_told, "{}: {remedy}", query.name);
        }
    }

    #[test]
    fn an_arm_action_has_no_resource_names() {
        let server = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/x";
        assert_eq!(
            arm_action(server),
            "Microsoft.DBforPostgreSQL/flexibleServers/read"
        );
        assert_eq!(
            arm_action(&format!("{server}/configurations")),
            "Microsoft.DBforPostgreSQL/flexibleServers/configurations/read"
        );
        assert_eq!(
            arm_action(
                "/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/eastus/capabilities"
            ),
            "Microsoft.DBforPostgreSQL/locations/capabilities/read"
        );
    }
}
