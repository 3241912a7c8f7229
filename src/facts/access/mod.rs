//! Roles, grants and ownership on the source, one part a module.
//! Not here: passwords (`roles`), who asks (`session`), where the source runs (`provider`).

mod roles;

use super::Fact;
use super::databases::Databases;
use crate::plan::{Migration, SourceServer};
use crate::question::{Answers, Question, Side};

pub use roles::{Role, Roles};

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Access {
    pub roles: Fact<Roles>,
}

/// What is asked of the server as a whole.
pub fn questions(_migration: &Migration, source: &SourceServer) -> Vec<Question> {
    vec![ask(&source.database, "roles")]
}

/// What is asked in each database.
pub fn questions_in(_migration: &Migration, _database: &str) -> Vec<Question> {
    Vec::new()
}

/// Reads all of it.
pub fn read(
    _migration: &Migration,
    source: &SourceServer,
    _databases: Option<&Databases>,
    answers: &Answers,
) -> Access {
    Access {
        roles: roles::read(answers, &ask(&source.database, "roles")),
    }
}

fn ask(database: &str, query: &'static str) -> Question {
    Question::Sql {
        side: Side::Source,
        database: database.to_owned(),
        query,
    }
}
