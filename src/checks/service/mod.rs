//! The migration service's own limits, and its own word.

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[];
