//! `flexready fix`: prints a bash script that fixes the findings of a migration. Runs nothing.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::backend::recording::Recording;
use crate::cli::args::connection::ConnectionArgs;
use crate::cli::args::live_only::live_only_options;
use crate::cli::args::migration::MigrationArgs;
use crate::cli::console::Output;
use crate::cli::error::CliError;
use crate::cli::live_run::LiveRun;
use crate::cli::recorded_migration::select_migration;
use crate::cli::runtime::block_on;
use crate::config::Migration;
use crate::config::policy_rules::PolicyRules;
use crate::facts::Facts;
use crate::fix;
use crate::question::Answers;
use crate::verdict::{Policy, evaluate};

#[derive(Debug, ClapArgs)]
pub struct FixArgs {
    #[command(flatten)]
    migration_args: MigrationArgs,
    #[command(flatten)]
    connection_args: ConnectionArgs,
    /// The recording to read; without one, live servers are asked
    #[arg(value_name = "RECORDING", conflicts_with_all = live_only_options())]
    recording: Option<PathBuf>,
    /// The same as RECORDING
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "recording",
        conflicts_with_all = live_only_options(),
        help_heading = "Recordings"
    )]
    from: Option<PathBuf>,
    /// What to put back once the migration is complete; from the answers that the fix was made from
    #[arg(long)]
    restore: bool,
}

pub(crate) fn run(args: &FixArgs) -> Result<Output, CliError> {
    let (migration, answers, rules) = match args.recording.as_ref().or(args.from.as_ref()) {
        Some(folder) => read_recording(args, &Recording::open(folder)?)?,
        None => query_live(args)?,
    };
    let policy = Policy {
        rules,
        ..Policy::default()
    };
    let facts = Facts::read(&migration, &answers);
    let judgement = evaluate(&facts, &policy);
    let script = if args.restore {
        fix::restore_script(&facts, &judgement)
    } else {
        fix::preparation_script(&facts, &judgement)
    };
    Ok(Output::text(script))
}

type FixInputs = (Migration, Answers, PolicyRules);

fn read_recording(args: &FixArgs, recording: &Recording) -> Result<FixInputs, CliError> {
    let (migration, rules) = select_migration(recording, &args.migration_args)?;
    let backend = recording.for_migration(Some(&migration.name));
    let seed = recording.empty_answers();
    let collection = crate::collect_answers(&migration, &backend, seed);
    let (answers, _) = block_on(false, collection)?;
    Ok((migration, answers, rules))
}

fn query_live(args: &FixArgs) -> Result<FixInputs, CliError> {
    let live = LiveRun::prepare(&args.migration_args, &args.connection_args)?;
    let (answers, _) = live.collect_answers()?;
    Ok((live.resolved.migration, answers, live.rules))
}
