//! Facts of the target: service state, privileges, sizing and SQL, from real servers and from bodies of every
//! api-version.

mod corpus;
mod drift;
mod faults;
mod future;
mod network;
mod place;
mod servers;
mod shapes;
mod versions;

use flexready::facts::Facts;
use flexready::plan::Migration;
use flexready::question::Answers;
use flexready::verdict::{Outcome, Policy, judge};

/// Runs one check on these answers.
pub fn outcome(id: &str, migration: &Migration, answers: &Answers) -> Outcome {
    let policy = Policy {
        only: vec![id.to_owned()],
        ..Policy::default()
    };
    let mut judgement = judge(&Facts::read(migration, answers), &policy);
    judgement
        .outcomes
        .pop()
        .unwrap_or_else(|| panic!("{id} is out of scope"))
}
