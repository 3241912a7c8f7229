//! `flexready fix`: prints a bash script that fixes the findings of a migration. Runs nothing.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::check::recorded;
use super::connect::{Ways, block_on};
use super::said::{LIVE_ALONE, Said};
use super::{Error, Output};
use crate::facts::Facts;
use crate::inputs::recording::{Recording, now};
use crate::plan::Migration;
use crate::plan::judging::Rules;
use crate::question::{Answers, Origin};
use crate::remedy::fix;
use crate::verdict::{Policy, judge};

#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    ways: Ways,
    /// The recording to read; without one, live servers are asked
    #[arg(value_name = "RECORDING", conflicts_with_all = LIVE_ALONE)]
    recording: Option<PathBuf>,
    /// The same as RECORDING
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "recording",
        conflicts_with_all = LIVE_ALONE,
        help_heading = "Recordings"
    )]
    from: Option<PathBuf>,
    /// What to put back once the migration is complete; from the answers that the fix was made from
    #[arg(long)]
    restore: bool,
}

pub(super) fn run(args: &Args) -> Result<Output, Error> {
    let (migration, answers, rules) = match args.recording.as_ref().or(args.from.as_ref()) {
        Some(folder) => replayed(args, &Recording::open(folder)?)?,
        None => asked(args)?,
    };
    let policy = Policy {
        rules,
        ..Policy::default()
    };
    let facts = Facts::read(&migration, &answers);
    let judgement = judge(&facts, &policy);
    let script = if args.restore {
        fix::restore(&facts, &judgement)
    } else {
        fix::before(&facts, &judgement)
    };
    Ok(Output::text(script))
}

type Known = (Migration, Answers, Rules);

fn replayed(args: &Args, recording: &Recording) -> Result<Known, Error> {
    let mut migration = recorded(recording, args.said.migration.as_deref())?;
    args.said.details.apply(&mut migration)?;
    let rules = args.said.read_plan()?.map(|p| p.rules).unwrap_or_default();
    let answers = recording.of(Some(&migration.name));
    let (answers, _) = block_on(
        false,
        crate::gather(&migration, &answers, recording.start()),
    )?;
    Ok((migration, answers, rules))
}

fn asked(args: &Args) -> Result<Known, Error> {
    let (wanted, rules) = args.said.wanted()?;
    let deadline = args.ways.deadline();
    let meant = args.ways.meant(wanted, deadline)?;
    let live = args.ways.live(&meant, deadline)?;
    let start = Answers::new(now(), Origin::Recorded);
    let (answers, _) = block_on(true, async {
        live.sign_in().await;
        crate::gather(&meant.migration, &live, start).await
    })?;
    Ok((meant.migration, answers, rules))
}
