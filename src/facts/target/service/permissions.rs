//! Permissions of the signed-in identity on the target, evaluated like in Azure: each role grants its `actions` except
//! its `notActions`, and roles are additive. Deny assignments are not visible here.

use serde_json::Value;
use wildmatch::WildMatchPattern;

use crate::config::TargetServer;
use crate::facts::Fact;
use crate::facts::arm_reader::{ArmReader, list_items};
use crate::question::{Answers, Question};

const API_VERSION: &str = "2022-04-01";

/// The permissions at the scope of the target.
#[derive(Debug, Clone)]
pub struct Permissions(Vec<RolePermission>);

#[derive(Debug, Clone)]
struct RolePermission {
    actions: Vec<String>,
    not_actions: Vec<String>,
}

impl Permissions {
    /// Whether an action such as `Microsoft.DBforPostgreSQL/flexibleServers/migrations/write` is allowed.
    pub fn allows(&self, action: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|p| matches_pattern(p, action));
        self.0
            .iter()
            .any(|g| any(&g.actions) && !any(&g.not_actions))
    }
}

pub fn question(target: &TargetServer) -> Question {
    Question::Arm {
        path: format!(
            "{}/providers/Microsoft.Authorization/permissions",
            target.id.path()
        ),
        api_version: API_VERSION.to_owned(),
        filter: None,
    }
}

pub fn read(target: &TargetServer, answers: &Answers) -> Fact<Permissions> {
    let question = question(target);
    let grant = |item| {
        let shape = ArmReader::<Value>::item(item, &question, &[])?;
        // Without its `notActions`, a role would appear to grant more than it does.
        let list = |path| shape.texts(path)?.ok_or_else(|| shape.absent(path));
        Ok(RolePermission {
            actions: list("actions")?,
            not_actions: list("notActions")?,
        })
    };
    let grants: Fact<Vec<RolePermission>> =
        list_items(answers, &question)?.iter().map(grant).collect();
    grants.map(Permissions)
}

/// Whether a pattern such as `*/read` matches an action. `*` matches any text, including slashes. Case is ignored.
fn matches_pattern(pattern: &str, action: &str) -> bool {
    // Azure has no wildcard for a single character, so NUL, which no action contains, takes its place.
    WildMatchPattern::<'*', '\0'>::new_case_insensitive(pattern).matches(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_like_in_azure() {
        let write = "Microsoft.DBforPostgreSQL/flexibleServers/migrations/write";
        assert!(matches_pattern("*", write));
        assert!(matches_pattern(
            "microsoft.dbforpostgresql/flexibleservers/*",
            write
        ));
        assert!(matches_pattern("Microsoft.DBforPostgreSQL/*/write", write));
        assert!(matches_pattern(write, write));
        assert!(!matches_pattern("*/read", write));
        assert!(!matches_pattern(
            "Microsoft.DBforPostgreSQL/*/migrations/writ",
            write
        ));
        assert!(!matches_pattern(
            "Microsoft.DBforPostgreSQL/flexibleServers",
            write
        ));
        assert!(!matches_pattern("*write/*write", write));
        assert!(!matches_pattern("?icrosoft.DBforPostgreSQL/*", write));
    }

    #[test]
    fn roles_are_additive() {
        let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect();
        let all_but_writes = RolePermission {
            actions: texts(&["*"]),
            not_actions: texts(&["*/write"]),
        };
        let writes = RolePermission {
            actions: texts(&["Microsoft.DBforPostgreSQL/*"]),
            not_actions: texts(&[]),
        };
        let write = "Microsoft.DBforPostgreSQL/flexibleServers/migrations/write";
        assert!(!Permissions(vec![all_but_writes.clone()]).allows(write));
        assert!(Permissions(vec![all_but_writes, writes]).allows(write));
        assert!(!Permissions(Vec::new()).allows(write));
    }
}
