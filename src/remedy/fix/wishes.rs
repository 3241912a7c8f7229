//! What the findings of a judgement ask for: each step once, with all that it answers.

use crate::checks::step::{Step, Taken, What};
use crate::checks::{Check, Finding, Severity};
use crate::verdict::Judgement;

/// A finding that asks for something.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub check: &'static Check,
    pub severity: Severity,
    pub finding: &'a Finding,
}

/// A step with the findings that it answers.
pub(super) struct Wish<'a> {
    pub step: &'a Step,
    pub by: Vec<Asked<'a>>,
}

impl Wish<'_> {
    /// The most that one of its findings weighs.
    pub fn severity(&self) -> Severity {
        let all = self.by.iter().map(|a| a.severity);
        all.max().unwrap_or(Severity::Note)
    }

    /// Who takes it. A note asks for nothing, and what costs money is worth it for a blocker alone: both are offered.
    pub fn taken(&self) -> Taken {
        let is_offered = self.severity() == Severity::Note
            || (self.step.effect.costs.is_some() && self.severity() < Severity::Blocker);
        match self.step.taken {
            Taken::ByScript if is_offered => Taken::ByPerson,
            taken => taken,
        }
    }

    /// The ids of the checks that it answers, in the order of the report.
    pub fn checks(&self) -> Vec<&'static str> {
        let mut ids: Vec<&str> = self.by.iter().map(|a| a.check.id).collect();
        ids.dedup();
        ids
    }

    pub fn is_restart(&self) -> bool {
        matches!(self.step.what, What::Restart(_))
    }
}

/// Every finding that is not waived, in the order of the report.
pub(super) fn asked(judgement: &Judgement) -> impl Iterator<Item = Asked<'_>> {
    judgement.outcomes.iter().flat_map(|outcome| {
        outcome.findings.iter().map(|finding| Asked {
            check: outcome.check,
            severity: outcome.severity_of(finding),
            finding,
        })
    })
}

/// Every step that they ask for, each once, in turn.
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
