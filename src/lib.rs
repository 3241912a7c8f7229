//! Checks whether a PostgreSQL server is ready to migrate to Azure Database for PostgreSQL flexible server, and what
//! to fix first.
//!
//! The modules, from the lowest layer to the highest:
//!
//! 1. [`config`]: the options of a migration, the plan file, the scope of an audit.
//! 2. [`question`]: a question, and the answer to it.
//! 3. [`mod@reference`]: dated tables of values that no answer contains.
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

pub mod backend;
pub mod checks;
pub mod cli;
pub mod commands;
pub mod config;
pub mod facts;
pub mod fix;
pub mod plural;
pub mod queries;
pub mod question;
pub mod reachability;
pub mod reference;
pub mod report;
pub mod sizing;
pub mod sql_quote;
pub mod time_format;
pub mod verdict;

use std::collections::BTreeMap;

use backend::{Backend, Rounds, collect};
use config::Migration;
use facts::Facts;
use futures::stream;
use futures::stream::{Stream, StreamExt};
use question::Answers;
use report::{MigrationReportPart, Report, ReportInput};
use verdict::Policy;

/// The result of checking one migration.
pub struct CheckRun {
    pub report: Report,
    /// Every answer of the run, for a recording.
    pub answers: Answers,
    pub rounds: Rounds,
}

/// Collects the answers for a migration, evaluates the checks, and builds the report. The timestamp of `seed` is the
/// clock of the run.
pub async fn check(
    migration: &Migration,
    backend: &dyn Backend,
    seed: Answers,
    policy: &Policy,
) -> CheckRun {
    let (answers, rounds) = collect_answers(migration, backend, seed).await;
    CheckRun {
        report: evaluate_answers(migration, &answers, policy),
        answers,
        rounds,
    }
}

/// Evaluates the checks on the answers of one migration, and builds the report.
pub fn evaluate_answers(migration: &Migration, answers: &Answers, policy: &Policy) -> Report {
    let part = build_report_part(migration, answers, policy);
    report::assemble(vec![part], answers, policy, None)
}

fn build_report_part(
    migration: &Migration,
    answers: &Answers,
    policy: &Policy,
) -> MigrationReportPart {
    let facts = Facts::read(migration, answers);
    let judgement = verdict::evaluate(&facts, policy);
    let input = ReportInput {
        facts: &facts,
        answers,
        judgement: &judgement,
    };
    input.build(policy)
}

/// A migration of a fleet, with the backend that answers its questions.
pub struct FleetTarget<'a> {
    pub migration: Migration,
    pub backend: Box<dyn Backend + 'a>,
}

/// A checked migration, with its answers and its part of the report.
pub struct MigrationRun {
    pub migration: Migration,
    pub answers: Answers,
    pub report_part: MigrationReportPart,
}

/// Limits of parallel work in an audit.
#[derive(Debug, Clone, Copy)]
pub struct Concurrency {
    /// Subscriptions at the same time. Each subscription has its own rate limit.
    pub subscriptions: usize,
    /// Migrations at the same time, over all subscriptions. Migrations in progress are held in memory.
    pub migrations: usize,
}

/// Checks a fleet, several migrations at a time. Yields each migration when its answers are complete. The timestamp of
/// `seed` is the clock of the run.
pub fn audit<'a>(
    fleet: Vec<FleetTarget<'a>>,
    seed: &'a Answers,
    policy: &'a Policy,
    concurrency: Concurrency,
) -> impl Stream<Item = MigrationRun> + 'a {
    let mut lanes: BTreeMap<String, Vec<FleetTarget>> = BTreeMap::new();
    for asked in fleet {
        let target = asked.migration.target.as_ref();
        let subscription = target.map(|t| t.id.subscription.to_lowercase());
        lanes
            .entry(subscription.unwrap_or_default())
            .or_default()
            .push(asked);
    }
    let parallel_subscriptions = lanes.len().clamp(1, concurrency.subscriptions);
    let migrations_per_subscription = (concurrency.migrations / parallel_subscriptions).max(1);
    let lanes = lanes.into_values().map(move |lane| {
        let runs = lane
            .into_iter()
            .map(|asked| check_fleet_target(asked, seed, policy));
        stream::iter(runs)
            .buffer_unordered(migrations_per_subscription)
            .boxed_local()
    });
    stream::iter(lanes.collect::<Vec<_>>()).flatten_unordered(parallel_subscriptions)
}

async fn check_fleet_target(
    target: FleetTarget<'_>,
    seed: &Answers,
    policy: &Policy,
) -> MigrationRun {
    let FleetTarget { migration, backend } = target;
    let (answers, _) = collect_answers(&migration, &*backend, seed.clone()).await;
    MigrationRun {
        report_part: build_report_part(&migration, &answers, policy),
        migration,
        answers,
    }
}

/// Collects the answers for a migration without evaluating any check.
pub async fn collect_answers(
    migration: &Migration,
    backend: &dyn Backend,
    seed: Answers,
) -> (Answers, Rounds) {
    collect(backend, seed, |answers| {
        facts::next_questions(migration, answers)
    })
    .await
}
