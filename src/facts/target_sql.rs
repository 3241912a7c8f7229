//! What the target's own databases say, where the user gives a way in: the migration user's rights, roles, collations,
//! and what databases of the same name hold. Nothing here is needed to judge; without it some checks know less.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rows::{row, rows};
use super::{Fact, Missing};
use crate::plan::{Target, TargetSql};
use crate::question::{Answers, Question, Side};

/// Each part for itself.
#[derive(Debug)]
pub struct OnTarget {
    pub user: Fact<UserRights>,
    /// Names of the target's roles.
    pub roles: Fact<Vec<String>>,
    /// Names of the collations that every database of the target has.
    pub collations: Fact<Vec<String>>,
    /// Bytes on disk by database; `None` where they are hidden.
    pub sizes: Fact<BTreeMap<String, Option<u64>>>,
    /// User relations of its databases.
    pub contents: BTreeMap<String, Fact<u64>>,
}

/// What the user may whom the service signs in as. `None`: there is no such role.
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
    /// Roles that it is a member of, without Azure's and PostgreSQL's own.
    pub other_memberships: Vec<String>,
    /// Who owns the schema `public` of the database that was asked.
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

/// The way in, or what to give.
fn way(target: &Target) -> Fact<&TargetSql> {
    target.sql.as_ref().ok_or_else(|| {
        Missing::not_said(
            "the target was not asked through SQL",
            "give `--target-url` (in a plan: `target_url`) or FLEXREADY_TARGET_URL, a way into the target's database `postgres`",
        )
    })
}

/// Most databases of the target that are looked into.
const MAX_DATABASES: usize = 20;

/// The databases to look into: those that Azure lists.
fn to_ask(existing: &Fact<Vec<String>>) -> impl Iterator<Item = &String> {
    existing.iter().flatten().take(MAX_DATABASES)
}

/// Nothing without a way in. `existing` are the target's user databases.
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
