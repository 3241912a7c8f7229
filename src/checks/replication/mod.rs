//! What an online migration needs of both servers.

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[];
