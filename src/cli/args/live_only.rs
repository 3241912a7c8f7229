//! The options that only apply to live servers. They conflict with a recording, where they would have no effect.
//! Environment variables do not conflict, because they can be set for other runs.

use clap::{Args, Command, Id};

use super::connection::ConnectionArgs;
use super::migration::MigrationArgs;
use crate::config::migration_options::LIVE_ONLY;

/// The IDs of these options in a command with one migration.
pub(crate) fn live_only_options() -> Vec<Id> {
    let mut command = MigrationArgs::augment_args(Command::new("migration"));
    command.build();
    let group = command
        .get_groups()
        .find(|group| group.get_id() == LIVE_ONLY);
    let mut options: Vec<Id> = group
        .into_iter()
        .flat_map(|g| g.get_args())
        .cloned()
        .collect();
    options.extend(connection_options());
    options
}

/// The IDs of the connection options.
pub(crate) fn connection_options() -> Vec<Id> {
    let command = ConnectionArgs::augment_args(Command::new("connection"));
    let options = command
        .get_arguments()
        .map(|option| option.get_id().clone());
    options.collect()
}
