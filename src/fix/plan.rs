//! Collects the steps of all findings of a judgement. Each step occurs once, with all findings that it fixes.

use std::collections::BTreeMap;

use crate::checks::{Check, Finding, Severity};
use crate::commands::step::{Action, Applicability, FixStep, Phase, StepOrder};
use crate::config::ServerId;
use crate::facts::Facts;
use crate::verdict::{CheckOutcome, Evaluation};

/// A finding with its check and effective severity.
#[derive(Clone, Copy)]
pub(crate) struct StepReason<'a> {
    /// The position of the finding in the report.
    pub index: usize,
    pub check: &'static Check,
    pub severity: Severity,
    pub finding: &'a Finding,
}

/// Who handles a step, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handling {
    /// The script runs it.
    Script,
    /// A person decides about it or does it, before the migration.
    Person,
    /// A person does it after the migration.
    Afterwards,
}

/// A step with the findings that it fixes.
pub(crate) struct PlannedStep<'a> {
    pub step: &'a FixStep,
    pub reasons: Vec<StepReason<'a>>,
}

impl PlannedStep<'_> {
    /// Returns the highest severity of the findings.
    pub fn max_severity(&self) -> Severity {
        let all = self.reasons.iter().map(|a| a.severity);
        all.max().unwrap_or(Severity::Note)
    }

    /// Returns who handles the step. Steps for notes are manual.
    /// Steps that cost money are manual unless they fix a blocker.
    pub fn handling(&self) -> Handling {
        let is_offered = self.max_severity() == Severity::Note
            || (self.step.impact.cost.is_some() && self.max_severity() < Severity::Blocker);
        match (self.step.phase, self.step.applicability) {
            (Phase::After, _) => Handling::Afterwards,
            (Phase::Before, Applicability::Script) if !is_offered => Handling::Script,
            (Phase::Before, _) => Handling::Person,
        }
    }

    /// Returns the IDs of the checks whose findings it fixes, in report order.
    pub fn check_ids(&self) -> Vec<&'static str> {
        let mut ids: Vec<&str> = self.reasons.iter().map(|a| a.check.id).collect();
        ids.dedup();
        ids
    }

    pub fn is_restart(&self) -> bool {
        matches!(self.step.action, Action::Restart(_))
    }
}

/// Returns every finding that is not waived, in report order.
pub(crate) fn step_reasons<'a>(judgement: &'a Evaluation) -> impl Iterator<Item = StepReason<'a>> {
    let findings = judgement.outcomes.iter().flat_map(|outcome| {
        let findings = outcome.findings.iter();
        findings.map(move |finding| (outcome, finding))
    });
    let reason =
        |(index, (outcome, finding)): (usize, (&'a CheckOutcome, &'a Finding))| StepReason {
            index,
            check: outcome.check,
            severity: outcome.finding_severity(finding),
            finding,
        };
    findings.enumerate().map(reason)
}

/// What makes two steps the same: one of them is enough.
fn identity(step: &FixStep) -> (&Action, Phase, Option<&str>) {
    (&step.action, step.phase, step.note.as_deref())
}

/// Returns every step of the findings once. Unlocking and starting come first.
pub(crate) fn planned_steps(judgement: &Evaluation) -> Vec<PlannedStep<'_>> {
    let mut all: Vec<PlannedStep> = Vec::new();
    let mut positions = std::collections::HashMap::new();
    for asked in step_reasons(judgement) {
        for step in &asked.finding.fix {
            let position = *positions.entry(identity(step)).or_insert(all.len());
            match all.get_mut(position) {
                Some(wish) => wish.reasons.push(asked),
                None => all.push(PlannedStep {
                    step,
                    reasons: vec![asked],
                }),
            }
        }
    }
    all.sort_by_key(|w| w.step.order.min(StepOrder::Change));
    all
}

/// A parameter with its merged value.
pub(crate) struct PlannedParameter<'a> {
    pub server: &'a ServerId,
    pub name: &'a str,
    pub value: String,
    pub reasons: Vec<StepReason<'a>>,
    /// Other values that findings require.
    pub other_values: Vec<&'a str>,
    /// The required value after the migration, if `value` is temporary.
    pub permanent_value: Option<&'a str>,
    pub is_temporary: bool,
}

/// Returns the parameters of steps with this handling, sorted by name.
pub(crate) fn planned_parameters<'a>(
    wishes: &'a [PlannedStep<'a>],
    handling: Handling,
) -> Vec<PlannedParameter<'a>> {
    let mut by_name: BTreeMap<String, Vec<&PlannedStep>> = BTreeMap::new();
    for wish in wishes.iter().filter(|w| w.handling() == handling) {
        if let Action::Parameter { server, name, .. } = &wish.step.action {
            let key = format!("{server} {}", name.to_lowercase());
            by_name.entry(key).or_default().push(wish);
        }
    }
    by_name
        .into_values()
        .filter_map(|same| merge_parameter_steps(&same))
        .collect()
}

fn merge_parameter_steps<'a>(same: &[&'a PlannedStep<'a>]) -> Option<PlannedParameter<'a>> {
    let (server, name, _) = parameter_parts(same.first()?)?;
    let all = || same.iter().copied();
    let is_temporary = same.iter().any(|w| w.step.is_temporary);
    // Temporary values for the migration have precedence over permanent values.
    let current_values: Vec<&str> =
        required_values(all().filter(|w| w.step.is_temporary == is_temporary));
    let lasting = required_values(all().filter(|w| !w.step.is_temporary));
    let value = merge_values(name, &current_values)?;
    let all_values = required_values(all());
    Some(PlannedParameter {
        server,
        name,
        other_values: all_values.into_iter().filter(|v| *v != value).collect(),
        permanent_value: lasting.into_iter().next().filter(|_| is_temporary),
        reasons: same
            .iter()
            .flat_map(|w| w.reasons.iter().copied())
            .collect(),
        value,
        is_temporary,
    })
}

fn parameter_parts<'a>(wish: &'a PlannedStep<'a>) -> Option<(&'a ServerId, &'a str, &'a str)> {
    match &wish.step.action {
        Action::Parameter {
            server,
            name,
            value,
        } => Some((server, name, value)),
        _ => None,
    }
}

fn required_values<'a>(wishes: impl Iterator<Item = &'a PlannedStep<'a>>) -> Vec<&'a str> {
    let mut all: Vec<&str> = wishes
        .filter_map(|w| parameter_parts(w))
        .map(|p| p.2)
        .collect();
    all.dedup();
    all
}

/// Parameters whose values are lists. All members of all values are kept.
const LIST_PARAMETERS: &[&str] = &[
    "azure.accepted_password_auth_method",
    "azure.extensions",
    "shared_preload_libraries",
];

/// Merges the required values: the union of lists, the largest number, otherwise the value of the first check.
fn merge_values(name: &str, values: &[&str]) -> Option<String> {
    if LIST_PARAMETERS.contains(&name.to_lowercase().as_str()) {
        let mut members: Vec<&str> = Vec::new();
        for member in values.iter().flat_map(|v| v.split(',')).map(str::trim) {
            if !member.is_empty() && !members.iter().any(|m| m.eq_ignore_ascii_case(member)) {
                members.push(member);
            }
        }
        return Some(members.join(","));
    }
    let numbers: Option<Vec<f64>> = values.iter().map(|v| v.parse().ok()).collect();
    let largest = numbers.and_then(|n| {
        n.iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
    });
    let position = largest.map_or(0, |(position, _)| position);
    values.get(position).map(|v| (*v).to_owned())
}

/// Returns whether a change of the parameter requires a restart. Returns `true` if this is unknown.
pub(crate) fn needs_restart(facts: &Facts, name: &str) -> bool {
    let configurations = facts.target_parameters.as_ref().ok();
    let known = configurations.and_then(|c| c.find(name).ok().flatten().map(|p| p.is_dynamic));
    known != Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_values_are_merged_into_one() {
        assert_eq!(
            merge_values("max_connections", &["415", "2015"]).as_deref(),
            Some("2015")
        );
        assert_eq!(
            merge_values("timezone", &["UTC", "CET"]).as_deref(),
            Some("UTC")
        );
        assert_eq!(
            merge_values("azure.extensions", &["PG_TRGM,hstore", "pg_trgm,citext"]).as_deref(),
            Some("PG_TRGM,hstore,citext")
        );
        assert_eq!(merge_values("x", &[]), None);
    }
}
