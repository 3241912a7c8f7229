//! Merges the reports of fleet shards into one report.

use std::collections::HashSet;

use super::build::with_verdict;
use super::model::{FleetReport, Report};
use crate::config::fleet_scope::{FleetSummary, UnreadScope};
use crate::config::shard::Shard;

/// Why reports cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    #[error("there is no report to merge; name the report.json of each part")]
    NoReports,
    #[error("`{0}` is no part of a fleet; merge takes the JSON reports of `flexready audit`")]
    NotAFleet(String),
    #[error(
        "`{0}` was judged by other rules than the first report; judge all parts with the same arguments and plan"
    )]
    DifferentRules(String),
    #[error(
        "`{0}` is the report of another fleet than the first one; audit the same places in every part"
    )]
    DifferentFleet(String),
    #[error(
        "`{0}` was made by flexready {1}, the first report by {2}; audit all parts with one version"
    )]
    DifferentVersion(String, String, String),
    #[error("`{0}` names a part `{1}` that is none; give the report.json as it was written")]
    InvalidShard(String, String),
    #[error("`{0}` is one of {1} parts, the first report of {2}; audit all parts as of one number")]
    DifferentShardCount(String, u32, u32),
    #[error("part {0} is there twice; name each report once")]
    DuplicateShard(String),
    #[error("`{0}` holds `{1}`, which another report holds too; name each report once")]
    DuplicateServer(String, String),
}

/// Merges named shard reports into one fleet report. A missing shard makes the report incomplete.
///
/// # Errors
/// Returns an error if the reports are not shards of one fleet that was checked with the same rules.
pub fn merge(parts: Vec<(String, Report)>) -> Result<Report, MergeError> {
    let mut parts = parts.into_iter();
    let (first, mut merged) = parts.next().ok_or(MergeError::NoReports)?;
    let fleet = merged.fleet.take();
    let mut note = fleet
        .ok_or_else(|| MergeError::NotAFleet(first.clone()))?
        .summary;
    let mut shard_count = read_shard_count(&first, &note)?;
    let mut seen = HashSet::new();
    reject_duplicates(&first, &merged, &mut seen)?;
    for (name, part) in parts {
        reject_duplicates(&name, &part, &mut seen)?;
        let fleet = part
            .fleet
            .ok_or_else(|| MergeError::NotAFleet(name.clone()))?;
        if fleet.summary.scope != note.scope || fleet.summary.filter != note.filter {
            return Err(MergeError::DifferentFleet(name));
        }
        if part.tool.version != merged.tool.version {
            let (its, first) = (part.tool.version, merged.tool.version);
            return Err(MergeError::DifferentVersion(name, its, first));
        }
        let its_of = read_shard_count(&name, &fleet.summary)?;
        if let (Some(its), Some(first)) = (its_of, shard_count)
            && its != first
        {
            return Err(MergeError::DifferentShardCount(name, its, first));
        }
        shard_count = shard_count.or(its_of);
        if !merged.policy.merge(part.policy) {
            return Err(MergeError::DifferentRules(name));
        }
        // The oldest answers determine the age of the merged report.
        merged.recorded_at = merged.recorded_at.min(part.recorded_at);
        merged.synthetic |= part.synthetic;
        merged.migrations.extend(part.migrations);
        merge_summary(&mut note, fleet.summary)?;
    }
    add_missing_shards(&mut note, shard_count, merged.migrations.len());
    merged.fleet = Some(FleetReport::new(note));
    Ok(with_verdict(merged))
}

/// Returns the number of shards of the fleet, or `None` if this report is not a shard.
fn read_shard_count(name: &str, note: &FleetSummary) -> Result<Option<u32>, MergeError> {
    let mut of = None;
    for text in &note.shards {
        let part = text.parse::<Shard>();
        let part = part.map_err(|_| MergeError::InvalidShard(name.to_owned(), text.clone()))?;
        match of {
            Some(of) if of != part.count => {
                return Err(MergeError::DifferentShardCount(
                    name.to_owned(),
                    part.count,
                    of,
                ));
            }
            _ => of = Some(part.count),
        }
    }
    Ok(of)
}

/// Rejects a migration that an earlier report contains, because it would count twice.
fn reject_duplicates(
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
            return Err(MergeError::DuplicateServer(name.to_owned(), twice));
        }
    }
    Ok(())
}

fn merge_summary(note: &mut FleetSummary, other: FleetSummary) -> Result<(), MergeError> {
    for shard in other.shards {
        if note.shards.contains(&shard) {
            return Err(MergeError::DuplicateShard(shard));
        }
        note.shards.push(shard);
    }
    note.found = note.found.max(other.found);
    note.meant = note.meant.max(other.meant);
    note.interrupted |= other.interrupted;
    note.unread.extend(other.unread);
    Ok(())
}

/// Scope name for shards that do not add up to the fleet.
const ALL_SHARDS: &str = "all parts";

/// Adds missing shards to the unread scopes. If all shards are present, the result is the whole fleet.
fn add_missing_shards(note: &mut FleetSummary, of: Option<u32>, migrations: usize) {
    let of = of.unwrap_or_default();
    let mut absent: Vec<String> = (1..=of).map(|index| format!("part {index}/{of}")).collect();
    // Remove the entries of an earlier merge.
    note.unread
        .retain(|u| u.place != ALL_SHARDS && !absent.contains(&u.place));
    absent.retain(|place| {
        !note
            .shards
            .iter()
            .any(|shard| format!("part {shard}") == *place)
    });
    let unread = |place: &str, reason: String| UnreadScope {
        place: place.to_owned(),
        reason,
    };
    if absent.is_empty() {
        note.shards.clear();
        if migrations != note.meant {
            let meant = note.meant;
            note.unread.push(unread(ALL_SHARDS, format!(
                "together they hold {migrations} of {meant} servers that are meant, so the fleet was not the same to each; audit all parts again"
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
