//! Argument structs, one for each concern. `config::migration_options` defines the options of a migration.

pub mod connection;
pub mod duration;
pub mod live_only;
pub mod migration;
pub mod output;
pub mod policy;
pub mod scope;
