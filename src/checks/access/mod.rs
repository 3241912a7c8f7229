//! Who may do what on the source.

mod entra_roles_missing;
mod source_database_missing;
mod source_user_not_owner;
mod target_user_lacks_rights;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &source_user_not_owner::CHECK,
    &source_database_missing::CHECK,
    &entra_roles_missing::CHECK,
    &target_user_lacks_rights::CHECK,
];
