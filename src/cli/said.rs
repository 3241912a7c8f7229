//! What `check` and `record` are told of a migration, and the [`Migration`] that comes of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Error;
use super::details::{self, Details};
use crate::inputs::postgres::conninfo::{Access, ConninfoError, has_password_in};
use crate::plan::file::{Plan, Wish};
use crate::plan::judging::Rules;
use crate::plan::{API_VERSION, Location, Migration, Scope, SourceServer, Target, TargetSql};

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
    /// A plan file, flexready.toml; with `--from`, only its waivers and severities
    #[arg(long, value_name = "FILE", help_heading = "The migration")]
    pub plan: Option<PathBuf>,
    /// Which migration of the plan, or of the recording
    #[arg(long, value_name = "NAME", help_heading = "The migration")]
    pub migration: Option<String>,
    #[command(flatten)]
    pub details: Details,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = API_VERSION, help_heading = "The migration")]
    pub api_version: String,
}

/// A migration with the way into its source.
pub struct Meant {
    pub migration: Migration,
    pub access: Option<Access>,
    /// The way into the target's databases, where one is given.
    pub target_access: Option<Access>,
    pub rules: Rules,
}

impl Said {
    /// The migration that is meant.
    ///
    /// # Errors
    /// A plan, a target or a connection string that cannot be understood; a side that is needed and not given.
    pub fn meant(&self) -> Result<Meant, Error> {
        let (plan, rules) = match self.read_plan()? {
            Some(plan) => (plan.migration(self.migration.as_deref())?, plan.rules),
            None if self.migration.is_some() => return Err(Error::NameWithoutPlan),
            None => (Wish::default(), Rules::default()),
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
            Some(access(source.as_deref())?)
        } else {
            None
        };
        let source = access
            .as_ref()
            .map(|a| source_server(a, &wish))
            .transpose()?;
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
            runtime_server: details::runtime_server(wish.runtime_server.as_deref())?,
            overwrite: wish.overwrite.unwrap_or_default(),
            identity_migrates: wish.identity_migrates.unwrap_or_default(),
            location: self.place(),
        };
        Ok(Meant {
            migration,
            access,
            target_access,
            rules,
        })
    }

    /// The plan, where one is named.
    ///
    /// # Errors
    /// A plan that cannot be read or understood.
    pub fn read_plan(&self) -> Result<Option<Plan>, Error> {
        let checks: Vec<&str> = crate::checks::all().map(|c| c.id).collect();
        let plan = self.plan.as_deref().map(|path| Plan::read(path, &checks));
        Ok(plan.transpose()?)
    }

    fn wish(&self) -> Wish {
        Wish {
            target: self.target.clone(),
            ..self.details.wish()
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

/// A connection string: the argument, else the plan, else the variable, which alone may hold a password.
fn conninfo(
    argument: Option<&str>,
    plan: Option<&str>,
    variable: &'static str,
) -> Result<Option<String>, Error> {
    match (argument, plan) {
        (Some(text), _) if has_password_in(text) => Err(ConninfoError::PasswordInArgument.into()),
        (None, Some(text)) if has_password_in(text) => Err(Error::PasswordInPlan),
        (Some(text), _) | (None, Some(text)) => Ok(Some(text.to_owned())),
        (None, None) => Ok(env(variable)),
    }
}

/// The environment, for those who look into it. Azure Pipelines hands an undefined `$(name)` on as it stands.
pub fn env(name: &str) -> Option<String> {
    let is_undefined = |v: &str| {
        let name = v.strip_prefix("$(").and_then(|v| v.strip_suffix(')'));
        name.is_some_and(|n| {
            n.chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        })
    };
    let value = std::env::var(name).ok();
    value.filter(|v| !v.is_empty() && !is_undefined(v))
}

/// The way into the source. With nothing said at all, PGHOST or PGSERVICE must be there: a source is never guessed.
fn access(text: Option<&str>) -> Result<Access, Error> {
    let is_said = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"]
        .iter()
        .any(|name| env(name).is_some());
    if text.is_none() && !is_said {
        return Err(Error::SideNotGiven {
            side: "source",
            other: "target",
        });
    }
    let access = Access::resolve(text, &env)?;
    for warning in access.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(access)
}

fn source_server(access: &Access, wish: &Wish) -> Result<SourceServer, Error> {
    Ok(SourceServer {
        host: access.host(),
        port: access.port(),
        database: access.database().to_owned(),
        user: access.user().to_owned(),
        kind: wish.source_kind,
        exposure: wish.source_exposure,
        vcores: wish.source_vcores,
        memory_gib: wish.source_memory_gib,
        vnet: details::virtual_network(wish.source_vnet.as_deref())?,
        address: wish.source_address.clone(),
        reached_from: wish.source_reached_from,
        tls: wish.source_tls,
        azure_id: wish.source_id.clone(),
    })
}

fn name_of(target: Option<&Target>, source: Option<&SourceServer>) -> String {
    match (source, target) {
        (_, Some(target)) => target.id.name.clone(),
        (Some(source), None) => source.database.clone(),
        (None, None) => "migration".to_owned(),
    }
}
