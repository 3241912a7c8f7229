//! `flexready merge`: merges the reports of all shards of a fleet.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::out::Out;
use super::reports;
use super::showing::Showing;
use super::{Console, Error, Output};
use crate::report::{Report, merge};

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The JSON reports of all parts
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) showing: Showing,
}

pub(super) fn run(args: &Args, console: &mut Console) -> Result<Output, Error> {
    let read = |path: &PathBuf| Ok((path.display().to_string(), reports::report(path)?));
    let parts = args.reports.iter().map(read);
    let parts: Vec<(String, Report)> = parts.collect::<Result<_, Error>>()?;
    let report = merge(parts)?;
    let out = args.showing.out.as_deref();
    let out = out.map(Out::prepare).transpose()?;
    args.showing.show(&report, out, console)
}
