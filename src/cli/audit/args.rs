//! Arguments of `flexready audit`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::run::OutputMode;
use crate::cli::CliError;
use crate::cli::args::connection::ConnectionArgs;
use crate::cli::commands::check::PolicyArgs;
use crate::cli::env::env;
use crate::cli::output::{OutputArgs, ReportFormat};
use crate::config::DEFAULT_API_VERSION;
use crate::config::fleet_scope::{
    FleetScope, ResourceGroup, ServerFilter, Shard, TagFilter, parse_management_group,
    parse_subscription, parse_tier,
};
use crate::config::plan_file::Plan;

/// IDs of the options that do not apply to a recording. It contains the answers of one run, and its servers can only be
/// filtered by name.
const LIVE_ONLY_OPTIONS: [&str; 14] = [
    "subscriptions",
    "management_groups",
    "resource_groups",
    "locations",
    "tags",
    "tiers",
    "auth",
    "source_auth",
    "target_auth",
    "cloud",
    "timeout",
    "api_version",
    "record",
    "resume",
];

#[derive(Debug, ClapArgs)]
pub struct AuditArgs {
    #[command(flatten)]
    scope_args: ScopeArgs,
    #[command(flatten)]
    filter_args: FilterArgs,
    /// A plan file, flexready.toml: its migrations are audited too, with their sources; with `--from`, its waivers and severities hold
    #[arg(long, value_name = "FILE", help_heading = "What to audit")]
    pub(super) plan: Option<PathBuf>,
    /// Audit the K-th of N parts alone; `azure-pipelines`: as the variables of a parallel job say
    #[arg(long, value_name = "K/N", help_heading = "What to audit")]
    shard: Option<String>,
    #[command(flatten)]
    pub(super) connection_args: ConnectionArgs,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = DEFAULT_API_VERSION, help_heading = "Asking")]
    pub(super) api_version: String,
    /// Keep all answers in a new folder
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    pub(super) record: Option<PathBuf>,
    /// Judge a recorded fleet instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = LIVE_ONLY_OPTIONS, help_heading = "Recordings")]
    pub(super) from: Option<PathBuf>,
    /// Go on with a recorded run: ask only what was refused; with its places and filters, what could not be listed is looked through too
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    pub(super) resume: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) output_args: OutputArgs,
    #[command(flatten)]
    pub(super) policy_args: PolicyArgs,
}

#[derive(Debug, Clone, ClapArgs)]
struct ScopeArgs {
    /// A subscription; give it once for each
    #[arg(long = "subscription", value_name = "ID", value_parser = parse_subscription, help_heading = "What to audit")]
    subscriptions: Vec<String>,
    /// A management group with all subscriptions below it
    #[arg(long = "management-group", value_name = "ID", value_parser = parse_management_group, help_heading = "What to audit")]
    management_groups: Vec<String>,
    /// A resource group: its resource id, or subscription/name
    #[arg(
        long = "resource-group",
        value_name = "ID",
        help_heading = "What to audit"
    )]
    resource_groups: Vec<ResourceGroup>,
}

#[derive(Debug, Clone, ClapArgs)]
struct FilterArgs {
    /// Only servers in this location
    #[arg(long = "location", value_name = "NAME", help_heading = "Which of it")]
    locations: Vec<String>,
    /// Only servers with this tag; with several, all of them
    #[arg(
        long = "tag",
        value_name = "NAME[=VALUE]",
        help_heading = "Which of it"
    )]
    tags: Vec<TagFilter>,
    /// Only servers whose name fits: `*` is any text, `?` any character
    #[arg(long = "name", value_name = "PATTERN", help_heading = "Which of it")]
    names: Vec<String>,
    /// Only servers of this tier: Burstable, GeneralPurpose, MemoryOptimized
    #[arg(long = "tier", value_name = "TIER", value_parser = parse_tier, help_heading = "Which of it")]
    tiers: Vec<String>,
}

impl AuditArgs {
    pub(super) fn fleet_scope(&self) -> FleetScope {
        FleetScope {
            subscriptions: self.scope_args.subscriptions.clone(),
            management_groups: self.scope_args.management_groups.clone(),
            resource_groups: self.scope_args.resource_groups.clone(),
            hosts: Vec::new(),
        }
    }

    pub(super) fn server_filter(&self) -> ServerFilter {
        let filters = self.filter_args.clone();
        ServerFilter {
            locations: filters.locations,
            tags: filters.tags,
            names: filters.names,
            tiers: filters.tiers,
        }
    }

    pub(super) fn parse_shard(&self) -> Result<Option<Shard>, CliError> {
        let part = self.shard.as_deref().map(|text| match text {
            "azure-pipelines" => Shard::from_pipeline(&env),
            text => text.parse(),
        });
        Ok(part.transpose()?)
    }

    pub(super) fn read_plan(&self) -> Result<Option<Plan>, CliError> {
        let checks: Vec<&str> = crate::checks::all().map(|c| c.id).collect();
        let plan = self.plan.as_deref().map(|path| Plan::read(path, &checks));
        Ok(plan.transpose()?)
    }

    pub(super) fn output_mode(&self) -> OutputMode {
        OutputMode {
            is_streaming: self.output_args.effective_format() == ReportFormat::Ndjson,
            keeps_checks: self.output_args.effective_format() != ReportFormat::Ndjson
                || self.output_args.out.is_some(),
        }
    }
}
