//! All integration tests in one program, which is linked only once.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod access;
mod arm;
mod azure_network;
mod check;
mod copy_hazards;
mod coverage;
pub mod diff;
mod fix;
mod fixtures;
mod fleet;
mod hostile;
mod invariants;
mod layers;
mod objects;
mod postgres;
mod readme;
mod real_source;
mod recording_base;
mod redaction;
mod removed_features;
mod replication;
mod reports;
mod resource_usage;
mod scenarios;
mod seeded_source;
mod servers;
mod source;
mod support;
mod target_facts;
mod user_objects;
