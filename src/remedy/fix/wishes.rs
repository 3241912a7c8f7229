//! Collects the steps of all findings of a judgement. Each step occurs once, with all findings that it fixes.

use crate::checks::step::{Step, Taken, What};
use crate::checks::{Check, Finding, Severity};
use crate::verdict::Judgement;

/// A finding with its check and effective severity.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub check: &'static Check,
    pub severity: Severity,
    pub finding: &'a Finding,
}

/// A step with the findings that it fixes.
pub(super) struct Wish<'a> {
    pub step: &'a Step,
    pub by: Vec<Asked<'a>>,
}

impl Wish<'_> {
    /// Returns the highest severity of the findings.
    pub fn severity(&self) -> Severity {
        let all = self.by.iter().map(|a| a.severity);
        all.max().unwrap_or(Severity::Note)
    }

    /// Returns who runs the step. Steps for notes are manual.
    /// Steps that cost money are manual unless they fix a blocker.
    pub fn taken(&self) -> Taken {
        let is_offered = self.severity() == Severity::Note
            || (self.step.effect.costs.is_some() && self.severity() < Severity::Blocker);
        match self.step.taken {
            Taken::ByScript if is_offered => Taken::ByPerson,
            taken => taken,
        }
    }

    /// Returns the IDs of the checks whose findings it fixes, in report order.
    pub fn checks(&self) -> Vec<&'static str> {
        let mut ids: Vec<&str> = self.by.iter().map(|a| a.check.id).collect();
        ids.dedup();
        ids
    }

    pub fn is_restart(&self) -> bool {
        matches!(self.step.what, What::Restart(_))
    }
}

/// Returns every finding that is not waived, in report order.
pub(super) fn asked(judgement: &Judgement) -> impl Iterator<Item = Asked<'_>> {
    judgement.outcomes.iter().flat_map(|outcome| {
        outcome.findings.iter().map(|finding| Asked {
            check: outcome.check,
            severity: outcome.severity_of(finding),
            finding,
        })
    })
}

/// Returns every step of the findings once, sorted by phase.
pub(super) fn wishes(judgement: &Judgement) -> Vec<Wish<'_>> {
    let mut all: Vec<Wish> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for asked in asked(judgement) {
        for step in &asked.finding.fix {
            let place = *places.entry(step.to_string()).or_insert(all.len());
            match all.get_mut(place) {
                Some(wish) => wish.by.push(asked),
                None => all.push(Wish {
                    step,
                    by: vec![asked],
                }),
            }
        }
    }
    all.sort_by_key(|w| w.step.turn);
    all
}
