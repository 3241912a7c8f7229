//! What to do about a failed question, and the privilege that it needs.

use super::Grant;
use crate::queries;
use crate::question::{Failure, FailureKind, Question};

/// What to do about a failure, if known.
pub(crate) fn advice(question: &Question, failure: &Failure) -> Option<String> {
    match (question, failure.kind) {
        (Question::Arm { path, .. }, FailureKind::Forbidden) => Some(format!(
            "give the identity that asks the action `{}` (the role Reader has it)",
            arm_action(path)
        )),
        (
            Question::Sql {
                query, database, ..
            },
            FailureKind::Forbidden,
        ) => match query_privilege(query, failure) {
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
fn query_privilege(query: &str, failure: &Failure) -> Option<&'static str> {
    let needs = queries::find(query).and_then(|q| q.header("privilege"));
    needs.filter(|n| *n != "none" && !failure.message.contains("for database"))
}

/// The privilege that would have prevented the failure.
pub(crate) fn required_grant(question: &Question, failure: &Failure) -> Option<Grant> {
    if failure.kind != FailureKind::Forbidden {
        return None;
    }
    match question {
        Question::Arm { path, .. } => Some(Grant::ArmAction(arm_action(path))),
        Question::Connection { database, .. } => Some(Grant::Connect(database.clone())),
        Question::Sql {
            database, query, ..
        } => match query_privilege(query, failure) {
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
        let failure = Failure {
            status: Some("3D000".to_owned()),
            ..Failure::new(FailureKind::NotFound, "database \"orderz\" does not exist")
        };
        let text = Missing::failed(&question, &failure).advice;
        assert!(text.is_some_and(|r| r.starts_with("correct the name `orderz`")));
    }

    #[test]
    fn every_forbidden_query_has_advice() {
        for query in queries::ALL {
            let question = Question::on_source("shop", query.name);
            let failure = Failure::new(FailureKind::Forbidden, "permission denied");
            let text = advice(&question, &failure).unwrap_or_default();
            let has_advice =
                text.starts_with("give the user who asks ") || text.starts_with("grant ");
            assert!(has_advice, "{}: {text}", query.name);
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
