//! Dated tables: what does not stand in an answer. Each says as of when it holds and where it is from.
//! Not here: judgements on them (`checks`).

pub mod assessment_rules;
pub mod copy_time;
pub mod extensions;
pub mod parameters;
pub mod prerequisites;
pub mod providers;
pub mod release_notes;
pub mod removed;
pub mod scenarios;
pub mod service_errors;
pub mod skus;
pub mod superuser;
pub mod versions;
