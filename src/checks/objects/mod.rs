//! What the databases hold that a dump and restore would trip over.

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[];
