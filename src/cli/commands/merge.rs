//! `flexready merge`: merges the reports of all shards of a fleet.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::args::output::OutputArgs;
use crate::cli::console::{Console, Output};
use crate::cli::error::CliError;
use crate::cli::load_report;
use crate::cli::output_dir::OutputDir;
use crate::report::{Report, merge};

#[derive(Debug, ClapArgs)]
pub struct MergeArgs {
    /// The JSON reports of all parts
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output_args: OutputArgs,
}

pub(crate) fn run(args: &MergeArgs, console: &mut Console) -> Result<Output, CliError> {
    let read = |path: &PathBuf| Ok((path.display().to_string(), load_report::load_report(path)?));
    let parts = args.reports.iter().map(read);
    let parts: Vec<(String, Report)> = parts.collect::<Result<_, CliError>>()?;
    let report = merge(parts)?;
    let out = args.output_args.out.as_deref();
    let out = out.map(OutputDir::prepare).transpose()?;
    args.output_args.write_report(&report, out, console)
}
