//! Who may do what on the source.

mod source_database_missing;
mod source_user_not_owner;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &source_user_not_owner::CHECK,
    &source_database_missing::CHECK,
];
