//! Arguments that describe one migration. Their resolution is in `cli::resolve`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::backend::postgres::conninfo::{ConninfoError, check_syntax, contains_secret};
use crate::cli::CliError;
use crate::cli::env::env;
use crate::cli::resolve::MigrationRequest;
use crate::config::fleet_scope::parse_subscription;
use crate::config::plan_file::{
    MEMORY_RULE, MigrationOptions, Plan, VCORES_RULE, is_valid_memory_gib, is_valid_vcores,
};
use crate::config::policy_rules::PolicyRules;
use crate::config::{
    AzureLocation, Cidr, DEFAULT_API_VERSION, Migration, MigrationMode, MigrationScope, ResourceId,
    ServerId, SourceExposure, SourceKind, SourceTls,
};

/// IDs of the options that only apply to live servers. They conflict with a recording, where they would have no effect.
/// Environment variables do not conflict, because they can be set for other runs.
pub(crate) const LIVE_ONLY_OPTIONS: [&str; 14] = [
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
pub enum OnlySide {
    Source,
    Target,
}

/// The migration, as the command line says it.
#[derive(Debug, Clone, Args)]
pub struct MigrationArgs {
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
        value_parser = parse_subscription,
        help_heading = "The migration"
    )]
    pub subscription: Option<String>,
    /// Judge one side alone
    #[arg(long, value_name = "SIDE", help_heading = "The migration")]
    pub only: Option<OnlySide>,
    /// A plan file, flexready.toml; with `--from`, only its waivers and severities
    #[arg(long, value_name = "FILE", help_heading = "The migration")]
    pub plan: Option<PathBuf>,
    /// Which migration of the plan, or of the recording
    #[arg(long, value_name = "NAME", help_heading = "The migration")]
    pub migration: Option<String>,
    #[command(flatten)]
    pub options: MigrationOptionArgs,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = DEFAULT_API_VERSION, help_heading = "The migration")]
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
        let options = self.to_options().with_defaults(&plan);
        let scope = match (self.only, &self.location) {
            (Some(OnlySide::Source), _) | (None, Some(_)) => MigrationScope::Source,
            (Some(OnlySide::Target), _) => MigrationScope::Target,
            (None, None) => MigrationScope::Pair,
        };
        let source = source_conninfo(self.source.as_deref(), &options)?;
        let target_url = target_conninfo(self.target_url.as_deref(), &options)?;
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
        let checks: Vec<&str> = crate::checks::all().map(|c| c.id).collect();
        let plan = self.plan.as_deref().map(|path| Plan::read(path, &checks));
        Ok(plan.transpose()?)
    }

    fn to_options(&self) -> MigrationOptions {
        MigrationOptions {
            target: self.target.clone().or_else(|| env("FLEXREADY_TARGET")),
            ..self.options.to_options()
        }
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
        let (side, unused) = match self.only {
            None => return Ok(()),
            Some(OnlySide::Source) => ("source", self.target_options()),
            Some(OnlySide::Target) => ("target", self.source_options()),
        };
        match unused.into_iter().find(|(_, is_said)| *is_said) {
            Some((option, _)) => Err(CliError::UnusedOption { option, side }),
            None => Ok(()),
        }
    }

    fn target_options(&self) -> Vec<(&'static str, bool)> {
        let d = &self.options;
        vec![
            ("--target", self.target.is_some()),
            ("--target-url", self.target_url.is_some()),
            ("--target-user", d.target_user.is_some()),
            ("--runtime-server", d.runtime_server.is_some()),
        ]
    }

    fn source_options(&self) -> Vec<(&'static str, bool)> {
        let d = &self.options;
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

/// What may also be said of a recorded migration.
#[derive(Debug, Clone, Args)]
pub struct MigrationOptionArgs {
    /// Offline or online migration [default: offline]
    #[arg(long, help_heading = "The migration")]
    pub mode: Option<MigrationMode>,
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
    /// Where the source runs [default: as the server shows, else on-premises]
    #[arg(long, value_name = "KIND", help_heading = "The migration")]
    pub source_kind: Option<SourceKind>,
    /// How the service reaches the source [default: as its address says]
    #[arg(long, help_heading = "The migration")]
    pub source_exposure: Option<SourceExposure>,
    /// Processors of the source
    #[arg(long, value_name = "N", value_parser = parse_vcores, help_heading = "The migration")]
    pub source_vcores: Option<u32>,
    /// Memory of the source, in GiB
    #[arg(long, value_name = "N", value_parser = parse_memory_gib, help_heading = "The migration")]
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
    pub source_reached_from: Option<Cidr>,
    /// The service's sslMode towards the source [default: require, prefer where the source has no TLS]
    #[arg(long, value_name = "MODE", help_heading = "The migration")]
    pub source_tls: Option<SourceTls>,
}

impl MigrationOptionArgs {
    /// Converts the arguments to the options of a plan. Options without an argument here are `None`.
    pub(crate) fn to_options(&self) -> MigrationOptions {
        let d = self;
        MigrationOptions {
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
            source_id: d.source_id.clone(),
            target_user: d.target_user.clone(),
            overwrite: d.overwrite.then_some(true),
            identity_migrates: d.identity_migrates.then_some(true),
            ..MigrationOptions::default()
        }
    }

    /// Overrides the options of a recorded migration.
    ///
    /// # Errors
    /// An invalid resource ID.
    pub fn apply_to(&self, migration: &mut Migration) -> Result<(), CliError> {
        if let Some(id) = parse_runtime_server(self.runtime_server.as_deref())? {
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
            source.vnet =
                parse_virtual_network(self.source_vnet.as_deref())?.or(source.vnet.take());
            source.tls = self.source_tls.or(source.tls);
            source.reached_from = self.source_reached_from.or(source.reached_from);
            let azure_id = self.source_id.clone();
            source.azure_id = azure_id.or_else(|| source.azure_id.take());
            let address = self.source_address.clone();
            source.address = address.or_else(|| source.address.take());
        }
        migration.overwrite |= self.overwrite;
        migration.identity_migrates |= self.identity_migrates;
        Ok(())
    }
}

fn parse_vcores(text: &str) -> Result<u32, &'static str> {
    let count = text.trim().parse().ok();
    count.filter(|n| is_valid_vcores(*n)).ok_or(VCORES_RULE)
}

fn parse_memory_gib(text: &str) -> Result<f64, &'static str> {
    let size = text.trim().parse().ok();
    size.filter(|n| is_valid_memory_gib(*n)).ok_or(MEMORY_RULE)
}

pub(crate) fn parse_virtual_network(id: Option<&str>) -> Result<Option<ResourceId>, CliError> {
    let id = id.map(str::parse::<ResourceId>).transpose()?;
    Ok(id.map(ResourceId::require_virtual_network).transpose()?)
}

pub(crate) fn parse_runtime_server(id: Option<&str>) -> Result<Option<ServerId>, CliError> {
    Ok(id.map(str::parse).transpose()?)
}
