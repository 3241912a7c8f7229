//! The policy section of the report: flags, waivers, and severity overrides.

use super::build::MigrationReportPart;
use super::model::{AppliedWaiver, PolicyReport, SeverityOverrideReport, WaiverReport};
use super::phrases::count_noun;
use crate::checks;
use crate::verdict::{FailOn, Policy, WaiverState};

impl PolicyReport {
    /// If `is_complete` is `true`, the report includes every migration. A waiver for a migration that is not included
    /// then applies to none.
    pub(super) fn new(policy: &Policy, parts: &[MigrationReportPart], is_complete: bool) -> Self {
        let mut left_out: Vec<String> = parts
            .iter()
            .flat_map(|j| &j.excluded)
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
            severity: severity_overrides(policy),
            max_waiver_days: rules.max_waiver_days,
            waivers: (0..rules.waivers.len())
                .map(|index| waiver_report(index, policy, parts, is_complete))
                .collect(),
        }
    }
}

fn severity_overrides(policy: &Policy) -> Vec<SeverityOverrideReport> {
    let report = |o: &crate::config::policy_rules::SeverityOverride| {
        let check = checks::find(&o.check)?;
        Some(SeverityOverrideReport {
            check: o.check.clone(),
            severity: o.severity,
            instead_of: check.severity,
            line: o.line,
        })
    };
    policy.rules.overrides.iter().filter_map(report).collect()
}

/// Combines the states of a waiver over all migrations. The strongest state applies.
fn waiver_report(
    index: usize,
    policy: &Policy,
    parts: &[MigrationReportPart],
    is_complete: bool,
) -> WaiverReport {
    let waiver = &policy.rules.waivers[index];
    let uses = || parts.iter().map(|j| j.waiver_uses[index]);
    let judged = parts.iter().map(|j| j.migration.name.as_str());
    let planned = policy
        .rules
        .migration_lines
        .iter()
        .filter_map(|l| l.0.as_deref());
    let is_for_none = is_complete
        && !judged
            .chain(planned)
            .any(|name| waiver.matches_migration(name));
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
    pub(super) fn merge(&mut self, other: PolicyReport) -> bool {
        let rules = |policy: &PolicyReport| PolicyReport {
            left_out: Vec::new(),
            waivers: policy
                .waivers
                .iter()
                .map(WaiverReport::without_usage)
                .collect(),
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
    fn without_usage(&self) -> WaiverReport {
        WaiverReport {
            state: WaiverState::NotJudged,
            findings: 0,
            ..self.clone()
        }
    }
}

impl PolicyReport {
    /// Describes policy settings that differ from the defaults, one sentence each.
    pub(crate) fn describe_settings(&self) -> Vec<String> {
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
            said.push(excluded_checks(&self.left_out, &self.alone));
        }
        for o in &self.severity {
            let (now, was) = (o.severity, o.instead_of);
            said.push(format!(
                "{} counts as {now}, not {was} (plan line {})",
                o.check, o.line
            ));
        }
        said
    }

    /// Describes what a reader must know about the policy: settings that differ from the defaults, and waivers that
    /// need attention.
    pub(crate) fn describe_policy(&self) -> Vec<String> {
        let stale = self.stale_waivers();
        let stale = stale.map(|w| w.describe(self.max_waiver_days));
        self.describe_settings().into_iter().chain(stale).collect()
    }

    /// Returns the waivers that need attention.
    pub(crate) fn stale_waivers(&self) -> impl Iterator<Item = &WaiverReport> {
        self.waivers
            .iter()
            .filter(|w| !matches!(w.state, WaiverState::Holds | WaiverState::NotJudged))
    }
}

/// Describes which checks were excluded. If only a few checks remain, names those.
fn excluded_checks(ids: &[String], alone: &[String]) -> String {
    const FEW: usize = 6;
    let count = ids.len();
    if count <= FEW {
        return format!("left out: {}", ids.join(", "));
    }
    match alone.len() {
        0 | FEW.. => format!("{count} left out: {}, …", ids[..FEW].join(", ")),
        _ => format!("`{}` alone; {count} left out", alone.join("`, `")),
    }
}

impl WaiverReport {
    /// Describes the state of the waiver.
    pub(crate) fn describe(&self, max_days: Option<u32>) -> String {
        let object = self.object.as_deref().map(|o| format!(" on {o}"));
        let object = object.unwrap_or_default();
        let again = match self.findings {
            0 => "it covers nothing; remove it".to_owned(),
            n => format!("{} again", findings_count_again(n)),
        };
        let state = match self.state {
            WaiverState::Expired => format!("ended on {}: {again}", self.until),
            WaiverState::TooLong => {
                let days = count_noun(max_days.unwrap_or_default() as usize, "day");
                format!("does not hold: {} is more than {days} ahead", self.until)
            }
            WaiverState::Unused => "covers nothing that was found; remove it".to_owned(),
            WaiverState::Holds => format!("covers {}", count_noun(self.findings, "finding")),
            WaiverState::NoMigration => {
                let name = self.migration.as_deref().unwrap_or("*");
                format!(
                    "is for `{name}`, and no migration is called so; correct the name, or remove it"
                )
            }
            WaiverState::NotAnswered => format!(
                "covers findings alone, and its check was not answered; what `--allow-unknown {}` names counts as a note",
                self.check
            ),
            WaiverState::NotJudged => "was not needed: its check was not judged here".to_owned(),
        };
        format!(
            "the waiver of {}{object} (plan line {}) {state}",
            self.check, self.line
        )
    }
}

fn findings_count_again(findings: usize) -> String {
    match findings {
        1 => "1 finding counts".to_owned(),
        n => format!("{n} findings count"),
    }
}

impl AppliedWaiver {
    /// `waived until 2027-03-31 by dba (T-12): grows at cutover`
    pub(crate) fn describe(&self) -> String {
        let ticket = self.ticket.as_deref().map(|t| format!(" ({t})"));
        let ticket = ticket.unwrap_or_default();
        let (until, owner, reason) = (&self.until, &self.owner, &self.reason);
        format!("waived until {until} by {owner}{ticket}: {reason}")
    }
}
