//! What `check` and `record` are told of a migration, and the [`Migration`] that comes of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Error;
use crate::inputs::postgres::conninfo::{Access, ConninfoError, has_password_in};
use crate::plan::file::{Plan, Wish};
use crate::plan::judging::Rules;
use crate::plan::{
    API_VERSION, Exposure, Migration, Mode, Prefix, ResourceId, Scope, ServerId, SourceKind,
    SourceServer, SourceTls, Target,
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
    /// The Azure virtual network that the source stands in: its resource id
    #[arg(long, value_name = "ID", help_heading = "The migration")]
    pub source_vnet: Option<String>,
    /// The runtime server that carries the migration for a target behind private endpoints: its resource id, or
    /// subscription/group/name
    #[arg(long, value_name = "ID", help_heading = "The migration")]
    pub runtime_server: Option<String>,
    /// Name or address of the source that the service will use, if it is not the one in --source
    #[arg(long, value_name = "HOST", help_heading = "The migration")]
    pub source_address: Option<String>,
    /// Addresses that the service comes from: a prefix, or one address
    #[arg(long, value_name = "PREFIX", help_heading = "The migration")]
    pub source_reached_from: Option<Prefix>,
    /// The service's sslMode towards the source
    #[arg(long, value_name = "MODE", help_heading = "The migration")]
    pub source_tls: Option<SourceTls>,
}

/// A migration with the way into its source.
pub struct Meant {
    pub migration: Migration,
    pub access: Option<Access>,
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
        let scope = match self.only {
            None => Scope::Pair,
            Some(Only::Source) => Scope::Source,
            Some(Only::Target) => Scope::Target,
        };
        let target = if scope.has_target() {
            Some(self.target(&wish)?)
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
            runtime_server: runtime_server(wish.runtime_server.as_deref())?,
        };
        Ok(Meant {
            migration,
            access,
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
            source_vnet: d.source_vnet.clone(),
            runtime_server: d.runtime_server.clone(),
            source_address: d.source_address.clone(),
            source_reached_from: d.source_reached_from,
            source_tls: d.source_tls,
        }
    }

    /// The connection string: the argument, else the plan, else FLEXREADY_SOURCE, which alone may hold a password.
    fn source_text(&self, plan: Option<&str>) -> Result<Option<String>, Error> {
        match (&self.source, plan) {
            (Some(text), _) if has_password_in(text) => {
                Err(ConninfoError::PasswordInArgument.into())
            }
            (None, Some(text)) if has_password_in(text) => Err(Error::PasswordInPlan),
            (Some(text), _) => Ok(Some(text.clone())),
            (None, Some(text)) => Ok(Some(text.to_owned())),
            (None, None) => Ok(env("FLEXREADY_SOURCE")),
        }
    }

    fn target(&self, wish: &Wish) -> Result<Target, Error> {
        let missing = Error::SideNotGiven {
            side: "target",
            other: "source",
        };
        let id = wish.target.as_deref().ok_or(missing)?.parse()?;
        Ok(Target {
            id,
            api_version: self.api_version.clone(),
        })
    }
}

impl Details {
    /// What is said anew of a recorded migration.
    ///
    /// # Errors
    /// A resource id that cannot be understood.
    pub fn apply(&self, migration: &mut Migration) -> Result<(), Error> {
        if let Some(id) = runtime_server(self.runtime_server.as_deref())? {
            migration.runtime_server = Some(id);
        }
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
            source.vnet = virtual_network(self.source_vnet.as_deref())?.or(source.vnet.take());
            source.tls = self.source_tls.or(source.tls);
            source.reached_from = self.source_reached_from.or(source.reached_from);
            let address = self.source_address.clone();
            source.address = address.or_else(|| source.address.take());
        }
        Ok(())
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
        vnet: virtual_network(wish.source_vnet.as_deref())?,
        address: wish.source_address.clone(),
        reached_from: wish.source_reached_from,
        tls: wish.source_tls,
    })
}

fn virtual_network(id: Option<&str>) -> Result<Option<ResourceId>, Error> {
    let id = id.map(str::parse::<ResourceId>).transpose()?;
    Ok(id.map(ResourceId::of_virtual_network).transpose()?)
}

fn runtime_server(id: Option<&str>) -> Result<Option<ServerId>, Error> {
    Ok(id.map(str::parse).transpose()?)
}

fn name_of(target: Option<&Target>, source: Option<&SourceServer>) -> String {
    match (source, target) {
        (_, Some(target)) => target.id.name.clone(),
        (Some(source), None) => source.database.clone(),
        (None, None) => "migration".to_owned(),
    }
}
