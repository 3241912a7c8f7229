//! Runs the fleet. Each migration is recorded, printed and dropped when it finishes. Ctrl-C stops the requests; the
//! report is still written.

use std::io::Write;
use std::time::{Duration, Instant};

use futures::StreamExt;

use super::discovery::SharedArm;
use crate::backend::decorators::CancelFlag;
use crate::backend::recording::FleetRecorder;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::terminal::terminal_layout;
use crate::question::Answers;
use crate::report::progress::RunProgress;
use crate::report::{MigrationReportPart, progress};
use crate::verdict::Policy;
use crate::{Concurrency, FleetTarget, MigrationRun, report};

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct OutputMode {
    /// Prints a line for each migration when it finishes.
    pub(super) is_streaming: bool,
    /// Whether the final report needs more than verdicts and counts.
    pub(super) keeps_checks: bool,
}

pub(super) struct FleetRun<'a> {
    pub(super) seed: &'a Answers,
    pub(super) policy: &'a Policy,
    pub(super) concurrency: Concurrency,
    pub(super) recorder: Option<&'a FleetRecorder>,
    pub(super) output_mode: OutputMode,
}

const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

impl FleetRun<'_> {
    /// Checks all migrations.
    pub(super) async fn run(
        &self,
        fleet: Vec<FleetTarget<'_>>,
        console: &mut Console<'_>,
    ) -> Result<Vec<MigrationReportPart>, CliError> {
        let mut report_parts = Vec::with_capacity(fleet.len());
        let mut running = std::pin::pin!(crate::audit(
            fleet,
            self.seed,
            self.policy,
            self.concurrency
        ));
        while let Some(finished) = running.next().await {
            report_parts.push(self.finish(finished, console)?);
        }
        Ok(report_parts)
    }

    /// Checks all migrations, prints the progress, and stops requests on Ctrl-C.
    pub(super) async fn run_with_progress(
        &self,
        fleet: Vec<FleetTarget<'_>>,
        console: &mut Console<'_>,
        interrupt: &CancelFlag,
        azure: Option<&SharedArm>,
    ) -> Result<Vec<MigrationReportPart>, CliError> {
        let (all, began) = (fleet.len(), Instant::now());
        let mut report_parts = Vec::with_capacity(all);
        let mut running = std::pin::pin!(crate::audit(
            fleet,
            self.seed,
            self.policy,
            self.concurrency
        ));
        let mut ticks = tokio::time::interval(PROGRESS_INTERVAL);
        let mut is_listening = true;
        // One listener for the whole run, so that a Ctrl-C during an evaluation is not lost.
        let mut ctrl_c = std::pin::pin!(tokio::signal::ctrl_c());
        loop {
            tokio::select! {
                finished = running.next() => match finished {
                    Some(finished) => report_parts.push(self.finish(finished, console)?),
                    None => break,
                },
                _ = ticks.tick() => show_progress(console, report_parts.len(), all, began, azure),
                heard = &mut ctrl_c, if is_listening => {
                    is_listening = false;
                    if heard.is_ok() {
                        interrupt.cancel();
                    }
                }
            }
        }
        clear_progress(console);
        let pace = azure
            .map(|azure| azure.inner().rate_stats())
            .unwrap_or_default();
        let (requests, refused) = (pace.requests, pace.refused);
        tracing::info!("{requests} requests for {all} migrations, {refused} of them answered 429");
        Ok(report_parts)
    }

    fn finish(
        &self,
        finished: MigrationRun,
        console: &mut Console,
    ) -> Result<MigrationReportPart, CliError> {
        let MigrationRun {
            migration,
            answers,
            report_part: mut judged,
        } = finished;
        if let Some(recorder) = self.recorder {
            recorder.record(Some(&migration.name), &answers);
        }
        if self.output_mode.is_streaming {
            clear_progress(console);
            let line = report::ndjson_part_line(&judged, &answers, self.policy);
            console.print(|out| out.write_all(line.as_bytes()))?;
        }
        if !self.output_mode.keeps_checks {
            judged.drop_details();
        }
        Ok(judged)
    }
}

/// Shows a progress line during discovery.
pub(super) fn show_searching(console: &mut Console) {
    replace_line(console, "looking for servers…");
}

fn show_progress(
    console: &mut Console,
    done: usize,
    all: usize,
    began: Instant,
    azure: Option<&SharedArm>,
) {
    let pace = azure
        .map(|azure| azure.inner().rate_stats())
        .unwrap_or_default();
    let line = progress::progress_line(&RunProgress {
        done,
        total: all,
        requests: pace.requests,
        refused: pace.refused,
        waiting_subscriptions: pace.waiting,
        elapsed: began.elapsed(),
    });
    let width = terminal_layout().width.saturating_sub(1);
    let line: String = line.chars().take(width).collect();
    replace_line(console, &line);
}

fn clear_progress(console: &mut Console) {
    replace_line(console, "");
}

/// Replaces the progress line. Errors are ignored, because there is no other terminal to report them to.
fn replace_line(console: &mut Console, line: &str) {
    if let Some(terminal) = &mut console.progress {
        let _ = write!(terminal, "\r\x1b[K{line}").and_then(|()| terminal.flush());
    }
}
