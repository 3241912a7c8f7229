//! `flexready explain` and `flexready checks`: the check catalog, from the check records.

use clap::{Args as ClapArgs, ValueEnum};

use super::{Error, Output, known_check, layout};
use crate::report;

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The check's id
    check: String,
}

#[derive(Debug, ClapArgs)]
pub struct ListArgs {
    /// List the official rules instead, each with the checks that stand for it
    #[arg(long)]
    official: bool,
    #[arg(long, default_value = "plain")]
    format: ListFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    Plain,
    Json,
}

pub(super) fn run(args: &Args) -> Result<Output, Error> {
    Ok(Output::text(report::explain::explain(
        known_check(&args.check)?,
        layout(),
    )))
}

pub(super) fn list(args: &ListArgs) -> Output {
    Output::text(match (args.official, args.format) {
        (false, ListFormat::Plain) => report::catalogue_plain(),
        (false, ListFormat::Json) => report::catalogue_json(),
        (true, ListFormat::Plain) => report::coverage_plain(),
        (true, ListFormat::Json) => report::coverage_json(),
    })
}
