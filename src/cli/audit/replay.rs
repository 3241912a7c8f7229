//! Replays the recording of a fleet: all of it, one shard, or the migrations that match a name filter.

use super::Args;
use super::running::Run;
use super::search::is_part_of;
use crate::cli::connect::block_on;
use crate::cli::{Console, Error};
use crate::inputs::Source;
use crate::inputs::recording::Recording;
use crate::plan::Migration;
use crate::plan::file::Plan;
use crate::plan::fleet::{FleetNote, Traits, UnreadNote};
use crate::report::{self, Report};
use crate::verdict::Policy;
use crate::{Asked, Width};

/// One migration at a time: shared answers are on disk, and the order is deterministic.
const REPLAY: Width = Width {
    subscriptions: 1,
    migrations: 1,
};

pub(super) fn run(
    args: &Args,
    recording: &Recording,
    plan: Option<&Plan>,
    policy: &Policy,
    console: &mut Console,
) -> Result<Report, Error> {
    let (kept, note) = chosen(args, recording, plan)?;
    let mut start = recording.start();
    let asked = kept.into_iter().map(|migration| Asked {
        source: Box::new(recording.of(Some(&migration.name))),
        migration,
    });
    let asked = asked.collect();
    let run = Run {
        start: &start,
        policy,
        width: REPLAY,
        recorder: None,
        shown: args.shown(),
    };
    let judged = block_on(false, run.all(asked, console))??;
    start.asker = recording.asker();
    Ok(report::assemble(judged, &start, policy, Some(note)))
}

/// The migrations that the arguments select, and the summary of the fleet.
fn chosen(
    args: &Args,
    recording: &Recording,
    plan: Option<&Plan>,
) -> Result<(Vec<Migration>, FleetNote), Error> {
    let part = args.part()?;
    let mut kept = recording.migrations().to_vec();
    let alone = || FleetNote {
        found: kept.len(),
        meant: kept.len(),
        ..FleetNote::default()
    };
    let mut note = recording.fleet().cloned().unwrap_or_else(alone);
    is_part_of(part, &note)?;
    let filter = args.filter();
    let is_chosen = |name: &str| filter.admits(&name_of(name));
    if note.shards.is_empty() {
        note.unread.extend(unrecorded(plan, &kept, &is_chosen));
    }
    let all = kept.len();
    kept.retain(|m| is_chosen(&m.name));
    if kept.len() < all {
        note.meant = kept.len();
    }
    note.filter.extend(filter.words());
    if let Some(part) = part {
        kept.retain(|m| part.holds(m.target.as_ref().map(|t| &t.id), &m.name));
        note.shards = vec![part.to_string()];
    }
    Ok((kept, note))
}

/// Selected migrations of the plan that the recording does not contain.
fn unrecorded(
    plan: Option<&Plan>,
    recorded: &[Migration],
    is_chosen: &dyn Fn(&str) -> bool,
) -> Vec<UnreadNote> {
    let planned = plan.map(Plan::migrations).unwrap_or_default();
    let names = planned.iter().filter_map(|wish| wish.name.as_deref());
    let missing = names.filter(|name| is_chosen(name) && !recorded.iter().any(|m| m.name == *name));
    let note = |name| UnreadNote {
        place: format!("migration {name} of the plan"),
        reason: "the recording does not hold it; go on with `--resume`, or audit again".to_owned(),
    };
    missing.map(note).collect()
}

/// The properties of a recorded migration for a filter: only its name.
fn name_of(name: &str) -> Traits<'_> {
    Traits {
        name,
        location: None,
        tier: None,
        tags: Vec::new(),
    }
}
