//! Checks of the migration service's limits, and of its own migrations and validations.

mod duration_over_limit;
mod migration_in_progress;
mod same_source;
mod service_validation_failed;
mod too_many_databases;
mod validation_codes;

use super::Check;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &migration_in_progress::CHECK,
    &service_validation_failed::CHECK,
    &too_many_databases::CHECK,
    &duration_over_limit::CHECK,
];
