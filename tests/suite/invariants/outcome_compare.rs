//! Compares check outcomes with fewer answers to those with more answers. Fewer answers must never improve an outcome.

use std::collections::BTreeMap;

use flexready::checks;
use flexready::checks::Severity;
use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::question::Answers;
use flexready::verdict::{Policy, Status, Verdict, evaluate};

/// The outcome of every check, and the verdict under `--strict`.
pub struct CheckOutcomes {
    strict_verdict: Verdict,
    outcomes: BTreeMap<&'static str, CheckState>,
}

#[derive(Clone, Copy)]
struct CheckState {
    status: Status,
    /// The severity that counts for the verdict, by default and under `--strict`.
    severity: Option<Severity>,
    strict_severity: Option<Severity>,
}

impl CheckOutcomes {
    pub fn from_answers(migration: &Migration, answers: &Answers) -> CheckOutcomes {
        let facts = Facts::read(migration, answers);
        let plain = evaluate(&facts, &Policy::default());
        let policy = Policy {
            strict: true,
            ..Policy::default()
        };
        let strict = evaluate(&facts, &policy);
        let both = plain.outcomes.iter().zip(&strict.outcomes);
        let outcomes = both.map(|(plain, strict)| {
            let state = CheckState {
                status: plain.status,
                severity: plain.worst_severity(),
                strict_severity: strict.worst_severity(),
            };
            (plain.check.id, state)
        });
        CheckOutcomes {
            strict_verdict: strict.verdict,
            outcomes: outcomes.collect(),
        }
    }

    pub fn status(&self, id: &str) -> Status {
        self.outcomes[id].status
    }

    /// Passed or not applicable. Readers understand both as no problem.
    pub fn is_pass_or_not_applicable(&self, id: &str) -> bool {
        matches!(self.status(id), Status::Pass | Status::NotApplicable)
    }

    fn is_target_absent(&self) -> bool {
        let absent = self.outcomes.get("target-not-deployed");
        absent.is_some_and(|seen| seen.status == Status::Fail)
    }

    /// Describes each outcome that is better than `before`, which had more answers. Empty if the invariant is met.
    ///
    /// If the target does not exist, its checks become not applicable. That is correct, because it is a blocker.
    pub fn improvements_over(&self, before: &CheckOutcomes) -> Vec<String> {
        let mut improvements = Vec::new();
        for (id, old_state) in &before.outcomes {
            let new_state = self.outcomes[id];
            let excused = self.is_target_absent() && new_state.status == Status::NotApplicable;
            if excused {
                continue;
            }
            if self.is_pass_or_not_applicable(id) && !before.is_pass_or_not_applicable(id) {
                improvements.push(format!(
                    "{id}: {:?} became {:?}",
                    old_state.status, new_state.status
                ));
            }
            let check = checks::find(id).unwrap();
            let is_lighter =
                new_state.severity < old_state.severity && check.unknown == check.severity;
            if new_state.strict_severity < old_state.strict_severity || is_lighter {
                improvements.push(format!(
                    "{id}: {:?} became {:?}",
                    old_state.strict_severity, new_state.strict_severity
                ));
            }
        }
        if readiness_rank(self.strict_verdict) > readiness_rank(before.strict_verdict) {
            improvements.push(format!(
                "{:?} became {:?}",
                before.strict_verdict, self.strict_verdict
            ));
        }
        improvements
    }

    /// Describes the checks that pass here and did not pass when the question had no answer at all.
    pub fn unjustified_passes(&self, unanswered: &CheckOutcomes) -> Vec<String> {
        let good = self
            .outcomes
            .keys()
            .filter(|id| self.is_pass_or_not_applicable(id));
        let more =
            good.filter(|id| !unanswered.is_pass_or_not_applicable(id) && !self.is_target_absent());
        more.map(|id| format!("{id}: {:?}", self.status(id)))
            .collect()
    }
}

/// Ranks a verdict by readiness. An incomplete migration cannot start either, so it ranks with not ready.
fn readiness_rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ready => 2,
        Verdict::ReadyWithWarnings => 1,
        Verdict::Incomplete | Verdict::NotReady => 0,
    }
}
