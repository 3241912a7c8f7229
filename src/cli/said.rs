//! What `check` and `record` are told of a migration, and the [`Migration`] that comes of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Error;
use crate::inputs::postgres::conninfo::{Access, has_password_in};
use crate::plan::file::{self, Wish};
use crate::plan::{
    API_VERSION, Exposure, Location, Migration, Mode, Scope, ServerId, SourceKind, SourceServer,
    Target, TargetSql,
};

/// Which side is judged alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    Source,
    Target,
}

/// The migration, as the command line says it.
#[derive(Debug, Clone, Args)]
pub struct Said {
    /// The source: a libpq connection string (URI or key=value) without a password [env: FLEXREADY_SOURCE, PG*]
    #[arg(long, value_name = "CONNINFO", help_heading = "The migration")]
    pub source: Option<String>,
    /// The target: its resource id, or subscription/group/name
    #[arg(
        long,
        value_name = "ID",
        env = "FLEXREADY_TARGET",
        help_heading = "The migration"
    )]
    pub target: Option<String>,
    /// The way into the target's databases, without a password: more can be known then [env: FLEXREADY_TARGET_URL]
    #[arg(long, value_name = "CONNINFO", help_heading = "The migration")]
    pub target_url: Option<String>,
    /// Size a server in this location, before there is a target: the source alone is judged
    #[arg(
        long,
        value_name = "LOCATION",
        requires = "subscription",
        conflicts_with = "only",
        help_heading = "The migration"
    )]
    pub location: Option<String>,
    /// The subscription that `--location` is asked for
    #[arg(
        long,
        value_name = "ID",
        env = "AZURE_SUBSCRIPTION_ID",
        help_heading = "The migration"
    )]
    pub subscription: Option<String>,
    /// Judge one side alone
    #[arg(long, value_name = "SIDE", help_heading = "The migration")]
    pub only: Option<Only>,
    /// A plan file, flexready.toml
    #[arg(long, value_name = "FILE", help_heading = "The migration")]
    pub plan: Option<PathBuf>,
    /// Which migration of the plan
    #[arg(
        long,
        value_name = "NAME",
        requires = "plan",
        help_heading = "The migration"
    )]
    pub migration: Option<String>,
    #[command(flatten)]
    pub details: Details,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = API_VERSION, help_heading = "The migration")]
    pub api_version: String,
}

/// What may also be said of a recorded migration.
#[derive(Debug, Clone, Args)]
pub struct Details {
    /// Offline or online migration
    #[arg(long, help_heading = "The migration")]
    pub mode: Option<Mode>,
    /// A database to migrate; give it once for each [default: every user database]
    #[arg(long = "database", value_name = "NAME", help_heading = "The migration")]
    pub databases: Vec<String>,
    /// Whom the service signs in as on the source [default: the connected user]
    #[arg(long, value_name = "NAME", help_heading = "The migration")]
    pub migration_user: Option<String>,
    /// Whom the service signs in as on the target [default: the user of --target-url]
    #[arg(long, value_name = "NAME", help_heading = "The migration")]
    pub target_user: Option<String>,
    /// Databases of the same name on the target are to be dropped and written anew
    #[arg(long, help_heading = "The migration")]
    pub overwrite: bool,
    /// The identity that asks Azure is also the one that creates the migration
    #[arg(long, help_heading = "The migration")]
    pub identity_migrates: bool,
    /// The resource id of the source, where it is a flexible server itself
    #[arg(long, value_name = "ID", help_heading = "The migration")]
    pub source_id: Option<ServerId>,
    /// Where the source runs
    #[arg(
        long,
        value_name = "KIND",
        hide_possible_values = true,
        help_heading = "The migration"
    )]
    pub source_kind: Option<SourceKind>,
    /// How the service reaches the source
    #[arg(long, help_heading = "The migration")]
    pub source_exposure: Option<Exposure>,
    /// Processors of the source
    #[arg(long, value_name = "N", help_heading = "The migration")]
    pub source_vcores: Option<u32>,
    /// Memory of the source, in GiB
    #[arg(long, value_name = "N", help_heading = "The migration")]
    pub source_memory_gib: Option<f64>,
}

/// A migration with the way into its source.
pub struct Meant {
    pub migration: Migration,
    pub access: Option<Access>,
    /// The way into the target's databases, where one is given.
    pub target_access: Option<Access>,
}

impl Said {
    /// The migration that is meant.
    ///
    /// # Errors
    /// A plan, a target or a connection string that cannot be understood; a side that is needed and not given.
    pub fn meant(&self) -> Result<Meant, Error> {
        let plan = match &self.plan {
            Some(path) => file::read(path, self.migration.as_deref())?,
            None => Wish::default(),
        };
        let source = self.source_text(plan.source.as_deref())?;
        let wish = self.wish().or(&plan);
        let scope = match (self.only, &self.location) {
            (Some(Only::Source), _) | (None, Some(_)) => Scope::Source,
            (Some(Only::Target), _) => Scope::Target,
            (None, None) => Scope::Pair,
        };
        let target_access = if scope.has_target() {
            self.target_access(&wish)?
        } else {
            None
        };
        let target = if scope.has_target() {
            Some(self.target(&wish, target_access.as_ref())?)
        } else {
            None
        };
        let access = if scope.has_source() {
            Some(access(source.as_deref(), scope)?)
        } else {
            None
        };
        let source = access.as_ref().map(|a| source_server(a, &wish));
        let name = wish
            .name
            .clone()
            .unwrap_or_else(|| name_of(target.as_ref(), source.as_ref()));
        let mode = wish.mode.unwrap_or_default();
        let databases = wish.databases.clone().unwrap_or_default();
        let migration = Migration {
            name,
            scope,
            mode,
            target,
            source,
            databases,
            migration_user: wish.migration_user,
            overwrite: wish.overwrite.unwrap_or_default(),
            identity_migrates: wish.identity_migrates.unwrap_or_default(),
            location: self.place(),
        };
        Ok(Meant {
            migration,
            access,
            target_access,
        })
    }

    fn wish(&self) -> Wish {
        let d = &self.details;
        Wish {
            name: None,
            source: None,
            target: self.target.clone(),
            mode: d.mode,
            databases: (!d.databases.is_empty()).then(|| d.databases.clone()),
            migration_user: d.migration_user.clone(),
            source_kind: d.source_kind,
            source_exposure: d.source_exposure,
            source_vcores: d.source_vcores,
            source_memory_gib: d.source_memory_gib,
            source_id: d.source_id.clone(),
            target_url: None,
            target_user: d.target_user.clone(),
            overwrite: d.overwrite.then_some(true),
            identity_migrates: d.identity_migrates.then_some(true),
        }
    }

    fn place(&self) -> Option<Location> {
        let (name, subscription) = (self.location.clone()?, self.subscription.clone()?);
        Some(Location {
            subscription,
            name,
            api_version: self.api_version.clone(),
        })
    }

    /// The connection string: the argument, else the plan, else FLEXREADY_SOURCE, which alone may hold a password.
    fn source_text(&self, plan: Option<&str>) -> Result<Option<String>, Error> {
        conninfo(self.source.as_deref(), plan, "FLEXREADY_SOURCE")
    }

    /// The way into the target's databases; none is needed. What the environment says of the source (host, user,
    /// password) is not for the target: a password must not go to a server that it was not meant for.
    fn target_access(&self, wish: &Wish) -> Result<Option<Access>, Error> {
        let text = conninfo(
            self.target_url.as_deref(),
            wish.target_url.as_deref(),
            "FLEXREADY_TARGET_URL",
        )?;
        let own = |name: &str| match name {
            "PGDATABASE" => Some("postgres".to_owned()),
            "PGHOST" | "PGHOSTADDR" | "PGPORT" | "PGUSER" | "PGPASSWORD" | "PGSERVICE" => None,
            _ => env(name),
        };
        let access = text.map(|text| Access::resolve(Some(&text), &own));
        Ok(access.transpose()?)
    }

    fn target(&self, wish: &Wish, access: Option<&Access>) -> Result<Target, Error> {
        let missing = Error::SideNotGiven {
            side: "target",
            other: "source",
        };
        let id = wish.target.as_deref().ok_or(missing)?.parse()?;
        let sql = access.map(|a| TargetSql {
            host: a.host(),
            port: a.port(),
            database: a.database().to_owned(),
            user: a.user().to_owned(),
            migration_user: wish.target_user.clone(),
        });
        Ok(Target {
            id,
            api_version: self.api_version.clone(),
            sql,
        })
    }
}

impl Details {
    /// What is said anew of a recorded migration.
    pub fn apply(&self, migration: &mut Migration) {
        if let Some(mode) = self.mode {
            migration.mode = mode;
        }
        if !self.databases.is_empty() {
            migration.databases.clone_from(&self.databases);
        }
        if let Some(source) = &mut migration.source {
            source.kind = self.source_kind.or(source.kind);
            source.exposure = self.source_exposure.or(source.exposure);
            source.vcores = self.source_vcores.or(source.vcores);
            source.memory_gib = self.source_memory_gib.or(source.memory_gib);
        }
        migration.overwrite |= self.overwrite;
        migration.identity_migrates |= self.identity_migrates;
    }
}

/// A connection string: the argument, else the plan, else the variable, which alone may hold a password.
fn conninfo(
    argument: Option<&str>,
    plan: Option<&str>,
    variable: &'static str,
) -> Result<Option<String>, Error> {
    match (argument, plan) {
        (Some(text), _) if has_password_in(text) => Err(Error::PasswordInArguments { variable }),
        (None, Some(text)) if has_password_in(text) => Err(Error::PasswordInPlan),
        (Some(text), _) | (None, Some(text)) => Ok(Some(text.to_owned())),
        (None, None) => Ok(env(variable)),
    }
}

/// The environment, for those who look into it.
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// The way into the source. With nothing said at all, PGHOST or PGSERVICE must be there: a source is never guessed.
fn access(text: Option<&str>, scope: Scope) -> Result<Access, Error> {
    let is_said = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"]
        .iter()
        .any(|name| env(name).is_some());
    if text.is_none() && !is_said && scope == Scope::Pair {
        return Err(Error::SideNotGiven {
            side: "source",
            other: "target",
        });
    }
    if text.is_none() && !is_said {
        return Err(Error::SideNotGiven {
            side: "source",
            other: "target",
        });
    }
    Ok(Access::resolve(text, &env)?)
}

fn source_server(access: &Access, wish: &Wish) -> SourceServer {
    SourceServer {
        host: access.host(),
        port: access.port(),
        database: access.database().to_owned(),
        user: access.user().to_owned(),
        kind: wish.source_kind,
        exposure: wish.source_exposure,
        vcores: wish.source_vcores,
        memory_gib: wish.source_memory_gib,
        azure_id: wish.source_id.clone(),
    }
}

fn name_of(target: Option<&Target>, source: Option<&SourceServer>) -> String {
    match (source, target) {
        (_, Some(target)) => target.id.name.clone(),
        (Some(source), None) => source.database.clone(),
        (None, None) => "migration".to_owned(),
    }
}
