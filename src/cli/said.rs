//! Arguments that describe one migration. Their resolution is in `cli::resolve`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Error;
use super::details::Details;
use super::environment::env;
use super::meant::Wanted;
use crate::inputs::postgres::conninfo::{ConninfoError, has_password_in, readable};
use crate::plan::file::{Plan, Wish};
use crate::plan::fleet::subscription;
use crate::plan::judging::Rules;
use crate::plan::{API_VERSION, Location, Scope};

/// IDs of the options that only apply to live servers. They conflict with a recording, where they would have no effect.
/// Environment variables do not conflict, because they can be set for other runs.
pub(super) const LIVE_ALONE: [&str; 14] = [
    "source",
    "target",
    "target_url",
    "location",
    "subscription",
    "only",
    "migration_user",
    "target_user",
    "api_version",
    "auth",
    "source_auth",
    "target_auth",
    "cloud",
    "timeout",
];

/// The only side to check.
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
    /// The target: its resource id, subscription/group/name, or its host name [env: FLEXREADY_TARGET]
    #[arg(long, value_name = "ID", help_heading = "The migration")]
    pub target: Option<String>,
    /// The way into the target's databases, without a password: more can be known then [env: FLEXREADY_TARGET_URL]
    #[arg(long, value_name = "CONNINFO", help_heading = "The migration")]
    pub target_url: Option<String>,
    /// Size a server in this location, before there is a target: the source alone is judged
    #[arg(
        long,
        value_name = "LOCATION",
        conflicts_with_all = ["only", "target", "target_url", "target_user"],
        help_heading = "The migration"
    )]
    pub location: Option<String>,
    /// The subscription that `--location` is asked for [env: AZURE_SUBSCRIPTION_ID]
    #[arg(
        long,
        value_name = "ID",
        value_parser = subscription,
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
    /// The requested migration, with the policy rules of the plan.
    ///
    /// Values come from the command line, the plan and the environment, in this order. FLEXREADY_TARGET_URL takes
    /// precedence over the plan's `target_url`, because it can contain a password, which a plan cannot.
    ///
    /// # Errors
    /// An invalid plan, target or connection string; a missing side; an option that has no effect.
    pub fn wanted(&self) -> Result<(Wanted, Rules), Error> {
        self.nothing_left_over()?;
        let (plan, rules) = match self.read_plan()? {
            Some(plan) => (plan.migration(self.migration.as_deref())?, plan.rules),
            None if self.migration.is_some() => return Err(Error::NameWithoutPlan),
            None => (Wish::default(), Rules::default()),
        };
        if self.location.is_some() && plan.target.is_some() {
            return Err(Error::LocationBesideTarget);
        }
        let wish = self.wish().or(&plan);
        let scope = match (self.only, &self.location) {
            (Some(Only::Source), _) | (None, Some(_)) => Scope::Source,
            (Some(Only::Target), _) => Scope::Target,
            (None, None) => Scope::Pair,
        };
        let source = source_text(self.source.as_deref(), &wish)?;
        let target_url = target_text(self.target_url.as_deref(), &wish)?;
        let source = understood(source, scope.has_source())?;
        let target_url = understood(target_url, scope.has_target())?;
        let wanted = Wanted {
            scope,
            wish: Wish {
                source,
                target_url,
                ..wish
            },
            location: self.place()?,
            api_version: self.api_version.clone(),
        };
        Ok((wanted, rules))
    }

    /// The plan file of `--plan`, if specified.
    ///
    /// # Errors
    /// A plan that cannot be read or parsed.
    pub fn read_plan(&self) -> Result<Option<Plan>, Error> {
        let checks: Vec<&str> = crate::checks::all().map(|c| c.id).collect();
        let plan = self.plan.as_deref().map(|path| Plan::read(path, &checks));
        Ok(plan.transpose()?)
    }

    fn wish(&self) -> Wish {
        Wish {
            target: self.target.clone().or_else(|| env("FLEXREADY_TARGET")),
            ..self.details.wish()
        }
    }

    fn place(&self) -> Result<Option<Location>, Error> {
        let Some(name) = self.location.clone() else {
            return Ok(None);
        };
        let given = match (&self.subscription, env("AZURE_SUBSCRIPTION_ID")) {
            (Some(id), _) => id.clone(),
            (None, Some(id)) => subscription(&id)?,
            (None, None) => return Err(Error::LocationAlone),
        };
        Ok(Some(Location {
            subscription: given,
            name,
            api_version: self.api_version.clone(),
        }))
    }

    /// Rejects options that would have no effect: options of a side that is not checked, and `--subscription` without
    /// `--location`.
    fn nothing_left_over(&self) -> Result<(), Error> {
        if self.subscription.is_some() && self.location.is_none() {
            return Err(Error::SubscriptionAlone);
        }
        let (side, said) = match self.only {
            None => return Ok(()),
            Some(Only::Source) => ("source", self.of_target()),
            Some(Only::Target) => ("target", self.of_source()),
        };
        match said.into_iter().find(|(_, is_said)| *is_said) {
            Some((option, _)) => Err(Error::LeftOver { option, side }),
            None => Ok(()),
        }
    }

    fn of_target(&self) -> Vec<(&'static str, bool)> {
        let d = &self.details;
        vec![
            ("--target", self.target.is_some()),
            ("--target-url", self.target_url.is_some()),
            ("--target-user", d.target_user.is_some()),
            ("--runtime-server", d.runtime_server.is_some()),
        ]
    }

    fn of_source(&self) -> Vec<(&'static str, bool)> {
        let d = &self.details;
        vec![
            ("--source", self.source.is_some()),
            ("--migration-user", d.migration_user.is_some()),
            ("--source-id", d.source_id.is_some()),
            ("--source-kind", d.source_kind.is_some()),
            ("--source-exposure", d.source_exposure.is_some()),
            ("--source-vcores", d.source_vcores.is_some()),
            ("--source-memory-gib", d.source_memory_gib.is_some()),
            ("--source-vnet", d.source_vnet.is_some()),
            ("--source-address", d.source_address.is_some()),
            ("--source-reached-from", d.source_reached_from.is_some()),
            ("--source-tls", d.source_tls.is_some()),
        ]
    }
}

/// A connection string, and where it was specified.
type Found = Option<(String, String)>;

/// The connection string of the source: from the argument, the plan or FLEXREADY_SOURCE, in this order.
fn source_text(argument: Option<&str>, wish: &Wish) -> Result<Found, Error> {
    let said = not_secret(argument, "source", (wish.source.as_deref(), wish))?;
    Ok(said.or_else(|| in_variable("FLEXREADY_SOURCE")))
}

/// The connection string of the target: from the argument, FLEXREADY_TARGET_URL or the plan, in this order. Only
/// FLEXREADY_TARGET_URL can contain a password.
fn target_text(argument: Option<&str>, wish: &Wish) -> Result<Found, Error> {
    let said = not_secret(argument, "target-url", (wish.target_url.as_deref(), wish))?;
    match argument {
        Some(_) => Ok(said),
        None => Ok(in_variable("FLEXREADY_TARGET_URL").or(said)),
    }
}

fn in_variable(name: &str) -> Found {
    Some((env(name)?, name.to_owned()))
}

/// The connection string from the argument, otherwise from the plan. Neither can contain a password.
fn not_secret(
    argument: Option<&str>,
    option: &str,
    (plan, wish): (Option<&str>, &Wish),
) -> Result<Found, Error> {
    let key = option.replace('-', "_");
    match (argument, plan) {
        (Some(text), _) if has_password_in(text) => Err(ConninfoError::PasswordInArgument.into()),
        (None, Some(text)) if has_password_in(text) => {
            let place = wish.place();
            Err(Error::PasswordInPlan { place })
        }
        (Some(text), _) => Ok(Some((text.to_owned(), format!("`--{option}`")))),
        (None, Some(text)) => Ok(Some((
            text.to_owned(),
            format!("{}, `{key}`", wish.place()),
        ))),
        (None, None) => Ok(None),
    }
}

/// Checks the syntax of a connection string if its side is checked.
fn understood(found: Found, is_judged: bool) -> Result<Option<String>, Error> {
    let Some((text, place)) = found else {
        return Ok(None);
    };
    match readable(&text) {
        Err(fault) if is_judged => Err(Error::Conninfo { place, fault }),
        _ => Ok(Some(text)),
    }
}
