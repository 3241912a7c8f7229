//! SQL facts of the target, if the user specified a connection: privileges of the migration user, roles, collations,
//! and contents of existing databases. They are optional: without them, some checks have less information.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::{TargetServer, TargetSql};
use crate::facts::sql_reader::{read_row, read_rows};
use crate::facts::{Fact, Missing};
use crate::question::{Answers, Question};

/// SQL facts of the target. Each part can be missing separately.
#[derive(Debug)]
pub struct TargetSqlFacts {
    pub user: Fact<TargetUserPrivileges>,
    /// Names of the target's roles.
    pub roles: Fact<Vec<String>>,
    /// Names of the collations that every database of the target has.
    pub collations: Fact<Vec<String>>,
    /// Size in bytes by database. `None` if hidden.
    pub sizes: Fact<BTreeMap<String, Option<u64>>>,
    /// Number of user relations by database.
    pub user_relations: BTreeMap<String, Fact<u64>>,
}

/// Privileges of the migration user on the target. Fields are `None` if the role does not exist.
#[derive(Debug, Clone, Deserialize)]
pub struct TargetUserPrivileges {
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
struct NameRow {
    name: String,
}

#[derive(Deserialize)]
struct TargetSizeRow {
    name: String,
    bytes: Option<u64>,
}

#[derive(Deserialize)]
struct TargetRelationCountRow {
    user_relations: u64,
}

fn target_sql_question(database: &str, query: &'static str) -> Question {
    Question::on_target(database, query)
}

/// The connection to the target.
///
/// # Errors
/// The user did not specify one.
fn target_connection(target: &TargetServer) -> Fact<&TargetSql> {
    target.sql.as_ref().ok_or_else(|| {
        Missing::not_specified(
            "the target was not asked through SQL",
            "give `--target-url` (in a plan: `target_url`) or FLEXREADY_TARGET_URL, a way into the target's database `postgres`",
        )
    })
}

/// Maximum number of target databases to query.
const MAX_TARGET_DATABASES: usize = 20;

/// The databases to query: those listed by Azure.
fn databases_to_query(existing: &Fact<Vec<String>>) -> impl Iterator<Item = &String> {
    existing.iter().flatten().take(MAX_TARGET_DATABASES)
}

/// The questions. Empty without a connection. `existing` are the target's user databases.
pub fn questions(target: &TargetServer, existing: &Fact<Vec<String>>) -> Vec<Question> {
    let Some(connection) = &target.sql else {
        return Vec::new();
    };
    let server_questions = [
        "target_user",
        "target_roles",
        "target_collations",
        "database_sizes",
    ];
    let server_questions =
        server_questions.map(|query| target_sql_question(&connection.database, query));
    let database_questions =
        databases_to_query(existing).map(|name| target_sql_question(name, "contents"));
    server_questions
        .into_iter()
        .chain(database_questions)
        .collect()
}

pub fn read(
    target: &TargetServer,
    existing: &Fact<Vec<String>>,
    answers: &Answers,
) -> Fact<TargetSqlFacts> {
    let connection = target_connection(target)?;
    let names = |query| {
        let named =
            read_rows::<NameRow>(answers, &target_sql_question(&connection.database, query))?;
        Ok(named.into_iter().map(|n| n.name).collect())
    };
    let sizes = read_rows::<TargetSizeRow>(
        answers,
        &target_sql_question(&connection.database, "database_sizes"),
    );
    let relation_count = |name: &String| {
        let held =
            read_row::<TargetRelationCountRow>(answers, &target_sql_question(name, "contents"));
        (name.clone(), held.map(|c| c.user_relations))
    };
    Ok(TargetSqlFacts {
        user: read_row(
            answers,
            &target_sql_question(&connection.database, "target_user"),
        ),
        roles: names("target_roles"),
        collations: names("target_collations"),
        sizes: sizes.map(|all| all.into_iter().map(|s| (s.name, s.bytes)).collect()),
        user_relations: databases_to_query(existing).map(relation_count).collect(),
    })
}
