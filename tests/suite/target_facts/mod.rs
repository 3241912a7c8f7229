//! Facts of the target: service state, privileges, sizing and SQL, from real servers and from bodies of every
//! api-version.

mod api_version_drift;
mod corpus_bodies;
mod faulty_arm_answers;
mod fields_by_api_version;
mod live_sql;
mod location_sizing;
mod malformed_answers;
mod request_counts;
mod unknown_enum_values;

use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::question::Answers;
use flexready::verdict::{CheckOutcome, Policy, evaluate};

/// Runs one check on these answers.
pub fn check_outcome(id: &str, migration: &Migration, answers: &Answers) -> CheckOutcome {
    let policy = Policy {
        only: vec![id.to_owned()],
        ..Policy::default()
    };
    let mut judgement = evaluate(&Facts::read(migration, answers), &policy);
    judgement
        .outcomes
        .pop()
        .unwrap_or_else(|| panic!("{id} is out of scope"))
}
