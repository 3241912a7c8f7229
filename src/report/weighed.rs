//! What the report says of how it was judged: `--strict` and its like, waivers, other severities. Here too: why the exit code is
//! what it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::build::Judged;
use super::value::{MigrationReport, Summary};
use super::words::{self, counted};
use crate::checks::{self, Severity};
use crate::plan::judging::Waiver;
use crate::verdict::{FailOn, Policy, Verdict, WaiverState};

/// What was said of how to judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyReport {
    pub strict: bool,
    pub fail_on: FailOn,
    pub allow_unknown: Vec<String>,
    /// What `--check` named: these checks alone were run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// What `--skip` named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
    /// Checks that were left out by `--check` or `--skip`.
    pub left_out: Vec<String>,
    /// The plan file, as it was named; null without one.
    pub plan: Option<String>,
    /// Checks that the plan weighs otherwise than the catalogue does.
    pub severity: Vec<OverrideReport>,
    /// The most days ahead that a waiver may end; null: any.
    pub max_waiver_days: Option<u32>,
    /// All waivers of the plan.
    pub waivers: Vec<WaiverReport>,
}

/// A check that the plan weighs otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverrideReport {
    pub check: String,
    pub severity: Severity,
    /// What the catalogue says.
    pub instead_of: Severity,
    /// The line of the plan.
    pub line: usize,
}

/// A waiver of the plan, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverReport {
    pub check: String,
    /// Which migrations it is for; null: all.
    pub migration: Option<String>,
    /// Which objects it is for; null: all.
    pub object: Option<String>,
    pub reason: String,
    pub owner: String,
    pub ticket: Option<String>,
    /// The last day on which it holds, in UTC.
    pub until: String,
    /// The line of the plan.
    pub line: usize,
    pub state: WaiverState,
    /// Findings that it speaks of, whether it holds or not.
    pub findings: usize,
}

/// Who answers for a finding, and until when.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WaivedReport {
    pub reason: String,
    pub owner: String,
    pub ticket: Option<String>,
    /// The last day, in UTC.
    pub until: String,
    /// The line of the plan.
    pub line: usize,
}

impl WaivedReport {
    pub(super) fn new(waiver: &Waiver) -> Self {
        WaivedReport {
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            ticket: waiver.ticket.clone(),
            until: waiver.until.to_string(),
            line: waiver.line,
        }
    }

    /// `waived until 2027-03-31 by dba (T-12): grows at cutover`
    pub(super) fn words(&self) -> String {
        let ticket = self.ticket.as_deref().map(|t| format!(" ({t})"));
        let ticket = ticket.unwrap_or_default();
        let (until, owner, reason) = (&self.until, &self.owner, &self.reason);
        format!("waived until {until} by {owner}{ticket}: {reason}")
    }
}

impl PolicyReport {
    pub(super) fn new(policy: &Policy, judged: &[Judged]) -> Self {
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
            plan: rules.file.clone(),
            severity: overrides(policy),
            max_waiver_days: rules.max_waiver_days,
            waivers: (0..rules.waivers.len())
                .map(|index| waiver(index, policy, judged))
                .collect(),
        }
    }

    /// What differs from the usual, a sentence each.
    pub(super) fn words(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.strict {
            said.push("`--strict`: what could not be answered counts in full".to_owned());
        }
        match self.fail_on {
            FailOn::Blocker => {}
            FailOn::Warning => said.push("`--fail-on warning`: warnings fail the run".to_owned()),
            FailOn::Never => said.push("`--fail-on never`: no finding fails the run".to_owned()),
        }
        if !self.allow_unknown.is_empty() {
            let ids = self.allow_unknown.join(", ");
            said.push(format!(
                "`--allow-unknown`: counts as a note when not answered: {ids}"
            ));
        }
        if !self.left_out.is_empty() {
            said.push(format!("left out: {}", self.left_out.join(", ")));
        }
        for o in &self.severity {
            let (now, was) = (word(o.severity), word(o.instead_of));
            said.push(format!(
                "{} counts as {now}, not {was} (plan line {})",
                o.check, o.line
            ));
        }
        said
    }

    /// All that a reader must know of how it was judged: what differs from the usual, and the waivers that ask for something.
    pub(super) fn judged(&self) -> Vec<String> {
        let stale = self.stale_waivers();
        let stale = stale.map(|w| w.words(self.max_waiver_days));
        self.words().into_iter().chain(stale).collect()
    }

    /// The waivers that a reader should do something about.
    pub(super) fn stale_waivers(&self) -> impl Iterator<Item = &WaiverReport> {
        self.waivers
            .iter()
            .filter(|w| !matches!(w.state, WaiverState::Holds | WaiverState::NotJudged))
    }
}

impl WaiverReport {
    /// What became of it, for those that do not simply hold.
    pub(super) fn words(&self, max_days: Option<u32>) -> String {
        let object = self.object.as_deref().map(|o| format!(" on {o}"));
        let object = object.unwrap_or_default();
        let again = match self.findings {
            0 => "it covers nothing; remove it".to_owned(),
            n => format!("{} again", counts(n)),
        };
        let state = match self.state {
            WaiverState::Expired => format!("ended on {}: {again}", self.until),
            WaiverState::TooLong => {
                let days = counted(max_days.unwrap_or_default() as usize, "day");
                format!("does not hold: {} is more than {days} ahead", self.until)
            }
            WaiverState::Unused => "covers nothing that was found; remove it".to_owned(),
            WaiverState::Holds => format!("covers {}", counted(self.findings, "finding")),
            WaiverState::NotJudged => "was not needed: its check was not judged here".to_owned(),
        };
        format!(
            "the waiver of {}{object} (plan line {}) {state}",
            self.check, self.line
        )
    }
}

fn counts(findings: usize) -> String {
    match findings {
        1 => "1 finding counts".to_owned(),
        n => format!("{n} findings count"),
    }
}

fn word(severity: Severity) -> &'static str {
    super::words::severity(severity)
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
fn waiver(index: usize, policy: &Policy, judged: &[Judged]) -> WaiverReport {
    let waiver = &policy.rules.waivers[index];
    let uses = || judged.iter().map(|j| j.waivers[index]);
    WaiverReport {
        check: waiver.check.clone(),
        migration: waiver.migration.clone(),
        object: waiver.object.clone(),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        ticket: waiver.ticket.clone(),
        until: waiver.until.to_string(),
        line: waiver.line,
        state: uses()
            .map(|u| u.state)
            .max()
            .unwrap_or(WaiverState::NotJudged),
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

/// One line that says why the exit code is what it is.
pub(super) fn exit_reason(
    verdict: Verdict,
    fail_on: FailOn,
    migrations: &[MigrationReport],
) -> String {
    let sum =
        |pick: fn(&Summary) -> usize| migrations.iter().map(|m| pick(&m.summary)).sum::<usize>();
    let gating = migrations
        .iter()
        .flat_map(|m| &m.checks)
        .filter(|c| c.unknown_as == Some(Severity::Blocker))
        .count();
    let mut reason = match verdict {
        Verdict::Ready => "ready: no blockers, no warnings".to_owned(),
        Verdict::ReadyWithWarnings => ready_with(sum(|s| s.warnings), migrations),
        Verdict::NotReady => format!("not ready: {}", counted(sum(|s| s.blockers), "blocker")),
        Verdict::Incomplete if migrations.iter().any(words::is_unjudged) => {
            "incomplete: no check was run; `--check` and `--skip` leave none for what is given"
                .to_owned()
        }
        Verdict::Incomplete => {
            let gating = counted(gating, "check");
            format!("incomplete: {gating} that may hide a blocker could not be answered")
        }
    };
    let waived = sum(|s| s.waived);
    if waived > 0 {
        reason = format!("{reason}; {} waived", counted(waived, "finding"));
    }
    match fail_on {
        FailOn::Never if verdict > Verdict::ReadyWithWarnings => {
            format!("{reason}; --fail-on never makes this 0")
        }
        FailOn::Warning if verdict == Verdict::ReadyWithWarnings => {
            format!("{reason}; --fail-on warning makes this 1")
        }
        _ => reason,
    }
}

/// Warnings that were found, and those that may be hidden.
fn ready_with(warnings: usize, migrations: &[MigrationReport]) -> String {
    let hidden = migrations
        .iter()
        .flat_map(|m| &m.checks)
        .filter(|c| c.unknown_as == Some(Severity::Warning))
        .count();
    let mut parts = Vec::new();
    if warnings > 0 || hidden == 0 {
        parts.push(counted(warnings, "warning"));
    }
    if hidden > 0 {
        parts.push(format!("{} not answered", counted(hidden, "check")));
    }
    format!("ready with warnings: {}", parts.join(", "))
}
