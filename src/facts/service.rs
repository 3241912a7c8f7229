//! What Azure says of the target beside its own GET: migrations, locks, permissions, maintenance.
//! Not here: server parameters (`configurations`).

use crate::plan::{Migration, Target};
use crate::question::{Answers, Question};

use super::Fact;
use super::server::Server;

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Service {}

/// What is asked; more once the server's own answer is there.
pub fn questions(
    _migration: &Migration,
    _target: &Target,
    _server: &Fact<Server>,
    _answers: &Answers,
) -> Vec<Question> {
    Vec::new()
}

/// Reads all of it.
pub fn read(
    _migration: &Migration,
    _target: &Target,
    _server: &Fact<Server>,
    _answers: &Answers,
) -> Service {
    Service {}
}
