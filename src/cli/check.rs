//! `flexready check`: one migration, judged.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::connect::{Ways, block_on};
use super::said::Said;
use super::{Error, Output, known_check, layout};
use crate::inputs::recording::{Recorder, Recording, now};
use crate::plan::Migration;
use crate::question::{Answers, Origin};
use crate::report::{self, Report};
use crate::verdict::{FailOn, Policy};

/// What stdout gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Plain,
    Json,
}

#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    ways: Ways,
    /// Judge a recording instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = ["source", "plan", "only", "record", "migration_user"], help_heading = "Recordings")]
    from: Option<PathBuf>,
    /// Keep all answers in a new folder
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    record: Option<PathBuf>,
    /// What to print
    #[arg(long, default_value = "plain", help_heading = "The report")]
    format: Format,
    #[command(flatten)]
    judging: Judging,
}

/// How outcomes are weighed.
#[derive(Debug, Clone, ClapArgs)]
pub struct Judging {
    /// Run these checks alone
    #[arg(long = "check", value_name = "ID", help_heading = "Judging")]
    checks: Vec<String>,
    /// Leave these checks out
    #[arg(long, value_name = "ID", help_heading = "Judging")]
    skip: Vec<String>,
    /// From which verdict on the exit code is not 0
    #[arg(long, default_value = "blocker", help_heading = "Judging")]
    fail_on: FailOn,
    /// Count every check that could not be answered as what it would be if it failed
    #[arg(long, help_heading = "Judging")]
    strict: bool,
    /// Count this check as a note when it could not be answered
    #[arg(long, value_name = "ID", help_heading = "Judging")]
    allow_unknown: Vec<String>,
}

impl Judging {
    fn policy(&self) -> Result<Policy, Error> {
        for id in self
            .checks
            .iter()
            .chain(&self.skip)
            .chain(&self.allow_unknown)
        {
            known_check(id)?;
        }
        Ok(Policy {
            strict: self.strict,
            allow_unknown: self.allow_unknown.clone(),
            only: self.checks.clone(),
            skip: self.skip.clone(),
            fail_on: self.fail_on,
        })
    }
}

pub(super) fn run(args: &Args) -> Result<Output, Error> {
    let policy = args.judging.policy()?;
    let report = match &args.from {
        Some(folder) => replay(args, &Recording::open(folder)?, &policy)?,
        None => live(args, &policy)?,
    };
    let text = match args.format {
        Format::Plain => report::plain::plain(&report, layout()),
        Format::Json => report::json(&report),
    };
    Ok(Output {
        text,
        exit_code: report.exit_code,
    })
}

fn replay(args: &Args, recording: &Recording, policy: &Policy) -> Result<Report, Error> {
    let mut migration: Migration = recording
        .migrations()
        .first()
        .cloned()
        .ok_or(Error::NothingRecorded)?;
    args.said.details.apply(&mut migration)?;
    block_on(
        false,
        crate::check(&migration, recording, recording.start(), policy),
    )
    .map(|run| run.report)
}

fn live(args: &Args, policy: &Policy) -> Result<Report, Error> {
    let meant = args.said.meant()?;
    let live = args.ways.live(&meant)?;
    let recorder = args.record.as_deref().map(Recorder::create).transpose()?;
    let start = Answers::new(now(), Origin::Recorded);
    let run = block_on(true, crate::check(&meant.migration, &live, start, policy))?;
    if let Some(recorder) = recorder {
        recorder.write(std::slice::from_ref(&meant.migration), &run.answers)?;
    }
    tracing::info!(rounds = run.rounds.0, "asked all that was to be asked");
    Ok(run.report)
}
