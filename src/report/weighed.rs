//! The policy section of the report: flags, waivers, and severity overrides.

mod words;

use super::migration::Judged;
use super::value::{OverrideReport, PolicyReport, WaiverReport};
use crate::checks;
use crate::verdict::{Policy, WaiverState};

impl PolicyReport {
    /// If `is_complete` is `true`, the report includes every migration. A waiver for a migration that is not included
    /// then applies to none.
    pub(super) fn new(policy: &Policy, judged: &[Judged], is_whole: bool) -> Self {
        let mut left_out: Vec<String> = judged
            .iter()
            .flat_map(|j| &j.left_out)
            .map(|id| (*id).to_owned())
            .collect();
        left_out.sort();
        left_out.dedup();
        let rules = &policy.rules;
        PolicyReport {
            strict: policy.strict,
            fail_on: policy.fail_on,
            allow_unknown: policy.allow_unknown.clone(),
            only: policy.only.clone(),
            skip: policy.skip.clone(),
            left_out,
            alone: policy.only.clone(),
            plan: rules.file.clone(),
            severity: overrides(policy),
            max_waiver_days: rules.max_waiver_days,
            waivers: (0..rules.waivers.len())
                .map(|index| waiver(index, policy, judged, is_whole))
                .collect(),
        }
    }
}

fn overrides(policy: &Policy) -> Vec<OverrideReport> {
    let report = |o: &crate::plan::judging::Override| {
        let check = checks::find(&o.check)?;
        Some(OverrideReport {
            check: o.check.clone(),
            severity: o.severity,
            instead_of: check.severity,
            line: o.line,
        })
    };
    policy.rules.overrides.iter().filter_map(report).collect()
}

/// Combines the states of a waiver over all migrations. The strongest state applies.
fn waiver(index: usize, policy: &Policy, judged: &[Judged], is_whole: bool) -> WaiverReport {
    let waiver = &policy.rules.waivers[index];
    let uses = || judged.iter().map(|j| j.waivers[index]);
    let judged = judged.iter().map(|j| j.migration.name.as_str());
    let planned = policy.rules.lines.iter().filter_map(|l| l.0.as_deref());
    let is_for_none = is_whole && !judged.chain(planned).any(|name| waiver.is_for(name));
    let strongest = uses().map(|u| u.state).max();
    WaiverReport {
        check: waiver.check.clone(),
        migration: waiver.migration.clone(),
        object: waiver.object.clone(),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        ticket: waiver.ticket.clone(),
        until: waiver.until.to_string(),
        line: waiver.line,
        state: match strongest {
            _ if is_for_none => WaiverState::NoMigration,
            strongest => strongest.unwrap_or(WaiverState::NotJudged),
        },
        findings: uses().map(|u| u.findings).sum(),
    }
}

impl PolicyReport {
    /// Adds the waiver usage of another shard of the same fleet. Returns `false` if its rules differ.
    pub(super) fn join(&mut self, other: PolicyReport) -> bool {
        let rules = |policy: &PolicyReport| PolicyReport {
            left_out: Vec::new(),
            waivers: policy.waivers.iter().map(WaiverReport::unused).collect(),
            ..policy.clone()
        };
        if rules(self) != rules(&other) {
            return false;
        }
        self.left_out.extend(other.left_out);
        self.left_out.sort();
        self.left_out.dedup();
        for (own, its) in self.waivers.iter_mut().zip(other.waivers) {
            own.state = own.state.max(its.state);
            own.findings += its.findings;
        }
        true
    }
}

impl WaiverReport {
    fn unused(&self) -> WaiverReport {
        WaiverReport {
            state: WaiverState::NotJudged,
            findings: 0,
            ..self.clone()
        }
    }
}
