//! Connections to the source, and the connection limits of the migration user.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::facts::rows::rows;
use crate::facts::{Fact, Missing};
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// Connections to one database, without the connection of this program.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    database: String,
    in_use: u32,
    of_user: u32,
    user_limit: Option<i32>,
    user_is_superuser: Option<bool>,
}

/// Connections in use, and the migration user's limit.
#[derive(Debug, Clone)]
pub struct Connections {
    /// By database.
    pub in_use: BTreeMap<String, u32>,
    /// Connections of the migration user to all databases.
    pub of_user: u32,
    /// `None` if the migration user does not exist.
    pub user: Option<User>,
}

/// Connection limit of the migration user.
#[derive(Debug, Clone, Copy)]
pub struct User {
    /// Maximum number of connections. -1: no limit.
    pub limit: i32,
    /// Role and database limits do not apply to superusers, and superusers can use the reserved connections.
    pub is_superuser: bool,
}

impl Connections {
    /// Number of connections to all databases.
    pub fn total(&self) -> u32 {
        self.in_use
            .values()
            .fold(0, |all, each| all.saturating_add(*each))
    }
}

/// Query `connections`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "connections")
}

pub(super) fn read(source: &SourceServer, answers: &Answers) -> Fact<Connections> {
    let question = question(source);
    let rows: Vec<Row> = rows(answers, &question)?;
    let Some(first) = rows.first() else {
        return Err(Missing::unreadable(
            &question,
            "the list of databases is empty",
        ));
    };
    let user = first
        .user_limit
        .zip(first.user_is_superuser)
        .map(|(limit, is_superuser)| User {
            limit,
            is_superuser,
        });
    Ok(Connections {
        of_user: rows
            .iter()
            .fold(0, |all, row| all.saturating_add(row.of_user)),
        in_use: rows.into_iter().map(|r| (r.database, r.in_use)).collect(),
        user,
    })
}
