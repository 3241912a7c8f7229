//! `flexready record`: records all answers that a check needs in a directory or an archive.
//!
//! The recording is read back, checked, and compared with the outcome of the original answers. A difference is an
//! error. The exit code reports whether the recording is complete, not its verdict.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::backend::recording::{Recorder, Recording};
use crate::cli::args::connection::ConnectionArgs;
use crate::cli::args::migration::MigrationArgs;
use crate::cli::console::Output;
use crate::cli::error::CliError;
use crate::cli::live_run::LiveRun;
use crate::cli::recorded_migration::{find_migration, write_recording};
use crate::cli::runtime::block_on;
use crate::config::Migration;
use crate::facts::Facts;
use crate::question::{Answer, Answers};
use crate::report::sanitize::escape_control;
use crate::verdict::{CheckOutcome, Evaluation, Policy, Verdict, evaluate};

/// The maximum number of failed questions in the log.
const MAX_LISTED_QUESTIONS: usize = 10;

/// The maximum number of affected checks in the log, for each failed question.
const MAX_LISTED_CHECKS: usize = 3;

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit codes: 0 kept, 2 could not run, 3 kept, but incomplete (something that may hide a blocker was not answered)."
)]
pub struct RecordArgs {
    #[command(flatten)]
    migration_args: MigrationArgs,
    #[command(flatten)]
    connection_args: ConnectionArgs,
    /// Give names, hosts and ids pseudonyms, so that the recording can be shared
    #[arg(long, help_heading = "Recordings")]
    redact: bool,
    /// The folder to write, or the file that ends in .tar.gz; it must not hold anything yet
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(args: &RecordArgs) -> Result<Output, CliError> {
    let live = LiveRun::prepare(&args.migration_args, &args.connection_args)?;
    let recorder = Recorder::create(&args.folder)?;
    let (answers, _) = live.collect_answers()?;
    let migration = &live.resolved.migration;
    let withheld = write_recording(&recorder, migration, &answers, args.redact)?;
    let replayed = replay_recording(&Recording::open(&args.folder)?)?;
    let judgement = evaluate_answers(migration, &answers);
    let comparison = match withheld {
        0 => {
            ensure_same_outcome(&judgement, &replayed)?;
            "read back and judged alike".to_owned()
        }
        n => format!("{n} withheld, which a replay does not know"),
    };
    let refused = warn_failed_questions(&answers, &judgement);
    let all = answers.iter().count();
    let folder = args.folder.display();
    let text = format!(
        "{all} questions asked, {refused} refused; {comparison}; judge with `flexready check --from {folder}`\n"
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
fn warn_failed_questions(answers: &Answers, judgement: &Evaluation) -> usize {
    let refused = answers.iter().filter_map(|(key, answer)| match answer {
        Answer::Failed(refusal) => Some(format!(
            "{key}: {refusal}{}",
            affected_checks(key, judgement)
        )),
        Answer::Body(_) => None,
    });
    let refused: Vec<String> = refused.collect();
    for one in refused.iter().take(MAX_LISTED_QUESTIONS) {
        tracing::warn!("not answered: {}", escape_control(one));
    }
    if refused.len() > MAX_LISTED_QUESTIONS {
        tracing::warn!("… and {} more", refused.len() - MAX_LISTED_QUESTIONS);
    }
    refused.len()
}

/// The checks that need the answer to a question, as in ` (waited for by a, b)`.
fn affected_checks(key: &str, judgement: &Evaluation) -> String {
    let waits = |o: &&CheckOutcome| {
        o.missing
            .iter()
            .any(|m| m.question_key().as_deref() == Some(key))
    };
    let ids = judgement.outcomes.iter().filter(waits).map(|o| o.check.id);
    let ids: Vec<&str> = ids.collect();
    let more = match ids.len().saturating_sub(MAX_LISTED_CHECKS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match ids.as_slice() {
        [] => String::new(),
        ids => format!(
            " (waited for by {}{more})",
            ids[..ids.len().min(MAX_LISTED_CHECKS)].join(", ")
        ),
    }
}

/// Checks the written recording.
fn replay_recording(recording: &Recording) -> Result<Evaluation, CliError> {
    let migration = find_migration(recording, None)?;
    let (answers, _) = block_on(
        false,
        crate::collect_answers(&migration, recording, recording.empty_answers()),
    )?;
    Ok(evaluate_answers(&migration, &answers))
}

fn ensure_same_outcome(one: &Evaluation, other: &Evaluation) -> Result<(), CliError> {
    match first_difference(one, other) {
        Some(what) => Err(CliError::ReplayDiffers { what }),
        None => Ok(()),
    }
}

fn evaluate_answers(migration: &Migration, answers: &Answers) -> Evaluation {
    evaluate(&Facts::read(migration, answers), &Policy::default())
}

/// The first difference of two judgements: the status, weight or number of findings of a check, otherwise the verdict.
fn first_difference(one: &Evaluation, other: &Evaluation) -> Option<String> {
    let mut pairs = one.outcomes.iter().zip(&other.outcomes);
    let check = pairs.find(|(a, b)| {
        (a.status, a.worst_severity(), a.findings.len())
            != (b.status, b.worst_severity(), b.findings.len())
    });
    match check {
        Some((a, b)) => Some(format!("`{}`: {}, then {}", a.check.id, a.status, b.status)),
        None if one.verdict != other.verdict => Some("the verdict".to_owned()),
        None => None,
    }
}
