//! `flexready audit`: checks many servers and builds one report.

pub(super) mod args;
mod discovery;
mod replay;
mod run;

use std::path::Path;
use std::time::Duration;

use args::AuditArgs;
use discovery::Discovery;
use run::{FleetRun, show_searching};

use super::console::{Console, Output};
use super::error::CliError;
use super::output_dir::OutputDir;
use super::runtime::block_on;
use crate::backend::decorators::CancelFlag;
use crate::backend::recording::{FleetRecorder, Recording, now};
use crate::commands::quote::quote_bash;
use crate::config::fleet_scope::FleetSummary;
use crate::config::plan_file::Plan;
use crate::config::policy_rules::PolicyRules;
use crate::question::{Answers, Origin};
use crate::report::Report;
use crate::verdict::Policy;
use crate::{Concurrency, report};

/// The default timeout of an audit.
const DEFAULT_AUDIT_TIMEOUT: Duration = Duration::from_secs(3_600);

pub(super) fn run(args: &AuditArgs, console: &mut Console) -> Result<Output, CliError> {
    let plan = args.read_plan()?;
    let rules = plan.as_ref().map(Plan::audit_rules);
    let policy = Policy {
        rules: rules.unwrap_or_else(PolicyRules::default),
        ..args.policy_args.to_policy()?
    };
    let out = args.output_args.out.as_deref();
    let out = out.map(OutputDir::prepare).transpose()?;
    let (report, recorded) = match &args.from {
        Some(folder) => {
            let recording = Recording::open(folder)?;
            let report = replay::run(args, &recording, plan.as_ref(), &policy, console)?;
            (report, Ok(()))
        }
        None => audit_live(args, plan.as_ref(), &policy, console)?,
    };
    // The report is written even if the recording failed
    let output = write_report(args, &report, out, console)?;
    recorded.map(|()| output)
}

fn write_report(
    args: &AuditArgs,
    report: &Report,
    out: Option<OutputDir>,
    console: &mut Console,
) -> Result<Output, CliError> {
    if !args.output_mode().is_streaming {
        return args.output_args.write_report(report, out, console);
    }
    out.map(|out| out.write(report)).transpose()?;
    let fleet_line = report::ndjson_fleet_line(report).unwrap_or_default();
    console.print(|out| out.write_all(fleet_line.as_bytes()))?;
    Ok(Output {
        text: String::new(),
        exit_code: report.exit_code,
    })
}

/// ARM requests run 16 at a time, and this many servers keep them busy. Each server in progress uses about 1 MB of
/// memory.
const LIVE_CONCURRENCY: Concurrency = Concurrency {
    subscriptions: 24,
    migrations: 24,
};

/// The report, and the result of writing the recording.
fn audit_live(
    args: &AuditArgs,
    plan: Option<&Plan>,
    policy: &Policy,
    console: &mut Console,
) -> Result<(Report, Result<(), CliError>), CliError> {
    let previous = args.resume.as_deref().map(Recording::open).transpose()?;
    if args.scope_args.to_scope().is_empty() && plan.is_none() && previous.is_none() {
        return Err(CliError::NothingToAudit);
    }
    let timeout = args
        .connection_args
        .timeout
        .unwrap_or(DEFAULT_AUDIT_TIMEOUT);
    let discovery = Discovery {
        scope: args.scope_args.to_scope(),
        filter: args.filter_args.to_filter(),
        shard: args.parse_shard()?,
        plan,
        previous: previous.as_ref(),
        connection_args: &args.connection_args,
        api_version: &args.api_version,
        timeout,
        interrupt: CancelFlag::default(),
    };
    let start = match &previous {
        // The oldest answers determine the time of the whole run.
        Some(before) => before.empty_answers(),
        None => Answers::new(now(), Origin::Recorded),
    };
    let prepared = discovery.prepare()?;
    let recorder = args
        .record
        .as_deref()
        .map(FleetRecorder::create)
        .transpose()?;
    let work = async {
        show_searching(console);
        let fleet = discovery.discover(prepared, start.clone()).await?;
        if let Some(recorder) = &recorder {
            recorder.record(None, &fleet.answers);
        }
        let (migrations, note) = (fleet.migrations(), fleet.summary.clone());
        let run = FleetRun {
            seed: &start,
            policy,
            concurrency: LIVE_CONCURRENCY,
            recorder: recorder.as_ref(),
            output_mode: args.output_mode(),
        };
        let azure = fleet.arm.clone();
        let members = fleet.members;
        let report_parts = run
            .run_with_progress(members, console, &discovery.interrupt, azure.as_deref())
            .await?;
        let note = FleetSummary {
            interrupted: discovery.interrupt.is_canceled(),
            ..note
        };
        let asker = azure.map(|azure| crate::backend::Backend::caller(&*azure));
        Ok::<_, CliError>((report_parts, migrations, note, asker.unwrap_or_default()))
    };
    let (report_parts, migrations, note, asker) = block_on(true, work)??;
    let mut start = start;
    start.caller = asker.clone();
    let recorded = recorder.map_or(Ok(()), |recorder| {
        recorder.finish(migrations, note.clone(), asker, start.recorded_at)
    });
    if let (true, true, Some(recording)) = (note.interrupted, recorded.is_ok(), &args.record) {
        tracing::warn!("interrupted; `{}` goes on", resume_command(args, recording));
    }
    let report = report::assemble(report_parts, &start, policy, Some(note));
    Ok((report, recorded.map_err(CliError::from)))
}

/// The command that resumes an interrupted run and writes a new recording next to the old one.
fn resume_command(args: &AuditArgs, recording: &Path) -> String {
    let folder = recording.to_string_lossy();
    let (stem, archive) = match folder.strip_suffix(".tar.gz") {
        Some(stem) => (stem, ".tar.gz"),
        None => (folder.trim_end_matches('/'), ""),
    };
    let is_free = |number: &u32| !Path::new(&format!("{stem}-{number}{archive}")).exists();
    let number = (2..).find(is_free).unwrap_or(2);
    let plan = args.plan.as_ref();
    let plan = plan.map(|plan| format!(" --plan {}", quote_bash(&plan.to_string_lossy())));
    format!(
        "flexready audit --resume {} --record {}{}",
        quote_bash(&folder),
        quote_bash(&format!("{stem}-{number}{archive}")),
        plan.unwrap_or_default()
    )
}
