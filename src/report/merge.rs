//! The parts of a fleet become one report. Not here: its verdict, which follows from its migrations (`fleet`).

use super::build::folded;
use super::value::{FleetReport, Report};
use crate::plan::fleet::{FleetNote, UnreadNote};

/// Why reports cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    #[error("there is no report to merge; name the report.json of each part")]
    Nothing,
    #[error("`{0}` is no part of a fleet; merge takes the JSON reports of `flexready audit`")]
    NoFleet(String),
    #[error(
        "`{0}` was judged by other rules than the first report; judge all parts with the same arguments and plan"
    )]
    OtherRules(String),
    #[error(
        "`{0}` is the report of another fleet than the first one; audit the same places in every part"
    )]
    OtherFleet(String),
    #[error("part {0} is there twice; name each report once")]
    Twice(String),
}

/// One report of the parts of a fleet, each with the name to call it by. A part that is not there makes it incomplete.
///
/// # Errors
/// When they are not parts of one fleet, judged by the same rules.
pub fn merge(parts: Vec<(String, Report)>) -> Result<Report, MergeError> {
    let mut parts = parts.into_iter();
    let (first, mut whole) = parts.next().ok_or(MergeError::Nothing)?;
    let mut note = whole.fleet.take().ok_or(MergeError::NoFleet(first))?.note;
    for (name, part) in parts {
        let its = part
            .fleet
            .ok_or_else(|| MergeError::NoFleet(name.clone()))?;
        if its.note.scope != note.scope {
            return Err(MergeError::OtherFleet(name));
        }
        if !whole.policy.join(part.policy) {
            return Err(MergeError::OtherRules(name));
        }
        // The oldest answers say how old the whole is.
        whole.recorded_at = whole.recorded_at.min(part.recorded_at);
        whole.synthetic |= part.synthetic;
        whole.migrations.extend(part.migrations);
        join(&mut note, its.note)?;
    }
    complete(&mut note);
    whole.fleet = Some(FleetReport::new(note));
    Ok(folded(whole))
}

fn join(note: &mut FleetNote, its: FleetNote) -> Result<(), MergeError> {
    for shard in its.shards {
        if note.shards.contains(&shard) {
            return Err(MergeError::Twice(shard));
        }
        note.shards.push(shard);
    }
    note.found = note.found.max(its.found);
    note.meant = note.meant.max(its.meant);
    note.interrupted |= its.interrupted;
    note.unread.extend(its.unread);
    note.unread.sort();
    note.unread.dedup();
    Ok(())
}

/// Names the parts that are not there; with all of them, it is no longer made of parts.
fn complete(note: &mut FleetNote) {
    let of = note.shards.iter().filter_map(|s| s.split_once('/'));
    let of: Option<u32> = of.filter_map(|(_, of)| of.parse().ok()).max();
    let parts = (1..=of.unwrap_or_default()).map(|index| format!("{index}/{}", of.unwrap_or(1)));
    let absent: Vec<String> = parts.filter(|part| !note.shards.contains(part)).collect();
    if absent.is_empty() {
        note.shards.clear();
    }
    for part in absent {
        note.unread.push(UnreadNote {
            place: format!("part {part}"),
            reason: "its report is not among those that were merged".to_owned(),
        });
    }
}
