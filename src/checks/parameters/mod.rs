//! Checks server parameters, which the migration service does not copy.

mod compare;
mod idle_timeout_cuts_copy;
mod load_settings_untuned;
mod local_ssd_temp_on;
mod migration_skips_data;
mod parameter_differs;
mod parameter_not_settable;
mod password_hashes_rejected;
mod settings_not_copied;

use super::Check;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &parameter_differs::CHECK,
    &parameter_not_settable::CHECK,
    &settings_not_copied::CHECK,
    &password_hashes_rejected::CHECK,
    &local_ssd_temp_on::CHECK,
    &migration_skips_data::CHECK,
    &idle_timeout_cuts_copy::CHECK,
    &load_settings_untuned::CHECK,
];
