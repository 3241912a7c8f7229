//! `flexready grants`: the rights of an auditor, for someone with rights to grant them.

use clap::Args as ClapArgs;

use super::said::Only;
use super::{Error, Output};
use crate::plan::{ServerId, SourceKind};
use crate::remedy::grants::{azure_role, script};

#[derive(Debug, ClapArgs)]
pub struct Args {
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
    only: Option<Only>,
}

pub(super) fn run(args: &Args) -> Result<Output, Error> {
    let target: Option<ServerId> = args.target.as_deref().map(str::parse).transpose()?;
    let source = || script(&args.role, args.source_kind, &args.databases);
    let azure = || azure_role(target.as_ref().map(|t| t.subscription.as_str()));
    Ok(Output::text(match args.only {
        Some(Only::Source) => source(),
        Some(Only::Target) => azure(),
        // As a comment, so that all of it is still a script for psql.
        None => format!(
            "{}\n/* For Azure: save this as role.json, then\n   az role definition create --role-definition role.json\n{}*/\n",
            source(),
            azure()
        ),
    }))
}
