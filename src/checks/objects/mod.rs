//! What the databases hold that a dump and restore would trip over.

mod always_trigger;
mod invalid_index;
mod listing;
mod prepared_transaction;
mod publication_or_subscription;
mod removed_data_type;
mod removed_name_in_function;
mod removed_operator;
mod security_label_unprovided;
mod tables_with_oids;
mod unlogged_table;
mod view_over_changed_catalog;

use super::Check;

/// The checks of this area, in the order of the report.
pub const ALL: &[&Check] = &[
    &tables_with_oids::CHECK,
    &removed_data_type::CHECK,
    &removed_operator::CHECK,
    &view_over_changed_catalog::CHECK,
    &removed_name_in_function::CHECK,
    &unlogged_table::CHECK,
    &publication_or_subscription::CHECK,
    &invalid_index::CHECK,
    &security_label_unprovided::CHECK,
    &always_trigger::CHECK,
    &prepared_transaction::CHECK,
];
