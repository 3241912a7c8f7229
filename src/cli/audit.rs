//! `flexready audit`: checks many servers and builds one report.

mod args;
mod gathered;
mod replay;
mod resumed;
mod running;
mod search;

use std::path::Path;
use std::time::Duration;

use super::connect::block_on;
use super::out::Out;
use super::{Console, Error, Output};
use crate::Width;
use crate::checks::command::quote;
use crate::inputs::fleet::Interrupt;
use crate::inputs::recording::{FleetRecorder, Recording, now};
use crate::plan::file::Plan;
use crate::plan::fleet::FleetNote;
use crate::plan::judging::Rules;
use crate::question::{Answers, Origin};
use crate::report::{self, Report};
use crate::verdict::Policy;
use running::{Run, looking};
use search::Search;

pub use args::Args;

/// The default timeout of an audit.
const TIME: Duration = Duration::from_secs(3_600);

pub(super) fn run(args: &Args, console: &mut Console) -> Result<Output, Error> {
    let plan = args.plan()?;
    let rules = plan.as_ref().map(Plan::rules_among_others);
    let policy = Policy {
        rules: rules.unwrap_or_else(Rules::default),
        ..args.judging.policy()?
    };
    let out = args.showing.out.as_deref();
    let out = out.map(Out::prepare).transpose()?;
    let (report, kept) = match &args.from {
        Some(folder) => {
            let recording = Recording::open(folder)?;
            let report = replay::run(args, &recording, plan.as_ref(), &policy, console)?;
            (report, Ok(()))
        }
        None => live(args, plan.as_ref(), &policy, console)?,
    };
    // The report is written even if the recording failed
    let output = show(args, &report, out, console)?;
    kept.map(|()| output)
}

fn show(
    args: &Args,
    report: &Report,
    out: Option<Out>,
    console: &mut Console,
) -> Result<Output, Error> {
    if !args.shown().streams {
        return args.showing.show(report, out, console);
    }
    out.map(|out| out.write(report)).transpose()?;
    let last = report::fleet_line(report).unwrap_or_default();
    console.print(|out| out.write_all(last.as_bytes()))?;
    Ok(Output {
        text: String::new(),
        exit_code: report.exit_code,
    })
}

/// ARM requests run 16 at a time, and this many servers keep them busy. Each server in progress uses about 1 MB of
/// memory.
const LIVE: Width = Width {
    subscriptions: 24,
    migrations: 24,
};

/// The report, and the result of writing the recording.
fn live(
    args: &Args,
    plan: Option<&Plan>,
    policy: &Policy,
    console: &mut Console,
) -> Result<(Report, Result<(), Error>), Error> {
    let before = args.resume.as_deref().map(Recording::open).transpose()?;
    if args.fleet().is_empty() && plan.is_none() && before.is_none() {
        return Err(Error::NothingToAudit);
    }
    let timeout = args.ways.timeout.unwrap_or(TIME);
    let search = Search {
        fleet: args.fleet(),
        filter: args.filter(),
        part: args.part()?,
        plan,
        before: before.as_ref(),
        ways: &args.ways,
        api_version: &args.api_version,
        timeout,
        interrupt: Interrupt::default(),
    };
    let start = match &before {
        // The oldest answers determine the time of the whole run.
        Some(before) => before.start(),
        None => Answers::new(now(), Origin::Recorded),
    };
    let prepared = search.prepare()?;
    let recorder = args
        .record
        .as_deref()
        .map(FleetRecorder::create)
        .transpose()?;
    let work = async {
        looking(console);
        let found = search.found(prepared, start.clone()).await?;
        if let Some(recorder) = &recorder {
            recorder.keep(None, &found.answers);
        }
        let (migrations, note) = (found.migrations(), found.note.clone());
        let run = Run {
            start: &start,
            policy,
            width: LIVE,
            recorder: recorder.as_ref(),
            shown: args.shown(),
        };
        let azure = found.azure.clone();
        let members = found.members;
        let judged = run
            .watched(members, console, &search.interrupt, azure.as_deref())
            .await?;
        let note = FleetNote {
            interrupted: search.interrupt.is_set(),
            ..note
        };
        let asker = azure.map(|azure| crate::inputs::Source::asker(&*azure));
        Ok::<_, Error>((judged, migrations, note, asker.unwrap_or_default()))
    };
    let (judged, migrations, note, asker) = block_on(true, work)??;
    let mut start = start;
    start.asker = asker.clone();
    let kept = recorder.map_or(Ok(()), |recorder| {
        recorder.finish(migrations, note.clone(), asker, start.recorded_at)
    });
    if let (true, true, Some(recording)) = (note.interrupted, kept.is_ok(), &args.record) {
        tracing::warn!("interrupted; `{}` goes on", going_on(args, recording));
    }
    let report = report::assemble(judged, &start, policy, Some(note));
    Ok((report, kept.map_err(Error::from)))
}

/// The command that resumes an interrupted run and writes a new recording next to the old one.
fn going_on(args: &Args, recording: &Path) -> String {
    let folder = recording.to_string_lossy();
    let (stem, archive) = match folder.strip_suffix(".tar.gz") {
        Some(stem) => (stem, ".tar.gz"),
        None => (folder.trim_end_matches('/'), ""),
    };
    let free = |number: &u32| !Path::new(&format!("{stem}-{number}{archive}")).exists();
    let number = (2..).find(free).unwrap_or(2);
    let plan = args.plan.as_ref();
    let plan = plan.map(|plan| format!(" --plan {}", quote(&plan.to_string_lossy())));
    format!(
        "flexready audit --resume {} --record {}{}",
        quote(&folder),
        quote(&format!("{stem}-{number}{archive}")),
        plan.unwrap_or_default()
    )
}
