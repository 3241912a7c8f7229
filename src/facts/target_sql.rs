//! SQL facts of the target, if the user specified a connection: privileges of the migration user, roles, collations,
//! and contents of existing databases. They are optional: without them, some checks have less information.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rows::{row, rows};
use super::{Fact, Missing};
use crate::plan::{Target, TargetSql};
use crate::question::{Answers, Question, Side};

/// SQL facts of the target. Each part can be missing separately.
#[derive(Debug)]
pub struct OnTarget {
    pub user: Fact<UserRights>,
    /// Names of the target's roles.
    pub roles: Fact<Vec<String>>,
    /// Names of the collations that every database of the target has.
    pub collations: Fact<Vec<String>>,
    /// Size in bytes by database. `None` if hidden.
    pub sizes: Fact<BTreeMap<String, Option<u64>>>,
    /// Number of user relations by database.
    pub contents: BTreeMap<String, Fact<u64>>,
}

/// Privileges of the migration user on the target. Fields are `None` if the role does not exist.
#[derive(Debug, Clone, Deserialize)]
pub struct UserRights {
    pub user_exists: bool,
    pub can_create_role: Option<bool>,
    pub can_create_db: Option<bool>,
    pub is_admin: bool,
    pub may_signal: Option<bool>,
    pub may_read_settings: Option<bool>,
    pub may_read_stats: Option<bool>,
    pub may_scan_tables: Option<bool>,
    /// Roles that it is a member of, except built-in roles of Azure and PostgreSQL.
    pub other_memberships: Vec<String>,
    /// Owner of schema `public` in the queried database.
    pub public_owner: Option<String>,
    pub owns_public: Option<bool>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Size {
    name: String,
    bytes: Option<u64>,
}

#[derive(Deserialize)]
struct Contents {
    user_relations: u64,
}

fn sql(database: &str, query: &'static str) -> Question {
    Question::Sql {
        side: Side::Target,
        database: database.to_owned(),
        query,
    }
}

/// The connection to the target.
///
/// # Errors
/// The user did not specify one.
fn way(target: &Target) -> Fact<&TargetSql> {
    target.sql.as_ref().ok_or_else(|| {
        Missing::not_said(
            "the target was not asked through SQL",
            "give `--target-url` (in a plan: `target_url`) or FLEXREADY_TARGET_URL, a way into the target's database `postgres`",
        )
    })
}

/// Maximum number of target databases to query.
const MAX_DATABASES: usize = 20;

/// The databases to query: those listed by Azure.
fn to_ask(existing: &Fact<Vec<String>>) -> impl Iterator<Item = &String> {
    existing.iter().flatten().take(MAX_DATABASES)
}

/// The questions. Empty without a connection. `existing` are the target's user databases.
pub fn questions(target: &Target, existing: &Fact<Vec<String>>) -> Vec<Question> {
    let Some(way) = &target.sql else {
        return Vec::new();
    };
    let of_server = [
        "target_user",
        "target_roles",
        "target_collations",
        "database_sizes",
    ];
    let of_server = of_server.map(|query| sql(&way.database, query));
    let of_each = to_ask(existing).map(|name| sql(name, "contents"));
    of_server.into_iter().chain(of_each).collect()
}

pub fn read(target: &Target, existing: &Fact<Vec<String>>, answers: &Answers) -> Fact<OnTarget> {
    let way = way(target)?;
    let names = |query| {
        let named = rows::<Named>(answers, &sql(&way.database, query))?;
        Ok(named.into_iter().map(|n| n.name).collect())
    };
    let sizes = rows::<Size>(answers, &sql(&way.database, "database_sizes"));
    let content = |name: &String| {
        let held = row::<Contents>(answers, &sql(name, "contents"));
        (name.clone(), held.map(|c| c.user_relations))
    };
    Ok(OnTarget {
        user: row(answers, &sql(&way.database, "target_user")),
        roles: names("target_roles"),
        collations: names("target_collations"),
        sizes: sizes.map(|all| all.into_iter().map(|s| (s.name, s.bytes)).collect()),
        contents: to_ask(existing).map(content).collect(),
    })
}
