//! Server parameters: the service copies none of them.

mod compare;
mod load_settings_untuned;
mod migration_skips_data;
mod parameter_differs;
mod parameter_not_settable;
mod password_hashes_rejected;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &parameter_differs::CHECK,
    &parameter_not_settable::CHECK,
    &password_hashes_rejected::CHECK,
    &migration_skips_data::CHECK,
    &load_settings_untuned::CHECK,
];
