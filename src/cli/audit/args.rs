//! Arguments of `flexready audit`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::run::OutputMode;
use crate::cli::args::connection::ConnectionArgs;
use crate::cli::args::live_only::connection_options;
use crate::cli::args::output::{OutputArgs, ReportFormat};
use crate::cli::args::policy::PolicyArgs;
use crate::cli::args::scope::{FilterArgs, ScopeArgs};
use crate::cli::env::env;
use crate::cli::error::CliError;
use crate::cli::load_plan::load_plan;
use crate::config::DEFAULT_API_VERSION;
use crate::config::plan_file::Plan;
use crate::config::shard::Shard;

#[derive(Debug, ClapArgs)]
pub struct AuditArgs {
    #[command(flatten)]
    pub(super) scope_args: ScopeArgs,
    #[command(flatten)]
    pub(super) filter_args: FilterArgs,
    /// A plan file, flexready.toml: its migrations are audited too, with their sources; with `--from`, its waivers and severities hold
    #[arg(long, value_name = "FILE", help_heading = "What to audit")]
    pub(super) plan: Option<PathBuf>,
    /// Audit the K-th of N parts alone; `azure-pipelines`: as the variables of a parallel job say
    #[arg(long, value_name = "K/N", help_heading = "What to audit")]
    shard: Option<String>,
    #[command(flatten)]
    pub(super) connection_args: ConnectionArgs,
    /// The api-version to ask Microsoft.DBforPostgreSQL with
    #[arg(long, value_name = "DATE", default_value = DEFAULT_API_VERSION, conflicts_with = "from", help_heading = "Asking")]
    pub(super) api_version: String,
    /// Keep all answers in a new folder
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "from",
        help_heading = "Recordings"
    )]
    pub(super) record: Option<PathBuf>,
    /// Judge a recorded fleet instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = connection_options(), help_heading = "Recordings")]
    pub(super) from: Option<PathBuf>,
    /// Go on with a recorded run: ask only what was refused; with its places and filters, what could not be listed is looked through too
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "from",
        help_heading = "Recordings"
    )]
    pub(super) resume: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) output_args: OutputArgs,
    #[command(flatten)]
    pub(super) policy_args: PolicyArgs,
}

impl AuditArgs {
    pub(super) fn parse_shard(&self) -> Result<Option<Shard>, CliError> {
        let part = self.shard.as_deref().map(|text| match text {
            "azure-pipelines" => Shard::from_pipeline(&env),
            text => text.parse(),
        });
        Ok(part.transpose()?)
    }

    pub(super) fn read_plan(&self) -> Result<Option<Plan>, CliError> {
        load_plan(self.plan.as_deref())
    }

    pub(super) fn output_mode(&self) -> OutputMode {
        OutputMode {
            is_streaming: self.output_args.effective_format() == ReportFormat::Ndjson,
            keeps_checks: self.output_args.effective_format() != ReportFormat::Ndjson
                || self.output_args.out.is_some(),
        }
    }
}
