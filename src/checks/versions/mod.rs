//! The versions of both servers.

mod major_version_change;
mod source_version_too_old;
mod target_version_older;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &source_version_too_old::CHECK,
    &target_version_older::CHECK,
    &major_version_change::CHECK,
];
