//! Runs the fleet. Each migration is recorded, printed and dropped when it finishes. Ctrl-C stops the requests; the
//! report is still written.

use std::io::Write;
use std::time::{Duration, Instant};

use futures::StreamExt;

use super::search::Azure;
use crate::cli::{Console, Error};
use crate::inputs::fleet::Interrupt;
use crate::inputs::recording::FleetRecorder;
use crate::question::Answers;
use crate::report::progress::{self, Progress};
use crate::report::{self, Judged};
use crate::verdict::Policy;
use crate::{Asked, Finished, Width};

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// Prints a line for each migration when it finishes.
    pub(super) streams: bool,
    /// Whether the final report needs more than verdicts and counts.
    pub(super) keeps_checks: bool,
}

pub(super) struct Run<'a> {
    pub(super) start: &'a Answers,
    pub(super) policy: &'a Policy,
    pub(super) width: Width,
    pub(super) recorder: Option<&'a FleetRecorder>,
    pub(super) shown: Shown,
}

const TICK: Duration = Duration::from_millis(200);

impl Run<'_> {
    /// Checks all migrations.
    pub(super) async fn all(
        &self,
        fleet: Vec<Asked<'_>>,
        console: &mut Console<'_>,
    ) -> Result<Vec<Judged>, Error> {
        let mut judged = Vec::with_capacity(fleet.len());
        let mut running = std::pin::pin!(crate::audit(fleet, self.start, self.policy, self.width));
        while let Some(finished) = running.next().await {
            judged.push(self.finished(finished, console)?);
        }
        Ok(judged)
    }

    /// Checks all migrations, prints the progress, and stops requests on Ctrl-C.
    pub(super) async fn watched(
        &self,
        fleet: Vec<Asked<'_>>,
        console: &mut Console<'_>,
        interrupt: &Interrupt,
        azure: Option<&Azure>,
    ) -> Result<Vec<Judged>, Error> {
        let (all, began) = (fleet.len(), Instant::now());
        let mut judged = Vec::with_capacity(all);
        let mut running = std::pin::pin!(crate::audit(fleet, self.start, self.policy, self.width));
        let mut ticks = tokio::time::interval(TICK);
        let mut listens = true;
        // One listener for the whole run, so that a Ctrl-C during an evaluation is not lost.
        let mut pressed = std::pin::pin!(tokio::signal::ctrl_c());
        loop {
            tokio::select! {
                finished = running.next() => match finished {
                    Some(finished) => judged.push(self.finished(finished, console)?),
                    None => break,
                },
                _ = ticks.tick() => draw(console, judged.len(), all, began, azure),
                heard = &mut pressed, if listens => {
                    listens = false;
                    if heard.is_ok() {
                        interrupt.set();
                    }
                }
            }
        }
        wipe(console);
        let pace = azure.map(|azure| azure.inner().pace()).unwrap_or_default();
        let (requests, refused) = (pace.requests, pace.refused);
        tracing::info!("{requests} requests for {all} migrations, {refused} of them answered 429");
        Ok(judged)
    }

    fn finished(&self, finished: Finished, console: &mut Console) -> Result<Judged, Error> {
        let Finished {
            migration,
            answers,
            mut judged,
        } = finished;
        if let Some(recorder) = self.recorder {
            recorder.keep(Some(&migration.name), &answers);
        }
        if self.shown.streams {
            wipe(console);
            let line = report::judged_line(&judged, &answers, self.policy);
            console.print(|out| out.write_all(line.as_bytes()))?;
        }
        if !self.shown.keeps_checks {
            judged.forget_checks();
        }
        Ok(judged)
    }
}

/// Shows a progress line during discovery.
pub(super) fn looking(console: &mut Console) {
    show(console, "looking for servers…");
}

fn draw(console: &mut Console, done: usize, all: usize, began: Instant, azure: Option<&Azure>) {
    let pace = azure.map(|azure| azure.inner().pace()).unwrap_or_default();
    let line = progress::line(&Progress {
        done,
        all,
        requests: pace.requests,
        refused: pace.refused,
        waiting: pace.waiting,
        since_start: began.elapsed(),
    });
    let width = crate::cli::layout().width.saturating_sub(1);
    let line: String = line.chars().take(width).collect();
    show(console, &line);
}

fn wipe(console: &mut Console) {
    show(console, "");
}

/// Replaces the progress line. Errors are ignored, because there is no other terminal to report them to.
fn show(console: &mut Console, line: &str) {
    if let Some(terminal) = &mut console.progress {
        let _ = write!(terminal, "\r\x1b[K{line}").and_then(|()| terminal.flush());
    }
}
