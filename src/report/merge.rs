//! Merges the reports of fleet shards into one report.

use std::collections::HashSet;

use super::build::folded;
use super::value::{FleetReport, Report};
use crate::plan::fleet::{FleetNote, Shard, UnreadNote};

/// Why reports cannot be merged.
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
    #[error(
        "`{0}` was made by flexready {1}, the first report by {2}; audit all parts with one version"
    )]
    OtherVersion(String, String, String),
    #[error("`{0}` names a part `{1}` that is none; give the report.json as it was written")]
    NoPart(String, String),
    #[error("`{0}` is one of {1} parts, the first report of {2}; audit all parts as of one number")]
    OtherParts(String, u32, u32),
    #[error("part {0} is there twice; name each report once")]
    Twice(String),
    #[error("`{0}` holds `{1}`, which another report holds too; name each report once")]
    ServerTwice(String, String),
}

/// Merges named shard reports into one fleet report. A missing shard makes the report incomplete.
///
/// # Errors
/// Returns an error if the reports are not shards of one fleet that was checked with the same rules.
pub fn merge(parts: Vec<(String, Report)>) -> Result<Report, MergeError> {
    let mut parts = parts.into_iter();
    let (first, mut whole) = parts.next().ok_or(MergeError::Nothing)?;
    let fleet = whole.fleet.take();
    let mut note = fleet
        .ok_or_else(|| MergeError::NoFleet(first.clone()))?
        .note;
    let mut of = parts_of(&first, &note)?;
    let mut seen = HashSet::new();
    each_once(&first, &whole, &mut seen)?;
    for (name, part) in parts {
        each_once(&name, &part, &mut seen)?;
        let its = part
            .fleet
            .ok_or_else(|| MergeError::NoFleet(name.clone()))?;
        if its.note.scope != note.scope || its.note.filter != note.filter {
            return Err(MergeError::OtherFleet(name));
        }
        if part.tool.version != whole.tool.version {
            let (its, first) = (part.tool.version, whole.tool.version);
            return Err(MergeError::OtherVersion(name, its, first));
        }
        let its_of = parts_of(&name, &its.note)?;
        if let (Some(its), Some(first)) = (its_of, of)
            && its != first
        {
            return Err(MergeError::OtherParts(name, its, first));
        }
        of = of.or(its_of);
        if !whole.policy.join(part.policy) {
            return Err(MergeError::OtherRules(name));
        }
        // The oldest answers determine the age of the merged report.
        whole.recorded_at = whole.recorded_at.min(part.recorded_at);
        whole.synthetic |= part.synthetic;
        whole.migrations.extend(part.migrations);
        join(&mut note, its.note)?;
    }
    complete(&mut note, of, whole.migrations.len());
    whole.fleet = Some(FleetReport::new(note));
    Ok(folded(whole))
}

/// Returns the number of shards of the fleet, or `None` if this report is not a shard.
fn parts_of(name: &str, note: &FleetNote) -> Result<Option<u32>, MergeError> {
    let mut of = None;
    for text in &note.shards {
        let part = text.parse::<Shard>();
        let part = part.map_err(|_| MergeError::NoPart(name.to_owned(), text.clone()))?;
        match of {
            Some(of) if of != part.of => {
                return Err(MergeError::OtherParts(name.to_owned(), part.of, of));
            }
            _ => of = Some(part.of),
        }
    }
    Ok(of)
}

/// Rejects a migration that an earlier report contains, because it would count twice.
fn each_once(
    name: &str,
    report: &Report,
    seen: &mut HashSet<(Option<String>, Option<String>, String)>,
) -> Result<(), MergeError> {
    for migration in &report.migrations {
        let target = migration.target.as_ref().map(|t| t.id.to_lowercase());
        let source = migration.source.as_ref();
        let source = source.map(|s| format!("{}:{}", s.host, s.port));
        if !seen.insert((target, source, migration.name.clone())) {
            let twice = migration.name.clone();
            return Err(MergeError::ServerTwice(name.to_owned(), twice));
        }
    }
    Ok(())
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
    Ok(())
}

/// Scope name for shards that do not add up to the fleet.
const PARTS: &str = "all parts";

/// Adds missing shards to the unread scopes. If all shards are present, the result is the whole fleet.
fn complete(note: &mut FleetNote, of: Option<u32>, held: usize) {
    let of = of.unwrap_or_default();
    let mut absent: Vec<String> = (1..=of).map(|index| format!("part {index}/{of}")).collect();
    // Remove the entries of an earlier merge.
    note.unread
        .retain(|u| u.place != PARTS && !absent.contains(&u.place));
    absent.retain(|place| {
        !note
            .shards
            .iter()
            .any(|shard| format!("part {shard}") == *place)
    });
    let unread = |place: &str, reason: String| UnreadNote {
        place: place.to_owned(),
        reason,
    };
    if absent.is_empty() {
        note.shards.clear();
        if held != note.meant {
            let meant = note.meant;
            note.unread.push(unread(PARTS, format!(
                "together they hold {held} of {meant} servers that are meant, so the fleet was not the same to each; audit all parts again"
            )));
        }
    }
    for place in absent {
        let reason = "its report is not among those that were merged".to_owned();
        note.unread.push(unread(&place, reason));
    }
    note.unread.sort();
    note.unread.dedup();
}
