//! Why a fact is not known: which question, what came back, and what would make it known.

use crate::queries;
use crate::question::{Question, Refusal, RefusalKind};

/// A fact that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The key of the question that has no usable answer; none when the plan lacks something.
    pub question: Option<String>,
    /// Why, in words.
    pub reason: String,
    /// What would make it known.
    pub remedy: Option<String>,
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
            kind: Kind::Unanswered,
        }
    }

    pub(crate) fn no_target() -> Self {
        Missing {
            kind: Kind::SideNotGiven,
            ..Missing::not_said("no target was given", "give `--target`")
        }
    }

    pub(crate) fn no_source() -> Self {
        Missing {
            kind: Kind::SideNotGiven,
            ..Missing::not_said("no source was given", "give `--source`")
        }
    }

    /// The question was never put.
    pub(crate) fn not_asked(question: &Question) -> Self {
        Missing {
            question: Some(question.key()),
            reason: "it was not asked".to_owned(),
            remedy: Some("record again with this version of the tool".to_owned()),
            kind: Kind::Unanswered,
        }
    }

    /// The question was refused.
    pub(crate) fn refused(question: &Question, refusal: &Refusal) -> Self {
        Missing {
            question: Some(question.key()),
            reason: refusal.to_string(),
            remedy: remedy(question, refusal),
            kind: Kind::Unanswered,
        }
    }

    /// There was an answer, but this part of it is absent or unreadable.
    pub(crate) fn unreadable(question: &Question, reason: impl Into<String>) -> Self {
        Missing {
            question: Some(question.key()),
            reason: reason.into(),
            remedy: None,
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
}

fn remedy(question: &Question, refusal: &Refusal) -> Option<String> {
    match (question, refusal.kind) {
        (Question::Arm { path, .. }, RefusalKind::Forbidden) => Some(format!(
            "give the identity that asks the action `{}` (the role Reader has it)",
            action(path)
        )),
        (
            Question::Sql {
                query, database, ..
            },
            RefusalKind::Forbidden,
        ) => {
            let needs = queries::find(query).and_then(|q| q.header("privilege"));
            match needs.filter(|n| *n != "none" && !refusal.message.contains("for database")) {
                Some(privilege) => Some(format!("needs {privilege}")),
                None => Some(format!(
                    "grant CONNECT on database `{database}` to the user who asks"
                )),
            }
        }
        (
            Question::Sql { database, .. } | Question::Connection { database, .. },
            RefusalKind::Unauthenticated,
        ) => Some(format!(
            "check user, password and `pg_hba.conf` for database `{database}`"
        )),
        (_, RefusalKind::Unreachable) => {
            Some("check name, port and network path from where this runs".to_owned())
        }
        (_, RefusalKind::Timeout) => {
            Some("run again with a longer `--timeout`, or at a quieter hour".to_owned())
        }
        (_, RefusalKind::Busy) => Some("run again when the server has room".to_owned()),
        (_, RefusalKind::NotRecorded) => Some("record again".to_owned()),
        _ => None,
    }
}

/// The read action of a path: its provider and the names of its types, without those of its resources.
fn action(path: &str) -> String {
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
    fn the_action_of_a_path_leaves_out_names() {
        let server = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/x";
        assert_eq!(
            action(server),
            "Microsoft.DBforPostgreSQL/flexibleServers/read"
        );
        assert_eq!(
            action(&format!("{server}/configurations")),
            "Microsoft.DBforPostgreSQL/flexibleServers/configurations/read"
        );
        assert_eq!(
            action(
                "/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/eastus/capabilities"
            ),
            "Microsoft.DBforPostgreSQL/locations/capabilities/read"
        );
    }
}
