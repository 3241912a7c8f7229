//! The path from the target to the source.

mod network_private_to_public;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[&network_private_to_public::CHECK];
