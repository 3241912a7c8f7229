//! Checks database objects that a dump and restore cannot migrate unchanged.

mod per_database_checks;
mod removed_uses;
pub(super) mod target_collations;

mod always_trigger;
mod base_type;
mod c_language_function;
mod collation_missing;
mod collation_version_mismatch;
mod custom_tablespace;
mod encoding_risky;
mod event_trigger;
mod file_access_function;
mod foreign_server;
mod function_needs_search_path;
mod function_needs_superuser;
mod invalid_index;
mod language_not_available;
mod large_objects;
mod prepared_transaction;
mod publication_or_subscription;
mod removed_data_type;
mod removed_name_in_function;
mod removed_operator;
mod security_label_unprovided;
mod superuser_only_object;
mod tables_with_oids;
mod text_search_parser;
mod unlogged_table;
mod user_defined_cast;
mod user_defined_collation;
mod view_over_changed_catalog;

use super::Check;

/// The checks of this area, in report order.
pub const ALL: &[&Check] = &[
    &user_defined_collation::CHECK,
    &collation_missing::CHECK,
    &collation_version_mismatch::CHECK,
    &encoding_risky::CHECK,
    &language_not_available::CHECK,
    &c_language_function::CHECK,
    &function_needs_superuser::CHECK,
    &function_needs_search_path::CHECK,
    &user_defined_cast::CHECK,
    &superuser_only_object::CHECK,
    &base_type::CHECK,
    &text_search_parser::CHECK,
    &tables_with_oids::CHECK,
    &removed_data_type::CHECK,
    &removed_operator::CHECK,
    &view_over_changed_catalog::CHECK,
    &removed_name_in_function::CHECK,
    &custom_tablespace::CHECK,
    &event_trigger::CHECK,
    &file_access_function::CHECK,
    &foreign_server::CHECK,
    &large_objects::CHECK,
    &unlogged_table::CHECK,
    &publication_or_subscription::CHECK,
    &invalid_index::CHECK,
    &security_label_unprovided::CHECK,
    &always_trigger::CHECK,
    &prepared_transaction::CHECK,
];
