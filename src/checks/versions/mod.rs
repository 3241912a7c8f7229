//! Checks of the versions and state of both servers.

mod database_not_selected;
mod major_version_change;
mod source_is_standby;
mod source_read_only;
mod source_version_too_old;
mod target_version_older;

use super::Check;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &source_version_too_old::CHECK,
    &target_version_older::CHECK,
    &major_version_change::CHECK,
    &source_is_standby::CHECK,
    &source_read_only::CHECK,
    &database_not_selected::CHECK,
];
