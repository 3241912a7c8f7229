//! What the report says of how it was judged: `--strict` and its like, waivers, other severities. Not here: how it reads (`words`).

mod words;

use super::migration::Judged;
use super::value::{OverrideReport, PolicyReport, WaiverReport};
use crate::checks;
use crate::verdict::{Policy, WaiverState};

impl PolicyReport {
    /// `is_whole`: whether no migration is left out, so that a name that fits none of these fits none at all.
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

/// A waiver over all migrations: what any of them says most strongly.
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
    /// Takes over what another part of the same fleet did with the same rules; `false`: its rules are others.
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
