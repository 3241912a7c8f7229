//! Checks whether a PostgreSQL server is ready to migrate to Azure Database for PostgreSQL flexible server, and what
//! to fix first.
//!
//! The modules, from the lowest layer to the highest:
//!
//! 1. [`config`]: the options of a migration, the plan file, the scope of an audit.
//! 2. [`question`]: a question, and the answer to it.
//! 3. [`reference`]: dated tables of values that no answer contains.
//! 4. [`queries`]: the SQL texts.
//! 5. [`backend`]: queries ARM, PostgreSQL, DNS or a recording. The only module that does I/O.
//! 6. [`facts`]: determines the open questions, and turns answers into typed facts. A missing fact has a reason.
//! 7. [`reachability`]: the network path between target and source. [`sizing`]: the resources that the workload needs,
//!    the SKUs that the location offers, and the copy time.
//! 8. [`commands`]: typed actions, and their rendering as commands.
//! 9. [`checks`]: each check verifies one property of the facts.
//! 10. [`verdict`]: combines outcomes into one verdict and an exit code.
//! 11. [`fix`]: scripts that resolve findings, for an administrator to run.
//! 12. [`report`]: renders one report value in every format.
//! 13. [`cli`]: arguments and commands.
//!
//! A module imports only modules before it. [`check`] and [`audit`] connect them.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)
)]

pub mod checks;
pub mod cli;
pub mod facts;
pub mod inputs;
pub mod network;
pub mod plan;
pub mod queries;
pub mod question;
pub mod reference;
pub mod remedy;
pub mod report;
pub mod sizing;
pub mod verdict;

use std::collections::BTreeMap;

use futures::stream::{self, Stream, StreamExt};

use facts::Facts;
use inputs::{Rounds, Source, collect};
use plan::Migration;
use question::Answers;
use report::{Case, Judged, Report};
use verdict::Policy;

/// The result of checking one migration.
pub struct Run {
    pub report: Report,
    /// Every answer of the run, for a recording.
    pub answers: Answers,
    pub rounds: Rounds,
}

/// Collects the answers for a migration, evaluates the checks, and builds the report. The timestamp of `seed` is the
/// clock of the run.
pub async fn check(
    migration: &Migration,
    source: &dyn Source,
    start: Answers,
    policy: &Policy,
) -> Run {
    let (answers, rounds) = gather(migration, source, start).await;
    let facts = Facts::read(migration, &answers);
    let judgement = verdict::judge(&facts, policy);
    let case = Case {
        facts: &facts,
        answers: &answers,
        judgement: &judgement,
    };
    let report = report::report(&[case], &answers, policy);
    Run {
        report,
        answers,
        rounds,
    }
}

/// A migration of a fleet, with the backend that answers its questions.
pub struct Asked<'a> {
    pub migration: Migration,
    pub source: Box<dyn Source + 'a>,
}

/// A checked migration, with its answers and its part of the report.
pub struct Finished {
    pub migration: Migration,
    pub answers: Answers,
    pub judged: Judged,
}

/// Limits of parallel work in an audit.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    /// Subscriptions at the same time. Each subscription has its own rate limit.
    pub subscriptions: usize,
    /// Migrations at the same time, over all subscriptions. Migrations in progress are held in memory.
    pub migrations: usize,
}

/// Checks a fleet, several migrations at a time. Yields each migration when its answers are complete. The timestamp of
/// `seed` is the clock of the run.
pub fn audit<'a>(
    fleet: Vec<Asked<'a>>,
    start: &'a Answers,
    policy: &'a Policy,
    width: Width,
) -> impl Stream<Item = Finished> + 'a {
    let mut lanes: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    for asked in fleet {
        let target = asked.migration.target.as_ref();
        let subscription = target.map(|t| t.id.subscription.to_lowercase());
        lanes
            .entry(subscription.unwrap_or_default())
            .or_default()
            .push(asked);
    }
    let at_once = lanes.len().clamp(1, width.subscriptions);
    let in_lane = (width.migrations / at_once).max(1);
    let lanes = lanes.into_values().map(move |lane| {
        let runs = lane.into_iter().map(|asked| finish(asked, start, policy));
        stream::iter(runs).buffer_unordered(in_lane).boxed_local()
    });
    stream::iter(lanes.collect::<Vec<_>>()).flatten_unordered(at_once)
}

async fn finish(asked: Asked<'_>, start: &Answers, policy: &Policy) -> Finished {
    let Asked { migration, source } = asked;
    let (answers, _) = gather(&migration, &*source, start.clone()).await;
    let facts = Facts::read(&migration, &answers);
    let judgement = verdict::judge(&facts, policy);
    let case = Case {
        facts: &facts,
        answers: &answers,
        judgement: &judgement,
    };
    let judged = case.judged(policy);
    drop(facts);
    Finished {
        migration,
        answers,
        judged,
    }
}

/// Collects the answers for a migration without evaluating any check.
pub async fn gather(
    migration: &Migration,
    source: &dyn Source,
    start: Answers,
) -> (Answers, Rounds) {
    collect(source, start, |answers| facts::next(migration, answers)).await
}
