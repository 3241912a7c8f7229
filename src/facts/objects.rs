//! What a database holds that a dump and restore would trip over, whatever the versions.
//! Not here: what a newer major removed (`removed`).

use crate::plan::{Migration, SourceServer};
use crate::question::{Answers, Question};

use super::databases::Databases;

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Objects {}

/// What is asked of the server as a whole.
pub fn questions(_migration: &Migration, _source: &SourceServer) -> Vec<Question> {
    Vec::new()
}

/// What is asked in each database.
pub fn questions_in(_migration: &Migration, _database: &str) -> Vec<Question> {
    Vec::new()
}

/// Reads all of it.
pub fn read(
    _migration: &Migration,
    _source: &SourceServer,
    _databases: Option<&Databases>,
    _answers: &Answers,
) -> Objects {
    Objects {}
}
