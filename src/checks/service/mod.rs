//! The migration service's own limits, and its own word.

mod too_many_databases;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[&too_many_databases::CHECK];
