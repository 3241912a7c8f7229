//! Can this PostgreSQL be migrated into that Azure Database for PostgreSQL flexible server now, and if not, what must
//! change? The rooms, in the order in which a run goes through them:
//!
//! 1. [`plan`]: what the user says of the migration.
//! 2. [`facts::next`]: which questions are open.
//! 3. [`question`]: a question, and what came back.
//! 4. [`inputs`]: asks ARM, PostgreSQL or a recording, and waits; the only room that does I/O.
//! 5. [`facts`]: answers become typed facts; what is missing says why.
//! 6. [`reference`]: dated tables of what no answer tells.
//! 7. [`network`]: what a packet meets between the target and the source; [`sizing`]: what the load needs, what the
//!    location offers, how long the copy takes.
//! 8. [`checks`]: each asks one question of the facts.
//! 9. [`verdict`]: outcomes become one verdict and an exit code.
//! 10. [`remedy`]: what to run, for someone with rights to run it.
//! 11. [`report`]: one value in, bytes out.
//! 12. [`cli`]: arguments in, the words for each verb out.
//!
//! A room imports only rooms before it; [`check`] and [`audit`] are where they are joined.

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

/// A run that came to its end.
pub struct Run {
    pub report: Report,
    /// Everything that was asked, for a recording.
    pub answers: Answers,
    pub rounds: Rounds,
}

/// Asks all that a migration needs, judges the answers, and reports. `start` brings the clock.
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

/// A migration of a fleet, and who answers for its servers.
pub struct Asked<'a> {
    pub migration: Migration,
    pub source: Box<dyn Source + 'a>,
}

/// A migration that was judged, with what it was judged by.
pub struct Finished {
    pub migration: Migration,
    pub answers: Answers,
    pub judged: Judged,
}

/// How many are under way at once.
#[derive(Debug, Clone, Copy)]
pub struct Width {
    /// Subscriptions; each has a bucket of its own.
    pub subscriptions: usize,
    /// Migrations over all subscriptions together: what is under way is in memory.
    pub migrations: usize,
}

/// Judges a fleet, several at a time, each as soon as its answers are complete. `start` brings the clock.
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

/// Asks all that a migration needs, and judges nothing.
pub async fn gather(
    migration: &Migration,
    source: &dyn Source,
    start: Answers,
) -> (Answers, Rounds) {
    collect(source, start, |answers| facts::next(migration, answers)).await
}
