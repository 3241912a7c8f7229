//! `flexready record`: all that a check asks, kept in a folder or a file. What was written is read again at once and judged
//! beside the answers themselves: a recording that says otherwise is of no use to anybody.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::check::{keep, recorded};
use super::connect::{Ways, block_on};
use super::said::Said;
use super::{Error, Output};
use crate::facts::Facts;
use crate::inputs::recording::{Recorder, Recording, now};
use crate::plan::Migration;
use crate::question::{Answer, Answers, Origin};
use crate::verdict::{Judgement, Policy, judge};

#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    ways: Ways,
    /// Give names, hosts and ids pseudonyms, so that the recording can be shared
    #[arg(long, help_heading = "Recordings")]
    redact: bool,
    /// The folder to write, or the file that ends in .tar.gz; it must not hold anything yet
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<Output, Error> {
    let (wanted, _) = args.said.wanted()?;
    let deadline = args.ways.deadline();
    let meant = args.ways.meant(wanted, deadline)?;
    let live = args.ways.live(&meant, deadline)?;
    let recorder = Recorder::create(&args.folder)?;
    let start = Answers::new(now(), Origin::Recorded);
    let (answers, _) = block_on(true, async {
        live.sign_in().await;
        crate::gather(&meant.migration, &live, start).await
    })?;
    let withheld = keep(&recorder, &meant.migration, &answers, args.redact)?;
    let written = Recording::open(&args.folder)?;
    let alike = match withheld {
        0 => {
            compare(&meant.migration, &answers, &written)?;
            "read back and judged alike".to_owned()
        }
        n => format!("{n} withheld, which a replay does not know"),
    };
    let refused = answers
        .iter()
        .filter(|(_, a)| matches!(a, Answer::Refused(_)))
        .count();
    let all = answers.iter().count();
    let folder = args.folder.display();
    let text = format!(
        "{all} questions asked, {refused} refused; {alike}; judge with `flexready check --from {folder}`\n"
    );
    Ok(Output {
        text,
        exit_code: if refused + withheld == 0 { 0 } else { 3 },
    })
}

/// Judges what was written as the answers are judged.
fn compare(migration: &Migration, answers: &Answers, written: &Recording) -> Result<(), Error> {
    let again = recorded(written, None)?;
    let (replayed, _) = block_on(false, crate::gather(&again, written, written.start()))?;
    match difference(&judged(migration, answers), &judged(&again, &replayed)) {
        Some(what) => Err(Error::ReplayDiffers { what }),
        None => Ok(()),
    }
}

fn judged(migration: &Migration, answers: &Answers) -> Judgement {
    judge(&Facts::read(migration, answers), &Policy::default())
}

/// The first thing that the two say differently: the verdict, or the status or the weight of a check.
fn difference(one: &Judgement, other: &Judgement) -> Option<String> {
    let mut pairs = one.outcomes.iter().zip(&other.outcomes);
    let check = pairs.find(|(a, b)| {
        (a.status, a.weight(), a.findings.len()) != (b.status, b.weight(), b.findings.len())
    });
    match check {
        Some((a, b)) => Some(format!(
            "`{}`: {:?}, then {:?}",
            a.check.id, a.status, b.status
        )),
        None if one.verdict != other.verdict => Some("the verdict".to_owned()),
        None => None,
    }
}
