//! Applies waivers to findings. A waiver never covers missing facts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, UtcOffset};

use super::{CheckOutcome, Evaluation, Policy};
use crate::config::policy_rules::Waiver;

/// What became of a waiver in a run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// It is for a migration that there is not: neither the plan has one of that name, nor was one judged.
    NoMigration,
    /// It is for a migration or a check that was not judged here.
    NotJudged,
    /// It holds, and nothing was found that it covers.
    Unused,
    /// Something that its check needs was not answered, and nothing was found that it covers.
    NotAnswered,
    /// It covers findings.
    Holds,
    /// It ends later than the plan's `max_waiver_days` allows, so it does not hold.
    TooLong,
    /// Its last day was over when the answers were recorded, so it does not hold.
    Expired,
}

/// State of a waiver in one evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaiverUse {
    pub state: WaiverState,
    /// Number of findings that it matches, whether it is in effect or not.
    pub findings: usize,
}

/// Returns the day of an evaluation, in UTC.
pub(super) fn utc_day(recorded_at: OffsetDateTime) -> Date {
    recorded_at.to_offset(UtcOffset::UTC).date()
}

/// Returns why a waiver is not in effect on this day, or `None` if it is.
fn why_not_in_effect(waiver: &Waiver, today: Date, policy: &Policy) -> Option<WaiverState> {
    let longest = policy
        .rules
        .max_waiver_days
        .map(|days| today.saturating_add(time::Duration::days(i64::from(days))));
    if waiver.until < today {
        Some(WaiverState::Expired)
    } else {
        longest
            .filter(|longest| waiver.until > *longest)
            .map(|_| WaiverState::TooLong)
    }
}

/// Moves the waived findings of each outcome from `findings` to `waived`. Returns the state of each waiver.
pub(super) fn apply_waivers(
    outcomes: &mut [CheckOutcome],
    migration: &str,
    today: Date,
    policy: &Policy,
) -> Vec<WaiverUse> {
    let waivers = &policy.rules.waivers;
    let mut uses: Vec<WaiverUse> = waivers
        .iter()
        .map(|w| initial_use(w, migration, today, outcomes, policy))
        .collect();
    for outcome in outcomes {
        let mut remaining = Vec::new();
        for finding in std::mem::take(&mut outcome.findings) {
            let matches = |w: &Waiver| {
                w.check == outcome.check.id
                    && w.matches_migration(migration)
                    && w.matches_object(&finding.object.to_string())
            };
            let mut by = None;
            for (index, waiver) in waivers.iter().enumerate().filter(|(_, w)| matches(w)) {
                uses[index].findings += 1;
                if why_not_in_effect(waiver, today, policy).is_none() {
                    uses[index].state = WaiverState::Holds;
                    by = by.or(Some(index));
                }
            }
            match by {
                Some(waiver) => outcome.waived.push((finding, waiver)),
                None => remaining.push(finding),
            }
        }
        outcome.findings = remaining;
    }
    uses
}

/// Returns the state of a waiver before it covers a finding.
/// It is only unused if its check ran without missing facts. Whether its migration exists is only known for the
/// whole run.
fn initial_use(
    waiver: &Waiver,
    migration: &str,
    today: Date,
    outcomes: &[CheckOutcome],
    policy: &Policy,
) -> WaiverUse {
    let outcome = outcomes.iter().find(|o| o.check.id == waiver.check);
    let state = match why_not_in_effect(waiver, today, policy) {
        _ if !waiver.matches_migration(migration) => WaiverState::NotJudged,
        Some(ended) => ended,
        None => match outcome {
            None => WaiverState::NotJudged,
            Some(outcome) if outcome.missing.is_empty() => WaiverState::Unused,
            Some(_) => WaiverState::NotAnswered,
        },
    };
    WaiverUse { state, findings: 0 }
}

impl Evaluation {
    /// Counts the waived findings.
    pub fn count_waived(&self) -> usize {
        self.outcomes.iter().map(|o| o.waived.len()).sum()
    }
}
