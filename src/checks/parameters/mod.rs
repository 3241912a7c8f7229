//! Server parameters: the service copies none of them.

mod compare;
mod parameter_differs;
mod parameter_not_settable;
mod password_hashes_rejected;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &parameter_differs::CHECK,
    &parameter_not_settable::CHECK,
    &password_hashes_rejected::CHECK,
];
