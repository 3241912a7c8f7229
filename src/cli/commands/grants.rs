//! `flexready grants`: prints the privileges and permissions of an auditor, for an administrator to grant.

use clap::Args as ClapArgs;

use crate::cli::args::migration::OnlySide;
use crate::cli::console::Output;
use crate::cli::error::CliError;
use crate::config::{ServerId, SourceKind};
use crate::fix::auditor_grants::{azure_role_definition, combined_script, psql_script};

#[derive(Debug, ClapArgs)]
pub struct GrantsArgs {
    /// The role on the source that is to ask; it must be there already
    #[arg(long, value_name = "NAME")]
    role: String,
    /// Where the source runs
    #[arg(long, value_name = "KIND", default_value = "on-premises")]
    source_kind: SourceKind,
    /// A database to migrate; give it once for each [default: every user database]
    #[arg(long = "database", value_name = "NAME")]
    databases: Vec<String>,
    /// The target, whose subscription the Azure role is for
    #[arg(long, value_name = "ID")]
    target: Option<String>,
    /// The script for the source alone, or the Azure role for the target alone
    #[arg(long, value_name = "SIDE")]
    only: Option<OnlySide>,
}

pub(crate) fn run(args: &GrantsArgs) -> Result<Output, CliError> {
    let target: Option<ServerId> = args.target.as_deref().map(str::parse).transpose()?;
    let subscription = target.as_ref().map(|t| t.subscription.as_str());
    Ok(Output::text(match args.only {
        Some(OnlySide::Source) => psql_script(&args.role, args.source_kind, &args.databases),
        Some(OnlySide::Target) => azure_role_definition(subscription),
        None => combined_script(&args.role, args.source_kind, &args.databases, subscription),
    }))
}
