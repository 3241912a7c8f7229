//! Dated reference tables for facts that no answer contains. Each table has its date and source.

pub mod assessment_rules;
pub mod copy_time;
pub mod extension_table;
pub mod network_scenarios;
pub mod parameter_semantics;
pub mod prerequisites;
pub mod providers;
pub mod release_notes;
pub mod removed;
pub mod service_errors;
pub mod skus;
pub mod version_support;
