//! The table of removed features against real servers, and the checks that use it.

mod reference_table;
mod removed_feature_checks;
