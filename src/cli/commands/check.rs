//! `flexready check`: checks one migration.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args as ClapArgs;

use crate::backend::recording::{Recorder, Recording, now};
use crate::cli::args::connection::ConnectionArgs;
use crate::cli::args::duration::parse_age;
use crate::cli::args::live_only::live_only_options;
use crate::cli::args::migration::MigrationArgs;
use crate::cli::args::output::OutputArgs;
use crate::cli::args::policy::PolicyArgs;
use crate::cli::console::{Console, Output};
use crate::cli::error::CliError;
use crate::cli::live_run::LiveRun;
use crate::cli::output_dir::OutputDir;
use crate::cli::recorded_migration::{select_migration, write_recording};
use crate::cli::runtime::block_on;
use crate::report::Report;
use crate::verdict::Policy;

#[derive(Debug, ClapArgs)]
pub struct CheckArgs {
    #[command(flatten)]
    migration_args: MigrationArgs,
    #[command(flatten)]
    connection_args: ConnectionArgs,
    /// Judge a recording instead of live servers
    #[arg(long, value_name = "DIR", conflicts_with_all = live_only_options(), conflicts_with = "record", help_heading = "Recordings")]
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
    let (migration, rules) = select_migration(recording, &args.migration_args)?;
    let policy = Policy { rules, ..policy };
    let backend = recording.for_migration(Some(&migration.name));
    let seed = recording.empty_answers();
    let run = crate::check(&migration, &backend, seed, &policy);
    block_on(false, run).map(|run| run.report)
}

/// The report, and the result of writing the recording.
fn check_live(
    args: &CheckArgs,
    policy: Policy,
) -> Result<(Report, Result<usize, CliError>), CliError> {
    let live = LiveRun::prepare(&args.migration_args, &args.connection_args)?;
    let recorder = args.record.as_deref().map(Recorder::create).transpose()?;
    let (answers, rounds) = live.collect_answers()?;
    tracing::info!(rounds = rounds.0, "asked all that was to be asked");
    let policy = Policy {
        rules: live.rules,
        ..policy
    };
    let migration = &live.resolved.migration;
    let report = crate::evaluate_answers(migration, &answers, &policy);
    let recorded = recorder.map_or(Ok(0), |recorder| {
        write_recording(&recorder, migration, &answers, args.redact)
    });
    Ok((report, recorded))
}
