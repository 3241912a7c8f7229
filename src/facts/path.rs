//! The network between the target and the source, as Azure lays it: subnets, security groups, routes, peerings, DNS.
//! Not here: how the source itself answers (`reach`).

use crate::plan::{Migration, Target};
use crate::question::{Answers, Question};

use super::Fact;
use super::server::Server;

/// What is known of it, each part for itself.
#[derive(Debug)]
pub struct Path {}

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
) -> Path {
    Path {}
}
