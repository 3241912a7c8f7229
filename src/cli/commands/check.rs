//! `flexready check`: checks one migration.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args as ClapArgs;

use crate::backend::recording::{Recorder, Recording, now};
use crate::backend::redact;
use crate::cli::args::connection::{ConnectionArgs, block_on};
use crate::cli::args::duration::parse_age;
use crate::cli::args::migration::{LIVE_ONLY_OPTIONS, MigrationArgs};
use crate::cli::output::OutputArgs;
use crate::cli::output_dir::OutputDir;
use crate::cli::{CliError, Console, Output, find_check};
use crate::config::Migration;
use crate::config::policy_rules::PolicyRules;
use crate::question::{Answers, Origin};
use crate::report::Report;
use crate::verdict::{FailOn, Policy};

#[derive(Debug, ClapArgs)]
pub struct CheckArgs {
    #[command(flatten)]
    migration_args: MigrationArgs,
    #[command(flatten)]
    connection_args: ConnectionArgs,
    /// Judge a recording instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = LIVE_ONLY_OPTIONS, conflicts_with = "record", help_heading = "Recordings")]
    from: Option<PathBuf>,
    /// Refuse a recording that is older: 7d, 36h, 90m
    #[arg(long, value_name = "AGE", value_parser = parse_age, requires = "from", help_heading = "Recordings")]
    max_age: Option<Duration>,
    /// Keep all answers in a new folder, or in a new .tar.gz
    #[arg(long, value_name = "DIR", help_heading = "Recordings")]
    record: Option<PathBuf>,
    /// Give names, hosts and ids pseudonyms in what is kept
    #[arg(long, requires = "record", help_heading = "Recordings")]
    redact: bool,
    #[command(flatten)]
    pub(crate) output_args: OutputArgs,
    #[command(flatten)]
    policy_args: PolicyArgs,
}

/// How outcomes are weighed.
#[derive(Debug, Clone, ClapArgs)]
pub struct PolicyArgs {
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

impl PolicyArgs {
    pub(crate) fn to_policy(&self) -> Result<Policy, CliError> {
        for id in self
            .checks
            .iter()
            .chain(&self.skip)
            .chain(&self.allow_unknown)
        {
            find_check(id)?;
        }
        Ok(Policy {
            strict: self.strict,
            allow_unknown: self.allow_unknown.clone(),
            only: self.checks.clone(),
            skip: self.skip.clone(),
            fail_on: self.fail_on,
            rules: PolicyRules::default(),
        })
    }
}

pub(crate) fn run(args: &CheckArgs, console: &mut Console) -> Result<Output, CliError> {
    let out = args.output_args.out.as_deref();
    let out = out.map(OutputDir::prepare).transpose()?;
    let policy = args.policy_args.to_policy()?;
    let (report, recorded) = match &args.from {
        Some(folder) => (replay(args, &Recording::open(folder)?, policy)?, Ok(0)),
        None => check_live(args, policy)?,
    };
    // The report is written even if the recording failed
    let output = args.output_args.write_report(&report, out, console)?;
    recorded.map(|_| output)
}

fn replay(args: &CheckArgs, recording: &Recording, policy: Policy) -> Result<Report, CliError> {
    if let Some(max_age) = args.max_age {
        recording.check_age(max_age, now())?;
    }
    let mut migration =
        find_recorded_migration(recording, args.migration_args.migration.as_deref())?;
    let plan = args.migration_args.read_plan()?;
    let policy = Policy {
        rules: plan.map(|p| p.rules).unwrap_or_default(),
        ..policy
    };
    args.migration_args.options.apply_to(&mut migration)?;
    block_on(
        false,
        crate::check(
            &migration,
            &recording.for_migration(Some(&migration.name)),
            recording.empty_answers(),
            &policy,
        ),
    )
    .map(|run| run.report)
}

/// Writes a recording, with pseudonyms if `redact` is set. Returns the number of withheld answers.
pub(crate) fn write_recording(
    recorder: &Recorder,
    migration: &Migration,
    answers: &Answers,
    redact: bool,
) -> Result<usize, CliError> {
    if !redact {
        return Ok(recorder.write(std::slice::from_ref(migration), answers)?);
    }
    let (migration, answers) = redact::redact(migration, answers);
    Ok(recorder.write(&[migration], &answers)?)
}

/// The maximum number of names in an error.
const MAX_LISTED_NAMES: usize = 10;

/// The migration with this name in a recording; without a name, its only migration.
pub(crate) fn find_recorded_migration(
    recording: &Recording,
    name: Option<&str>,
) -> Result<Migration, CliError> {
    let all = recording.migrations();
    match (name, all) {
        (_, []) => Err(CliError::EmptyRecording),
        (None, [only]) => Ok(only.clone()),
        (None, all) => Err(CliError::AmbiguousRecording {
            count: all.len(),
            names: list_names(all),
        }),
        (Some(name), all) => {
            let found = all.iter().find(|m| m.name == name);
            found
                .cloned()
                .ok_or_else(|| CliError::MigrationNotRecorded {
                    name: name.to_owned(),
                    names: list_names(all),
                })
        }
    }
}

/// The first names, because a fleet can have thousands.
fn list_names(all: &[Migration]) -> String {
    let first = all.iter().take(MAX_LISTED_NAMES).map(|m| m.name.as_str());
    let mut names: Vec<&str> = first.collect();
    if all.len() > MAX_LISTED_NAMES {
        names.push("…");
    }
    names.join(", ")
}

/// The report, and the result of writing the recording.
fn check_live(
    args: &CheckArgs,
    policy: Policy,
) -> Result<(Report, Result<usize, CliError>), CliError> {
    let (request, rules) = args.migration_args.to_request()?;
    let deadline = args.connection_args.deadline();
    let resolved = args.connection_args.resolve(request, deadline)?;
    let policy = Policy { rules, ..policy };
    let live = args.connection_args.live_backend(&resolved, deadline)?;
    let recorder = args.record.as_deref().map(Recorder::create).transpose()?;
    let seed = Answers::new(now(), Origin::Recorded);
    let run = block_on(true, async {
        live.sign_in().await;
        crate::check(&resolved.migration, &live, seed, &policy).await
    })?;
    tracing::info!(rounds = run.rounds.0, "asked all that was to be asked");
    let recorded = recorder.map_or(Ok(0), |recorder| {
        write_recording(&recorder, &resolved.migration, &run.answers, args.redact)
    });
    Ok((run.report, recorded))
}
