//! `flexready explain` and `flexready checks`: the check catalog, from the check records.

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::args::policy::find_check;
use crate::cli::console::Output;
use crate::cli::error::CliError;
use crate::cli::terminal::terminal_layout;
use crate::report;

#[derive(Debug, ClapArgs)]
pub struct ExplainArgs {
    /// The check's id
    check: String,
}

#[derive(Debug, ClapArgs)]
pub struct ChecksArgs {
    /// List the official rules instead, each with the checks that stand for it
    #[arg(long)]
    official: bool,
    #[arg(long, default_value = "plain")]
    format: ChecksFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChecksFormat {
    Plain,
    Json,
}

pub(crate) fn run(args: &ExplainArgs) -> Result<Output, CliError> {
    Ok(Output::text(report::catalog::explain(
        find_check(&args.check)?,
        terminal_layout(),
    )))
}

pub(crate) fn list_checks(args: &ChecksArgs) -> Output {
    Output::text(match (args.official, args.format) {
        (false, ChecksFormat::Plain) => report::catalog_plain(),
        (false, ChecksFormat::Json) => report::catalog_json(),
        (true, ChecksFormat::Plain) => report::coverage_plain(),
        (true, ChecksFormat::Json) => report::coverage_json(),
    })
}
