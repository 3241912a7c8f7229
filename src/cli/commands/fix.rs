//! `flexready fix`: prints a bash script that fixes the findings of a migration. Runs nothing.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::check::find_recorded_migration;
use crate::backend::recording::{Recording, now};
use crate::cli::args::connection::{ConnectionArgs, block_on};
use crate::cli::args::migration::{LIVE_ONLY_OPTIONS, MigrationArgs};
use crate::cli::{CliError, Output};
use crate::config::Migration;
use crate::config::policy_rules::PolicyRules;
use crate::facts::Facts;
use crate::fix;
use crate::question::{Answers, Origin};
use crate::verdict::{Policy, evaluate};

#[derive(Debug, ClapArgs)]
pub struct FixArgs {
    #[command(flatten)]
    migration_args: MigrationArgs,
    #[command(flatten)]
    connection_args: ConnectionArgs,
    /// The recording to read; without one, live servers are asked
    #[arg(value_name = "RECORDING", conflicts_with_all = LIVE_ONLY_OPTIONS)]
    recording: Option<PathBuf>,
    /// The same as RECORDING
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "recording",
        conflicts_with_all = LIVE_ONLY_OPTIONS,
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
    let mut migration =
        find_recorded_migration(recording, args.migration_args.migration.as_deref())?;
    args.migration_args.options.apply_to(&mut migration)?;
    let rules = args
        .migration_args
        .read_plan()?
        .map(|p| p.rules)
        .unwrap_or_default();
    let answers = recording.for_migration(Some(&migration.name));
    let (answers, _) = block_on(
        false,
        crate::collect_answers(&migration, &answers, recording.empty_answers()),
    )?;
    Ok((migration, answers, rules))
}

fn query_live(args: &FixArgs) -> Result<FixInputs, CliError> {
    let (request, rules) = args.migration_args.to_request()?;
    let deadline = args.connection_args.deadline();
    let resolved = args.connection_args.resolve(request, deadline)?;
    let live = args.connection_args.live_backend(&resolved, deadline)?;
    let seed = Answers::new(now(), Origin::Recorded);
    let (answers, _) = block_on(true, async {
        live.sign_in().await;
        crate::collect_answers(&resolved.migration, &live, seed).await
    })?;
    Ok((resolved.migration, answers, rules))
}
