//! Connection arguments: builds the live backend and owns the tokio runtime.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::time::Instant;

use super::Error;
use super::duration::duration;
use super::environment::env;
use super::meant::{Hosts, Meant, Wanted};
use crate::facts::fleet;
use crate::inputs::arm::{Arm, Auth, Cloud, DatabaseTokens, Options};
use crate::inputs::dns::Dns;
use crate::inputs::live::Live;
use crate::inputs::postgres::Database;
use crate::inputs::postgres::conninfo::Access;
use crate::inputs::recording::now;
use crate::inputs::{Source, collect};
use crate::plan::fleet::Fleet;
use crate::plan::{Scope, TargetSql};
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
pub struct Ways {
    /// How to sign in to Azure; a token in FLEXREADY_ACCESS_TOKEN wins over all of these
    #[arg(long, default_value = "auto", help_heading = "Asking")]
    pub auth: Auth,
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
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Asking")]
    pub timeout: Option<Duration>,
}

/// The default timeout of a run with one migration.
const ONE: Duration = Duration::from_secs(600);

impl Ways {
    /// The ARM backend of a run with this timeout. Sends no request.
    ///
    /// # Errors
    /// No usable credential or endpoint.
    pub fn arm(&self, timeout: Duration) -> Result<Arm, Error> {
        let options = Options::from_env(self.cloud, self.auth, timeout, &env)?;
        Ok(Arm::new(options)?)
    }

    /// The deadline of a run with one migration that starts now. All servers share it.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout.unwrap_or(ONE)
    }

    /// Resolves a migration request. A target that is specified by host name is looked up in Azure.
    ///
    /// # Errors
    /// An invalid request, no usable credential, a host name without a server.
    pub fn meant(&self, wanted: Wanted, deadline: Instant) -> Result<Meant, Error> {
        self.nothing_left_over(wanted.scope)?;
        let mut hosts = Hosts::new();
        if let Some(host) = wanted.host() {
            let arm = self.arm(left(deadline))?;
            hosts = block_on(true, look_up(vec![host], &arm))?;
        }
        if let Some(Err(why)) = hosts.values().next() {
            return Err(Error::HostNotFound(why.clone()));
        }
        wanted.meant(&hosts)
    }

    /// The live backend of a migration. Sends no request.
    ///
    /// # Errors
    /// No usable credential or endpoint; a server that must not receive a token.
    pub fn live(&self, meant: &Meant, deadline: Instant) -> Result<Live, Error> {
        let arm = match meant.migration.asks_azure() {
            true => Some(self.arm(left(deadline))?),
            false => None,
        };
        let tokens = self.tokens([meant], left(deadline))?;
        Ok(Live {
            arm,
            ..self.servers(meant, tokens.as_ref(), deadline)
        })
    }

    /// The Microsoft Entra tokens for the databases of these migrations; `None` if none is needed.
    ///
    /// # Errors
    /// No usable credential; a server that must not receive a token.
    pub fn tokens<'a>(
        &self,
        all: impl IntoIterator<Item = &'a Meant>,
        timeout: Duration,
    ) -> Result<Option<Arc<DatabaseTokens>>, Error> {
        let mut needed = false;
        for meant in all {
            needed |= self.needs_tokens(meant)?;
        }
        if !needed {
            return Ok(None);
        }
        let options = Options::from_env(self.cloud, self.auth, timeout, &env)?;
        Ok(Some(Arc::new(DatabaseTokens::new(&options)?)))
    }

    /// The live backend of a migration without ARM: SQL and DNS. Opens no connection.
    pub fn servers(
        &self,
        meant: &Meant,
        tokens: Option<&Arc<DatabaseTokens>>,
        deadline: Instant,
    ) -> Live {
        let database = |access: Access, side, user: &str, auth| {
            let database = Database::new(access, side, user.to_owned(), deadline);
            match tokens {
                Some(tokens) if auth == DatabaseAuth::Entra => {
                    database.with_passwords(Arc::clone(tokens) as _)
                }
                _ => database,
            }
        };
        let source = meant.access.clone().map(|access| {
            // Without a migration user, the session role applies. The sign-in name can differ from it.
            let user = meant.migration.migration_user.as_deref();
            database(
                access,
                Side::Source,
                user.unwrap_or_default(),
                self.source_auth,
            )
        });
        let target = meant.target_access.clone().zip(sql_of(meant));
        let target = target.map(|(access, sql)| {
            database(access, Side::Target, sql.migration_user(), self.target_auth)
        });
        Live {
            arm: None,
            source,
            target,
            dns: Some(Dns::new(deadline)),
            tokens: tokens.cloned(),
        }
    }

    /// Rejects an authentication option of a side that is not checked, because it would have no effect.
    fn nothing_left_over(&self, scope: Scope) -> Result<(), Error> {
        let entra = DatabaseAuth::Entra;
        let (option, side) = match scope {
            Scope::Source if self.target_auth == entra => ("--target-auth", "source"),
            Scope::Target if self.source_auth == entra => ("--source-auth", "target"),
            _ => return Ok(()),
        };
        Err(Error::LeftOver { option, side })
    }

    /// Whether a database connection uses a token. Fails if a server must not receive one.
    fn needs_tokens(&self, meant: &Meant) -> Result<bool, Error> {
        if self.target_auth == DatabaseAuth::Entra
            && meant.migration.target.is_some()
            && meant.target_access.is_none()
        {
            return Err(Error::NoWayToTarget);
        }
        let sides = [
            ("--source-auth", self.source_auth, &meant.access),
            ("--target-auth", self.target_auth, &meant.target_access),
        ];
        let mut needed = false;
        for (option, auth, access) in sides {
            if let (DatabaseAuth::Entra, Some(access)) = (auth, access) {
                access.may_see_token(self.cloud.database_suffix(), option)?;
                needed = true;
            }
        }
        Ok(needed)
    }
}

/// The time until `deadline`.
fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// Looks up the servers with these host names in Azure.
pub async fn look_up(hosts: Vec<String>, azure: &dyn Source) -> Hosts {
    let fleet = Fleet {
        hosts,
        ..Fleet::default()
    };
    let start = Answers::new(now(), Origin::Recorded);
    let (answers, _) = collect(azure, start, |answers| fleet::next(&fleet, answers)).await;
    let found = |host: &String| (host.clone(), fleet::server_of_host(host, &answers));
    fleet.hosts.iter().map(found).collect()
}

fn sql_of(meant: &Meant) -> Option<&TargetSql> {
    meant.migration.target.as_ref()?.sql.as_ref()
}

/// Runs a future to completion. A replay runs without threads and network.
///
/// # Errors
/// The operating system cannot start threads.
pub fn block_on<T>(is_live: bool, future: impl Future<Output = T>) -> Result<T, Error> {
    if !is_live {
        return Ok(futures::executor::block_on(future));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    Ok(runtime.map_err(Error::Runtime)?.block_on(future))
}
