//! Compares check outcomes with fewer answers to those with more answers. Fewer answers must never improve an outcome.

use std::collections::BTreeMap;

use flexready::checks::{self, Severity};
use flexready::facts::Facts;
use flexready::plan::Migration;
use flexready::question::Answers;
use flexready::verdict::{Policy, Status, Verdict, judge};

/// The outcome of every check, and the verdict under `--strict`.
pub struct Judged {
    strict: Verdict,
    outcomes: BTreeMap<&'static str, Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    status: Status,
    /// The severity that counts for the verdict, by default and under `--strict`.
    weight: Option<Severity>,
    strict: Option<Severity>,
}

impl Judged {
    pub fn of(migration: &Migration, answers: &Answers) -> Judged {
        let facts = Facts::read(migration, answers);
        let plain = judge(&facts, &Policy::default());
        let policy = Policy {
            strict: true,
            ..Policy::default()
        };
        let strict = judge(&facts, &policy);
        let both = plain.outcomes.iter().zip(&strict.outcomes);
        let outcomes = both.map(|(plain, strict)| {
            let seen = Seen {
                status: plain.status,
                weight: plain.weight(),
                strict: strict.weight(),
            };
            (plain.check.id, seen)
        });
        Judged {
            strict: strict.verdict,
            outcomes: outcomes.collect(),
        }
    }

    pub fn status(&self, id: &str) -> Status {
        self.outcomes[id].status
    }

    /// Passed or not applicable. Readers understand both as no problem.
    pub fn is_good(&self, id: &str) -> bool {
        matches!(self.status(id), Status::Pass | Status::NotApplicable)
    }

    fn is_absent(&self) -> bool {
        let absent = self.outcomes.get("target-not-deployed");
        absent.is_some_and(|seen| seen.status == Status::Fail)
    }

    /// Describes each outcome that is better than `before`, which had more answers. Empty if the invariant is met.
    ///
    /// If the target does not exist, its checks become not applicable. That is correct, because it is a blocker.
    pub fn greener_than(&self, before: &Judged) -> Vec<String> {
        let mut wrong = Vec::new();
        for (id, was) in &before.outcomes {
            let is = self.outcomes[id];
            let excused = self.is_absent() && is.status == Status::NotApplicable;
            if excused {
                continue;
            }
            if self.is_good(id) && !before.is_good(id) {
                wrong.push(format!("{id}: {:?} became {:?}", was.status, is.status));
            }
            let check = checks::find(id).unwrap();
            let is_lighter = is.weight < was.weight && check.unknown == check.severity;
            if is.strict < was.strict || is_lighter {
                wrong.push(format!("{id}: {:?} became {:?}", was.strict, is.strict));
            }
        }
        if readiness(self.strict) > readiness(before.strict) {
            wrong.push(format!("{:?} became {:?}", before.strict, self.strict));
        }
        wrong
    }

    /// Describes the checks that pass here and did not pass when the question had no answer at all.
    pub fn knows_more_than(&self, refused: &Judged) -> Vec<String> {
        let good = self.outcomes.keys().filter(|id| self.is_good(id));
        let more = good.filter(|id| !refused.is_good(id) && !self.is_absent());
        more.map(|id| format!("{id}: {:?}", self.status(id)))
            .collect()
    }
}

/// Ranks a verdict by readiness. An incomplete migration cannot start either, so it ranks with not ready.
fn readiness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ready => 2,
        Verdict::ReadyWithWarnings => 1,
        Verdict::Incomplete | Verdict::NotReady => 0,
    }
}
