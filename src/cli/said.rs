//! What `check` and `record` are told of a migration. Not here: the migration that comes of it (`meant`).

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Error;
use super::details::Details;
use super::environment::env;
use super::meant::Wanted;
use crate::inputs::postgres::conninfo::{ConninfoError, has_password_in};
use crate::plan::file::{Plan, Wish};
use crate::plan::judging::Rules;
use crate::plan::{API_VERSION, Location, Scope};

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
    /// The target: its resource id, subscription/group/name, or its host name
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

impl Said {
    /// What is wanted, from the command line, the plan and the environment, in this order.
    ///
    /// # Errors
    /// A plan, a target or a connection string that cannot be understood; a side that is needed and not given.
    pub fn wanted(&self) -> Result<(Wanted, Rules), Error> {
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
        let target_url = conninfo(
            self.target_url.as_deref(),
            wish.target_url.as_deref(),
            "FLEXREADY_TARGET_URL",
        )?;
        let wanted = Wanted {
            scope,
            wish: Wish {
                source,
                target_url,
                ..wish
            },
            location: self.place(),
            api_version: self.api_version.clone(),
        };
        Ok((wanted, rules))
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
