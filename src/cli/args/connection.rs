//! Connection arguments, and the live backend that they describe.

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::time::Instant;

use super::duration::parse_timeout;
use crate::backend::arm::{ArmBackend, ArmOptions, AuthMethod, Cloud, DatabaseTokenCache};
use crate::backend::dns::DnsBackend;
use crate::backend::live::LiveBackend;
use crate::backend::postgres::PostgresBackend;
use crate::backend::postgres::conninfo::ConnectOptions;
use crate::backend::recording::now;
use crate::backend::{Backend, collect};
use crate::cli::env::env;
use crate::cli::error::CliError;
use crate::cli::resolve::{HostLookups, MigrationRequest, ResolvedMigration};
use crate::cli::runtime::block_on;
use crate::config::fleet_scope::FleetScope;
use crate::config::{MigrationScope, TargetSql};
use crate::facts::discovery;
use crate::question::{Answers, Origin, Side};

/// How to sign in to a server's databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DatabaseAuth {
    /// As libpq does: a password, a password file, a certificate
    Password,
    /// With a Microsoft Entra token of the identity that asks Azure; for servers in Azure
    Entra,
}

/// How live servers are asked.
#[derive(Debug, Clone, Args)]
pub struct ConnectionArgs {
    /// How to sign in to Azure; a token in FLEXREADY_ACCESS_TOKEN wins over all of these
    #[arg(long, default_value = "auto", help_heading = "Asking")]
    pub auth: AuthMethod,
    /// How to sign in to the source
    #[arg(
        long,
        value_name = "HOW",
        default_value = "password",
        help_heading = "Asking"
    )]
    pub source_auth: DatabaseAuth,
    /// How to sign in to the target's databases, where `--target-url` leads there
    #[arg(
        long,
        value_name = "HOW",
        default_value = "password",
        help_heading = "Asking"
    )]
    pub target_auth: DatabaseAuth,
    /// Which Azure
    #[arg(long, default_value = "AzureCloud", help_heading = "Asking")]
    pub cloud: Cloud,
    /// The longest that the whole run may take: 90s, 10m, 1h [default: 10m; 1h for audit]
    #[arg(long, value_name = "TIME", value_parser = parse_timeout, help_heading = "Asking")]
    pub timeout: Option<Duration>,
}

/// The default timeout of a run with one migration.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

impl ConnectionArgs {
    /// The ARM backend of a run with this timeout. Sends no request.
    ///
    /// # Errors
    /// No usable credential or endpoint.
    pub fn arm_backend(&self, timeout: Duration) -> Result<ArmBackend, CliError> {
        let options = ArmOptions::from_env(self.cloud, self.auth, timeout, &env)?;
        Ok(ArmBackend::new(options)?)
    }

    /// The deadline of a run with one migration that starts now. All servers share it.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    /// Resolves a migration request. A target that is specified by host name is looked up in Azure.
    ///
    /// # Errors
    /// An invalid request, no usable credential, a host name without a server.
    pub fn resolve(
        &self,
        wanted: MigrationRequest,
        deadline: Instant,
    ) -> Result<ResolvedMigration, CliError> {
        self.reject_unused_options(wanted.scope)?;
        let mut hosts = HostLookups::new();
        if let Some(host) = wanted.host() {
            let arm = self.arm_backend(time_left(deadline))?;
            hosts = block_on(true, look_up_hosts(vec![host], &arm))?;
        }
        if let Some(Err(why)) = hosts.values().next() {
            return Err(CliError::HostNotFound(why.clone()));
        }
        wanted.resolve(&hosts)
    }

    /// The live backend of a migration. Sends no request.
    ///
    /// # Errors
    /// No usable credential or endpoint; a server that must not receive a token.
    pub fn live_backend(
        &self,
        resolved: &ResolvedMigration,
        deadline: Instant,
    ) -> Result<LiveBackend, CliError> {
        let arm = if resolved.migration.uses_azure() {
            Some(self.arm_backend(time_left(deadline))?)
        } else {
            None
        };
        let tokens = self.database_tokens([resolved], time_left(deadline))?;
        Ok(LiveBackend {
            arm,
            ..self.sql_backend(resolved, tokens.as_ref(), deadline)
        })
    }

    /// The Microsoft Entra tokens for the databases of these migrations; `None` if none is needed.
    ///
    /// # Errors
    /// No usable credential; a server that must not receive a token.
    pub fn database_tokens<'a>(
        &self,
        all: impl IntoIterator<Item = &'a ResolvedMigration>,
        timeout: Duration,
    ) -> Result<Option<Arc<DatabaseTokenCache>>, CliError> {
        let mut needed = false;
        for resolved in all {
            needed |= self.needs_database_tokens(resolved)?;
        }
        if !needed {
            return Ok(None);
        }
        let options = ArmOptions::from_env(self.cloud, self.auth, timeout, &env)?;
        Ok(Some(Arc::new(DatabaseTokenCache::new(&options)?)))
    }

    /// The live backend of a migration without ARM: SQL and DNS. Opens no connection.
    pub fn sql_backend(
        &self,
        resolved: &ResolvedMigration,
        tokens: Option<&Arc<DatabaseTokenCache>>,
        deadline: Instant,
    ) -> LiveBackend {
        let database = |access: ConnectOptions, side, user: &str, auth| {
            let database = PostgresBackend::new(access, side, user.to_owned(), deadline);
            match tokens {
                Some(tokens) if auth == DatabaseAuth::Entra => {
                    database.with_password_provider(Arc::clone(tokens) as _)
                }
                _ => database,
            }
        };
        let source = resolved.source_connection.clone().map(|access| {
            // Without a migration user, the session role applies. The sign-in name can differ from it.
            let user = resolved.migration.migration_user.as_deref();
            database(
                access,
                Side::Source,
                user.unwrap_or_default(),
                self.source_auth,
            )
        });
        let target = resolved.target_connection.clone().zip(target_sql(resolved));
        let target = target.map(|(access, sql)| {
            database(access, Side::Target, sql.migration_user(), self.target_auth)
        });
        LiveBackend {
            arm: None,
            source,
            target,
            dns: Some(DnsBackend::new(deadline)),
            tokens: tokens.cloned(),
        }
    }

    /// Rejects an authentication option of a side that is not checked, because it would have no effect.
    fn reject_unused_options(&self, scope: MigrationScope) -> Result<(), CliError> {
        let entra = DatabaseAuth::Entra;
        let (option, side) = match scope {
            MigrationScope::Source if self.target_auth == entra => ("--target-auth", "source"),
            MigrationScope::Target if self.source_auth == entra => ("--source-auth", "target"),
            _ => return Ok(()),
        };
        let option = option.to_owned();
        Err(CliError::UnusedOption { option, side })
    }

    /// Whether a database connection uses a token. Fails if a server must not receive one.
    fn needs_database_tokens(&self, resolved: &ResolvedMigration) -> Result<bool, CliError> {
        if self.target_auth == DatabaseAuth::Entra
            && resolved.migration.target.is_some()
            && resolved.target_connection.is_none()
        {
            return Err(CliError::TargetUrlMissing);
        }
        let sides = [
            (
                "--source-auth",
                self.source_auth,
                &resolved.source_connection,
            ),
            (
                "--target-auth",
                self.target_auth,
                &resolved.target_connection,
            ),
        ];
        let mut needed = false;
        for (option, auth, access) in sides {
            if let (DatabaseAuth::Entra, Some(access)) = (auth, access) {
                access.check_token_recipient(self.cloud.database_suffix(), option)?;
                needed = true;
            }
        }
        Ok(needed)
    }
}

/// The time until `deadline`.
fn time_left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// Looks up the servers with these host names in Azure.
pub async fn look_up_hosts(hosts: Vec<String>, arm: &dyn Backend) -> HostLookups {
    let scope = FleetScope {
        hosts,
        ..FleetScope::default()
    };
    let seed = Answers::new(now(), Origin::Recorded);
    let (answers, _) = collect(arm, seed, |answers| {
        discovery::next_questions(&scope, answers)
    })
    .await;
    let found = |host: &String| (host.clone(), discovery::server_by_host(host, &answers));
    scope.hosts.iter().map(found).collect()
}

fn target_sql(resolved: &ResolvedMigration) -> Option<&TargetSql> {
    resolved.migration.target.as_ref()?.sql.as_ref()
}
