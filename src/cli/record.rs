//! `flexready record`: all that a check asks, kept in a folder, without the judging.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::connect::{Ways, block_on};
use super::said::Said;
use super::{Error, Output};
use crate::inputs::recording::{Recorder, now};
use crate::question::{Answer, Answers, Origin};

#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    ways: Ways,
    /// The folder to write; it must not hold anything yet
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<Output, Error> {
    let (wanted, _) = args.said.wanted()?;
    let meant = args.ways.meant(wanted)?;
    let live = args.ways.live(&meant)?;
    let recorder = Recorder::create(&args.folder)?;
    let start = Answers::new(now(), Origin::Recorded);
    let (answers, _) = block_on(true, async {
        live.sign_in().await;
        crate::gather(&meant.migration, &live, start).await
    })?;
    recorder.write(std::slice::from_ref(&meant.migration), &answers)?;
    let refused = answers
        .iter()
        .filter(|(_, a)| matches!(a, Answer::Refused(_)))
        .count();
    let all = answers.iter().count();
    let folder = args.folder.display();
    let text = format!(
        "{all} questions asked, {refused} refused; judge with `flexready check --from {folder}`\n"
    );
    Ok(Output {
        text,
        exit_code: if refused == 0 { 0 } else { 3 },
    })
}
