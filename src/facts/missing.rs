//! Why a fact is not known: which question, what came back, and what would make it known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::queries;
use crate::question::{Question, Refusal, RefusalKind};

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

/// A fact that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The key of the question that has no usable answer; none when the plan lacks something.
    pub question: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// What would make it known.
    pub remedy: Option<String>,
    /// The right that would make it known, where one alone would.
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
    /// The plan lacks something that only the user can say.
    pub(crate) fn not_said(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Missing {
            question: None,
            reason: reason.into(),
            remedy: Some(remedy.into()),
            grant: None,
            kind: Kind::Unanswered,
        }
    }

    /// Nobody could look into a database.
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

    /// The question was never put.
    pub(crate) fn not_asked(question: &Question) -> Self {
        Missing {
            question: Some(question.key()),
            reason: "it was not asked".to_owned(),
            remedy: Some("record again with this version of the tool".to_owned()),
            grant: None,
            kind: Kind::Unanswered,
        }
    }

    /// The question was refused.
    pub(crate) fn refused(question: &Question, refusal: &Refusal) -> Self {
        Missing {
            question: Some(question.key()),
            reason: refusal.to_string(),
            remedy: remedy(question, refusal),
            grant: grant(question, refusal),
            kind: Kind::Unanswered,
        }
    }

    /// There was an answer, but this part of it is absent or unreadable.
    pub(crate) fn unreadable(question: &Question, reason: impl Into<String>) -> Self {
        Missing {
            question: Some(question.key()),
            reason: reason.into(),
            remedy: None,
            grant: None,
            kind: Kind::Unanswered,
        }
    }

    /// ARM says that the target does not exist.
    pub(crate) fn absent_target(question: &Question, refusal: &Refusal) -> Self {
        Missing {
            kind: Kind::AbsentTarget,
            ..Missing::refused(question, refusal)
        }
    }

    /// Whether it is missing because the target does not exist.
    pub fn is_absent_target(&self) -> bool {
        self.kind == Kind::AbsentTarget
    }

    /// Adds what would make it known, where that is more than the question itself tells.
    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Adds the right that would make it known.
    pub(crate) fn with_grant(mut self, grant: Grant) -> Self {
        self.grant = Some(grant);
        self
    }
}

fn remedy(question: &Question, refusal: &Refusal) -> Option<String> {
    match (question, refusal.kind) {
        (Question::Arm { path, .. }, RefusalKind::Forbidden) => Some(format!(
            "give the identity that asks the action `{}` (the role Reader has it)",
            arm_action(path)
        )),
        (
            Question::Sql {
                query, database, ..
            },
            RefusalKind::Forbidden,
        ) => match privilege(query, refusal) {
            Some(privilege) => Some(format!("give the user who asks {privilege}")),
            None => Some(format!(
                "grant CONNECT on database `{database}` to the user who asks"
            )),
        },
        (
            Question::Sql { database, .. } | Question::Connection { database, .. },
            RefusalKind::Unauthenticated,
        ) => Some(format!(
            "check user, password and `pg_hba.conf` for database `{database}`"
        )),
        (
            Question::Sql { database, .. } | Question::Connection { database, .. },
            RefusalKind::NotFound,
        ) => Some(format!(
            "correct the name `{database}` (`dbname`, PGDATABASE; libpq takes the user's name where neither is said), or connect \
             to a database that exists, such as `postgres`"
        )),
        (_, RefusalKind::Unreachable) => {
            Some("check name, port and network path from where this runs".to_owned())
        }
        (_, RefusalKind::Timeout) => {
            Some("run again with a longer `--timeout`, or at a quieter hour".to_owned())
        }
        (_, RefusalKind::Busy) => Some("run again when the server has room".to_owned()),
        (_, RefusalKind::NotRecorded) => Some("record again".to_owned()),
        (_, RefusalKind::Interrupted) => Some(
            "go on with `flexready audit --resume RECORDING`, where the run kept one".to_owned(),
        ),
        _ => None,
    }
}

/// What a query needs; `None` where it is not the query that was forbidden, but the way into its database.
fn privilege(query: &str, refusal: &Refusal) -> Option<&'static str> {
    let needs = queries::find(query).and_then(|q| q.header("privilege"));
    needs.filter(|n| *n != "none" && !refusal.message.contains("for database"))
}

fn grant(question: &Question, refusal: &Refusal) -> Option<Grant> {
    if refusal.kind != RefusalKind::Forbidden {
        return None;
    }
    match question {
        Question::Arm { path, .. } => Some(Grant::ArmAction(arm_action(path))),
        Question::Connection { database, .. } => Some(Grant::Connect(database.clone())),
        Question::Sql {
            database, query, ..
        } => match privilege(query, refusal) {
            None => Some(Grant::Connect(database.clone())),
            Some(_) => queries::find(query)?
                .membership()
                .map(|role| Grant::Membership(role.to_owned())),
        },
        Question::Dns { .. } | Question::Graph { .. } => None,
    }
}

/// The read action of a path: its provider and the names of its types, without those of its resources.
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

    #[test]
    fn a_wrong_database_has_a_way_out() {
        let question = Question::on_source("orderz", "settings");
        let refusal = Refusal {
            kind: RefusalKind::NotFound,
            status: Some("3D000".to_owned()),
            code: None,
            message: "database \"orderz\" does not exist".to_owned(),
        };
        let remedy = Missing::refused(&question, &refusal).remedy;
        assert!(remedy.is_some_and(|r| r.starts_with("correct the name `orderz`")));
    }

    #[test]
    fn a_remedy_says_what_to_do() {
        for query in queries::ALL {
            let question = Question::on_source("shop", query.name);
            let refusal = Refusal {
                kind: RefusalKind::Forbidden,
                ..Refusal::malformed("permission denied")
            };
            let remedy = remedy(&question, &refusal).unwrap_or_default();
            let is_told =
                remedy.starts_with("give the user who asks ") || remedy.starts_with("grant ");
            assert!(is_told, "{}: {remedy}", query.name);
        }
    }

    #[test]
    fn the_action_of_a_path_leaves_out_names() {
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
