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
//! A room imports only rooms before it; [`check`] is where they are joined.

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

use facts::Facts;
use inputs::{Rounds, Source, collect};
use plan::Migration;
use question::Answers;
use report::{Case, Report};
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

/// Asks all that a migration needs, and judges nothing.
pub async fn gather(
    migration: &Migration,
    source: &dyn Source,
    start: Answers,
) -> (Answers, Rounds) {
    collect(source, start, |answers| facts::next(migration, answers)).await
}
