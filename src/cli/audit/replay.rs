//! Replays the recording of a fleet: all of it, one shard, or the migrations that match a name filter.

use super::args::AuditArgs;
use super::discovery::ensure_same_shard;
use super::run::FleetRun;
use crate::backend::Backend;
use crate::backend::recording::Recording;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::runtime::block_on;
use crate::config::Migration;
use crate::config::fleet_scope::{FleetSummary, UnreadScope};
use crate::config::plan_file::Plan;
use crate::config::server_filter::ServerSummary;
use crate::report::Report;
use crate::verdict::Policy;
use crate::{Concurrency, FleetTarget, report};

/// One migration at a time: shared answers are on disk, and the order is deterministic.
const REPLAY_CONCURRENCY: Concurrency = Concurrency {
    subscriptions: 1,
    migrations: 1,
};

pub(super) fn run(
    args: &AuditArgs,
    recording: &Recording,
    plan: Option<&Plan>,
    policy: &Policy,
    console: &mut Console,
) -> Result<Report, CliError> {
    let (kept, note) = select_migrations(args, recording, plan)?;
    let mut start = recording.empty_answers();
    let asked = kept.into_iter().map(|migration| FleetTarget {
        backend: Box::new(recording.for_migration(Some(&migration.name))),
        migration,
    });
    let asked = asked.collect();
    let run = FleetRun {
        seed: &start,
        policy,
        concurrency: REPLAY_CONCURRENCY,
        recorder: None,
        output_mode: args.output_mode(),
    };
    let judged = block_on(false, run.run(asked, console))??;
    start.caller = recording.caller();
    Ok(report::assemble(judged, &start, policy, Some(note)))
}

/// The migrations that the arguments select, and the summary of the fleet.
fn select_migrations(
    args: &AuditArgs,
    recording: &Recording,
    plan: Option<&Plan>,
) -> Result<(Vec<Migration>, FleetSummary), CliError> {
    let shard = args.parse_shard()?;
    let mut selected = recording.migrations().to_vec();
    let default_summary = || FleetSummary {
        found: selected.len(),
        meant: selected.len(),
        ..FleetSummary::default()
    };
    let mut note = recording
        .fleet_summary()
        .cloned()
        .unwrap_or_else(default_summary);
    ensure_same_shard(shard, &note)?;
    let filter = args.filter_args.to_filter();
    let is_selected = |name: &str| filter.matches(&summary_from_name(name));
    if note.shards.is_empty() {
        note.unread
            .extend(migrations_not_recorded(plan, &selected, &is_selected));
    }
    let all = selected.len();
    selected.retain(|m| is_selected(&m.name));
    if selected.len() < all {
        note.meant = selected.len();
    }
    note.filter.extend(filter.to_options());
    if let Some(part) = shard {
        selected.retain(|m| part.contains(m.target.as_ref().map(|t| &t.id), &m.name));
        note.shards = vec![part.to_string()];
    }
    Ok((selected, note))
}

/// Selected migrations of the plan that the recording does not contain.
fn migrations_not_recorded(
    plan: Option<&Plan>,
    recorded: &[Migration],
    is_selected: &dyn Fn(&str) -> bool,
) -> Vec<UnreadScope> {
    let planned = plan.map(Plan::migrations).unwrap_or_default();
    let names = planned.iter().filter_map(|wish| wish.name.as_deref());
    let missing =
        names.filter(|name| is_selected(name) && !recorded.iter().any(|m| m.name == *name));
    let note = |name| UnreadScope {
        place: format!("migration {name} of the plan"),
        reason: "the recording does not hold it; go on with `--resume`, or audit again".to_owned(),
    };
    missing.map(note).collect()
}

/// The properties of a recorded migration for a filter: only its name.
fn summary_from_name(name: &str) -> ServerSummary<'_> {
    ServerSummary {
        name,
        location: None,
        tier: None,
        tags: Vec::new(),
    }
}
