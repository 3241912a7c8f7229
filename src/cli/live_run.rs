//! A run against live servers with one migration: resolves the arguments, and collects the answers.

use super::args::connection::ConnectionArgs;
use super::args::migration::MigrationArgs;
use super::error::CliError;
use super::resolve::ResolvedMigration;
use super::runtime::block_on;
use crate::backend::Rounds;
use crate::backend::live::LiveBackend;
use crate::backend::recording::now;
use crate::config::policy_rules::PolicyRules;
use crate::question::{Answers, Origin};

/// A run that has not sent its first question.
pub(super) struct LiveRun {
    pub(super) resolved: ResolvedMigration,
    pub(super) rules: PolicyRules,
    backend: LiveBackend,
}

impl LiveRun {
    /// Resolves the arguments. Only a target that is specified by host name is looked up. The timeout starts here.
    ///
    /// # Errors
    /// An invalid argument or plan, no usable credential, a host name without a server.
    pub(super) fn prepare(
        migration_args: &MigrationArgs,
        connection_args: &ConnectionArgs,
    ) -> Result<Self, CliError> {
        let (request, rules) = migration_args.to_request()?;
        let deadline = connection_args.deadline();
        let resolved = connection_args.resolve(request, deadline)?;
        let backend = connection_args.live_backend(&resolved, deadline)?;
        Ok(LiveRun {
            resolved,
            rules,
            backend,
        })
    }

    /// Signs in, and collects the answers of the migration.
    ///
    /// # Errors
    /// The operating system cannot start threads. Failures of servers are answers.
    pub(super) fn collect_answers(&self) -> Result<(Answers, Rounds), CliError> {
        let seed = Answers::new(now(), Origin::Recorded);
        block_on(true, async {
            self.backend.sign_in().await;
            crate::collect_answers(&self.resolved.migration, &self.backend, seed).await
        })
    }
}
