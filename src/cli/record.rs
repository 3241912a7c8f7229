//! `flexready record`: records all answers that a check needs in a directory or an archive.
//!
//! The recording is read back, checked, and compared with the outcome of the original answers. A difference is an
//! error. The exit code reports whether the recording is complete, not its verdict.

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
use crate::report::text::visible;
use crate::verdict::{Judgement, Outcome, Policy, Verdict, judge};

/// The maximum number of failed questions in the log.
const MOST_NAMED: usize = 10;

/// The maximum number of affected checks in the log, for each failed question.
const MOST_WAITING: usize = 3;

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit codes: 0 kept, 2 could not run, 3 kept, but incomplete (something that may hide a blocker was not answered)."
)]
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
    let replayed = replayed(&Recording::open(&args.folder)?)?;
    let judged = judged(&meant.migration, &answers);
    let alike = match withheld {
        0 => {
            compare(&judged, &replayed)?;
            "read back and judged alike".to_owned()
        }
        n => format!("{n} withheld, which a replay does not know"),
    };
    let refused = name_refused(&answers, &judged);
    let all = answers.iter().count();
    let folder = args.folder.display();
    let text = format!(
        "{all} questions asked, {refused} refused; {alike}; judge with `flexready check --from {folder}`\n"
    );
    Ok(Output {
        text,
        exit_code: match replayed.verdict {
            Verdict::Incomplete => 3,
            _ => 0,
        },
    })
}

/// Logs the first failed questions, each with the checks that need it. Returns the number of failed questions.
fn name_refused(answers: &Answers, judged: &Judgement) -> usize {
    let refused = answers.iter().filter_map(|(key, answer)| match answer {
        Answer::Refused(refusal) => Some(format!("{key}: {refusal}{}", waiting(key, judged))),
        Answer::Given(_) => None,
    });
    let refused: Vec<String> = refused.collect();
    for one in refused.iter().take(MOST_NAMED) {
        tracing::warn!("not answered: {}", visible(one));
    }
    if refused.len() > MOST_NAMED {
        tracing::warn!("… and {} more", refused.len() - MOST_NAMED);
    }
    refused.len()
}

/// The checks that need the answer to a question, as in ` (waited for by a, b)`.
fn waiting(key: &str, judged: &Judgement) -> String {
    let waits = |o: &&Outcome| o.missing.iter().any(|m| m.question.as_deref() == Some(key));
    let ids = judged.outcomes.iter().filter(waits).map(|o| o.check.id);
    let ids: Vec<&str> = ids.collect();
    let more = match ids.len().saturating_sub(MOST_WAITING) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match ids.as_slice() {
        [] => String::new(),
        ids => format!(
            " (waited for by {}{more})",
            ids[..ids.len().min(MOST_WAITING)].join(", ")
        ),
    }
}

/// Checks the written recording.
fn replayed(written: &Recording) -> Result<Judgement, Error> {
    let migration = recorded(written, None)?;
    let (answers, _) = block_on(false, crate::gather(&migration, written, written.start()))?;
    Ok(judged(&migration, &answers))
}

fn compare(one: &Judgement, other: &Judgement) -> Result<(), Error> {
    match difference(one, other) {
        Some(what) => Err(Error::ReplayDiffers { what }),
        None => Ok(()),
    }
}

fn judged(migration: &Migration, answers: &Answers) -> Judgement {
    judge(&Facts::read(migration, answers), &Policy::default())
}

/// The first difference of two judgements: the status, weight or number of findings of a check, otherwise the verdict.
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
