//! Arguments that describe one migration. Their resolution is in `cli::resolve`.

use std::path::PathBuf;

use clap::{Args, Command, ValueEnum};

use crate::backend::postgres::conninfo::{ConninfoError, check_syntax, contains_secret};
use crate::cli::env::env;
use crate::cli::error::CliError;
use crate::cli::load_plan::load_plan;
use crate::cli::resolve::MigrationRequest;
use crate::config::fleet_scope::parse_subscription;
use crate::config::migration_options::{LIVE_ONLY, MigrationOptions};
use crate::config::plan_file::Plan;
use crate::config::policy_rules::PolicyRules;
use crate::config::{AzureLocation, DEFAULT_API_VERSION, MigrationScope};

/// The only side to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnlySide {
    Source,
    Target,
}

/// The migration on the command line: its options, and how it is selected.
#[derive(Debug, Clone, Args)]
#[command(next_display_order = 1)]
pub struct MigrationArgs {
    /// Size a server in this location, before there is a target: the source alone is judged
    #[arg(
        long,
        value_name = "LOCATION",
        group = LIVE_ONLY,
        conflicts_with_all = ["only", "target", "target_url", "target_user"],
        help_heading = "The migration"
    )]
    pub location: Option<String>,
    /// The subscription that `--location` is asked for [env: AZURE_SUBSCRIPTION_ID]
    #[arg(
        long,
        value_name = "ID",
        value_parser = parse_subscription,
        group = LIVE_ONLY,
        help_heading = "The migration"
    )]
    pub subscription: Option<String>,
    /// Judge one side alone
    #[arg(long, value_name = "SIDE", group = LIVE_ONLY, help_heading = "The migration")]
    pub only: Option<OnlySide>,
    /// A plan file, flexready.toml; with `--from`, only its waivers and severities
    #[arg(long, value_name = "FILE", help_heading = "The migration")]
    pub plan: Option<PathBuf>,
    /// Which migration of the plan, or of the recording
    #[arg(long, value_name = "NAME", help_heading = "The migration")]
    pub migration: Option<String>,
    #[command(flatten)]
    pub options: MigrationOptions,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = DEFAULT_API_VERSION, group = LIVE_ONLY, help_heading = "The migration")]
    pub api_version: String,
}

impl MigrationArgs {
    /// The requested migration, with the policy rules of the plan.
    ///
    /// Values come from the command line, the plan and the environment, in this order. FLEXREADY_TARGET_URL takes
    /// precedence over the plan's `target_url`, because it can contain a password, which a plan cannot.
    ///
    /// # Errors
    /// An invalid plan, target or connection string; a missing side; an option that has no effect.
    pub fn to_request(&self) -> Result<(MigrationRequest, PolicyRules), CliError> {
        self.reject_unused_options()?;
        let (plan, rules) = match self.read_plan()? {
            Some(plan) => (plan.migration(self.migration.as_deref())?, plan.rules),
            None if self.migration.is_some() => return Err(CliError::MigrationWithoutPlan),
            None => (MigrationOptions::default(), PolicyRules::default()),
        };
        if self.location.is_some() && plan.target.is_some() {
            return Err(CliError::LocationWithTarget);
        }
        let target = self.options.target.clone();
        let specified = MigrationOptions {
            target: target.or_else(|| env("FLEXREADY_TARGET")),
            ..self.options.clone()
        };
        let options = specified.with_defaults(&plan);
        let scope = match (self.only, &self.location) {
            (Some(OnlySide::Source), _) | (None, Some(_)) => MigrationScope::Source,
            (Some(OnlySide::Target), _) => MigrationScope::Target,
            (None, None) => MigrationScope::Pair,
        };
        let source = source_conninfo(self.options.source.as_deref(), &options)?;
        let target_url = target_conninfo(self.options.target_url.as_deref(), &options)?;
        let source = check_conninfo(source, scope.has_source())?;
        let target_url = check_conninfo(target_url, scope.has_target())?;
        let wanted = MigrationRequest {
            scope,
            options: MigrationOptions {
                source,
                target_url,
                ..options
            },
            location: self.sizing_location()?,
            api_version: self.api_version.clone(),
        };
        Ok((wanted, rules))
    }

    /// The plan file of `--plan`, if specified.
    ///
    /// # Errors
    /// A plan that cannot be read or parsed.
    pub fn read_plan(&self) -> Result<Option<Plan>, CliError> {
        load_plan(self.plan.as_deref())
    }

    fn sizing_location(&self) -> Result<Option<AzureLocation>, CliError> {
        let Some(name) = self.location.clone() else {
            return Ok(None);
        };
        let subscription_id = match (&self.subscription, env("AZURE_SUBSCRIPTION_ID")) {
            (Some(id), _) => id.clone(),
            (None, Some(id)) => parse_subscription(&id)?,
            (None, None) => return Err(CliError::LocationWithoutSubscription),
        };
        Ok(Some(AzureLocation {
            subscription: subscription_id,
            name,
            api_version: self.api_version.clone(),
        }))
    }

    /// Rejects options that would have no effect: options of a side that is not checked, and `--subscription` without
    /// `--location`.
    fn reject_unused_options(&self) -> Result<(), CliError> {
        if self.subscription.is_some() && self.location.is_none() {
            return Err(CliError::SubscriptionWithoutLocation);
        }
        let (side, other) = match self.only {
            None => return Ok(()),
            Some(OnlySide::Source) => ("source", MigrationScope::Target),
            Some(OnlySide::Target) => ("target", MigrationScope::Source),
        };
        match self.first_option_of(other) {
            Some(option) => Err(CliError::UnusedOption { option, side }),
            None => Ok(()),
        }
    }

    /// The first specified option that describes this side, in the order of `--help`.
    fn first_option_of(&self, side: MigrationScope) -> Option<String> {
        let set_fields = self.options.set_fields();
        let command = MigrationOptions::augment_args(Command::new("options"));
        let options = command.get_arguments().filter(|option| {
            let id = option.get_id().as_str();
            set_fields.contains(&id) && MigrationOptions::side_of(id) == Some(side)
        });
        let first = options.min_by_key(|option| option.get_display_order())?;
        first.get_long().map(|name| format!("--{name}"))
    }
}

/// A connection string, and where it was specified.
type LocatedConninfo = Option<(String, String)>;

/// The connection string of the source: from the argument, the plan or FLEXREADY_SOURCE, in this order.
fn source_conninfo(
    argument: Option<&str>,
    options: &MigrationOptions,
) -> Result<LocatedConninfo, CliError> {
    let specified =
        from_argument_or_plan(argument, "source", (options.source.as_deref(), options))?;
    Ok(specified.or_else(|| from_variable("FLEXREADY_SOURCE")))
}

/// The connection string of the target: from the argument, FLEXREADY_TARGET_URL or the plan, in this order. Only
/// FLEXREADY_TARGET_URL can contain a password.
fn target_conninfo(
    argument: Option<&str>,
    options: &MigrationOptions,
) -> Result<LocatedConninfo, CliError> {
    let specified = from_argument_or_plan(
        argument,
        "target-url",
        (options.target_url.as_deref(), options),
    )?;
    match argument {
        Some(_) => Ok(specified),
        None => Ok(from_variable("FLEXREADY_TARGET_URL").or(specified)),
    }
}

fn from_variable(name: &str) -> LocatedConninfo {
    Some((env(name)?, name.to_owned()))
}

/// The connection string from the argument, otherwise from the plan. Neither can contain a password.
fn from_argument_or_plan(
    argument: Option<&str>,
    option: &str,
    (plan, wish): (Option<&str>, &MigrationOptions),
) -> Result<LocatedConninfo, CliError> {
    let key = option.replace('-', "_");
    match (argument, plan) {
        (Some(text), _) if contains_secret(text) => Err(ConninfoError::PasswordInArgument.into()),
        (None, Some(text)) if contains_secret(text) => {
            let place = wish.describe();
            Err(CliError::PasswordInPlan { place })
        }
        (Some(text), _) => Ok(Some((text.to_owned(), format!("`--{option}`")))),
        (None, Some(text)) => Ok(Some((
            text.to_owned(),
            format!("{}, `{key}`", wish.describe()),
        ))),
        (None, None) => Ok(None),
    }
}

/// Checks the syntax of a connection string if its side is checked.
fn check_conninfo(conninfo: LocatedConninfo, is_checked: bool) -> Result<Option<String>, CliError> {
    let Some((text, place)) = conninfo else {
        return Ok(None);
    };
    match check_syntax(&text) {
        Err(fault) if is_checked => Err(CliError::ConnectionStringAt { place, fault }),
        _ => Ok(Some(text)),
    }
}
