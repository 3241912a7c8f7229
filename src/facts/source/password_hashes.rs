//! Kind of each role's password hash. The query reads only the kind, never the hash.

use serde::Deserialize;

use crate::config::SourceServer;
use crate::facts::Fact;
use crate::facts::sql_reader::read_rows;
use crate::question::{Answers, Question};

/// The kind of one role's password hash.
#[derive(Debug, Clone, Deserialize)]
pub struct PasswordHashKind {
    pub role: String,
    /// `md5`, `scram-sha-256`, `plain` or `none`.
    pub kind: String,
}

/// All roles that can log in.
pub type PasswordHashKinds = Vec<PasswordHashKind>;

/// Query `role_passwords`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "role_passwords")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<PasswordHashKinds> {
    read_rows(answers, &question(source))
}
