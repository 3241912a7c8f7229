//! Kind of each role's password hash. The query reads only the kind, never the hash.

use serde::Deserialize;

use super::Fact;
use super::rows::rows;
use crate::plan::SourceServer;
use crate::question::{Answers, Question};

/// The kind of one role's password hash.
#[derive(Debug, Clone, Deserialize)]
pub struct PasswordKind {
    pub role: String,
    /// `md5`, `scram-sha-256`, `plain` or `none`.
    pub kind: String,
}

/// All roles that can log in.
pub type PasswordKinds = Vec<PasswordKind>;

/// Query `role_passwords`.
pub fn question(source: &SourceServer) -> Question {
    Question::on_source(&source.database, "role_passwords")
}

pub fn read(source: &SourceServer, answers: &Answers) -> Fact<PasswordKinds> {
    rows(answers, &question(source))
}
