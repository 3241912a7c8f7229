//! `flexready check`: checks one migration.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args as ClapArgs;

use super::connect::{Ways, block_on};
use super::duration::age;
use super::out::Out;
use super::said::{LIVE_ALONE, Said};
use super::showing::Showing;
use super::{Console, Error, Output, known_check};
use crate::inputs::pseudonyms;
use crate::inputs::recording::{Recorder, Recording, now};
use crate::plan::Migration;
use crate::plan::judging::Rules;
use crate::question::{Answers, Origin};
use crate::report::Report;
use crate::verdict::{FailOn, Policy};

#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    ways: Ways,
    /// Judge a recording instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = LIVE_ALONE, conflicts_with = "record", help_heading = "Recordings")]
    from: Option<PathBuf>,
    /// Refuse a recording that is older: 7d, 36h, 90m
    #[arg(long, value_name = "AGE", value_parser = age, requires = "from", help_heading = "Recordings")]
    max_age: Option<Duration>,
    /// Keep all answers in a new folder, or in a new .tar.gz
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    record: Option<PathBuf>,
    /// Give names, hosts and ids pseudonyms in what is kept
    #[arg(long, requires = "record", help_heading = "Recordings")]
    redact: bool,
    #[command(flatten)]
    pub(super) showing: Showing,
    #[command(flatten)]
    judging: Judging,
}

/// How outcomes are weighed.
#[derive(Debug, Clone, ClapArgs)]
pub struct Judging {
    /// Run this check alone; give it once for each, or several with commas between
    #[arg(
        long = "check",
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Judging"
    )]
    checks: Vec<String>,
    /// Leave this check out; give it once for each, or several with commas between
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Judging"
    )]
    skip: Vec<String>,
    /// From which verdict on the exit code is not 0
    #[arg(long, default_value = "blocker", help_heading = "Judging")]
    fail_on: FailOn,
    /// Count every check that could not be answered as what it would be if it failed
    #[arg(long, help_heading = "Judging")]
    strict: bool,
    /// Count this check as a note when it could not be answered; once for each, or with commas
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        help_heading = "Judging"
    )]
    allow_unknown: Vec<String>,
}

impl Judging {
    pub(super) fn policy(&self) -> Result<Policy, Error> {
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
            rules: Rules::default(),
        })
    }
}

pub(super) fn run(args: &Args, console: &mut Console) -> Result<Output, Error> {
    let out = args.showing.out.as_deref();
    let out = out.map(Out::prepare).transpose()?;
    let policy = args.judging.policy()?;
    let (report, kept) = match &args.from {
        Some(folder) => (replay(args, &Recording::open(folder)?, policy)?, Ok(0)),
        None => live(args, policy)?,
    };
    // The report is written even if the recording failed
    let output = args.showing.show(&report, out, console)?;
    kept.map(|_| output)
}

fn replay(args: &Args, recording: &Recording, policy: Policy) -> Result<Report, Error> {
    if let Some(most) = args.max_age {
        recording.no_older_than(most, now())?;
    }
    let mut migration = recorded(recording, args.said.migration.as_deref())?;
    let plan = args.said.read_plan()?;
    let policy = Policy {
        rules: plan.map(|p| p.rules).unwrap_or_default(),
        ..policy
    };
    args.said.details.apply(&mut migration)?;
    block_on(
        false,
        crate::check(
            &migration,
            &recording.of(Some(&migration.name)),
            recording.start(),
            &policy,
        ),
    )
    .map(|run| run.report)
}

/// Writes a recording, with pseudonyms if `redact` is set. Returns the number of withheld answers.
pub(super) fn keep(
    recorder: &Recorder,
    migration: &Migration,
    answers: &Answers,
    redact: bool,
) -> Result<usize, Error> {
    if !redact {
        return Ok(recorder.write(std::slice::from_ref(migration), answers)?);
    }
    let (migration, answers) = pseudonyms::of(migration, answers);
    Ok(recorder.write(&[migration], &answers)?)
}

/// The maximum number of names in an error.
const MOST_NAMES: usize = 10;

/// The migration with this name in a recording; without a name, its only migration.
pub(super) fn recorded(recording: &Recording, name: Option<&str>) -> Result<Migration, Error> {
    let all = recording.migrations();
    match (name, all) {
        (_, []) => Err(Error::NothingRecorded),
        (None, [only]) => Ok(only.clone()),
        (None, all) => Err(Error::AmbiguousRecording {
            count: all.len(),
            names: names(all),
        }),
        (Some(name), all) => {
            let found = all.iter().find(|m| m.name == name);
            found.cloned().ok_or_else(|| Error::NotRecorded {
                name: name.to_owned(),
                names: names(all),
            })
        }
    }
}

/// The first names, because a fleet can have thousands.
fn names(all: &[Migration]) -> String {
    let first = all.iter().take(MOST_NAMES).map(|m| m.name.as_str());
    let mut names: Vec<&str> = first.collect();
    if all.len() > MOST_NAMES {
        names.push("…");
    }
    names.join(", ")
}

/// The report, and the result of writing the recording.
fn live(args: &Args, policy: Policy) -> Result<(Report, Result<usize, Error>), Error> {
    let (wanted, rules) = args.said.wanted()?;
    let deadline = args.ways.deadline();
    let meant = args.ways.meant(wanted, deadline)?;
    let policy = Policy { rules, ..policy };
    let live = args.ways.live(&meant, deadline)?;
    let recorder = args.record.as_deref().map(Recorder::create).transpose()?;
    let start = Answers::new(now(), Origin::Recorded);
    let run = block_on(true, async {
        live.sign_in().await;
        crate::check(&meant.migration, &live, start, &policy).await
    })?;
    tracing::info!(rounds = run.rounds.0, "asked all that was to be asked");
    let kept = recorder.map_or(Ok(0), |recorder| {
        keep(&recorder, &meant.migration, &run.answers, args.redact)
    });
    Ok((run.report, kept))
}
