//! Checks for parameters that the source changed and that differ on the target. Since 0.1.0.
//! The documented prerequisites require that server parameters are matched manually.

use super::compare::{
    ParameterDifference, ParameterState, display_target_value, parameter_differences,
};
use crate::checks::objects::target_collations::{CollationPresence, TargetCollations};
use crate::checks::{
    Check, CheckResult, Finding, Findings, FixStep, Needs, Object, OfficialRule, Severity,
};
use crate::commands::quote;
use crate::config::ServerId;
use crate::facts::Facts;
use crate::reference::parameter_semantics::{
    depends_on_machine_size, effect_on_results, interrupts_migration, is_locale_name,
};

pub const CHECK: Check = Check {
    id: "parameter-differs",
    title: "A server parameter that the source changed is different on the target",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[OfficialRule::Prerequisite("parameters")],
    why: "The migration copies no server parameters: what was tuned or chosen on the source has the target's default \
          until somebody sets it.",
    fix: "Set the parameter on the target, or decide that the target's value is better.",
    verify: "SELECT name, reset_val, unit FROM pg_settings WHERE source = 'configuration file' AND reset_val <> boot_val",
    link: "https://learn.microsoft.com/azure/postgresql/server-parameters/how-to-server-parameters-list-all",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let mut findings = Findings::none();
    let all = parameter_differences(facts, &mut findings)?;
    let server = facts.server.as_ref()?;
    let mut rest = Vec::new();
    for one in all.iter().filter_map(settable_difference) {
        match effect_on_results(one.name()) {
            Some(effect) => findings.push(one.finding(effect, facts, &server.id)),
            None => rest.push(one),
        }
    }
    let (later, rest): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|d| interrupts_migration(d.name()));
    let tables = [
        (
            later,
            "which would end or forbid the sessions of the migration: set them when it is done",
        ),
        (rest, "in tuning alone"),
    ];
    for (rows, how) in tables.iter().filter(|(rows, _)| !rows.is_empty()) {
        findings.push(table_finding(rows, how, &server.id));
    }
    Ok(findings)
}

/// A difference that one command can fix.
struct SettableDifference<'d> {
    difference: &'d ParameterDifference<'d>,
    target_value: String,
    new_value: &'d str,
    needs_restart: bool,
}

fn settable_difference<'d>(
    difference: &'d ParameterDifference<'d>,
) -> Option<SettableDifference<'d>> {
    match &difference.state {
        ParameterState::Differs { there, wanted } => Some(SettableDifference {
            difference,
            target_value: display_target_value(there),
            new_value: wanted,
            needs_restart: !there.is_dynamic,
        }),
        ParameterState::NotSettable { .. } | ParameterState::Absent => None,
    }
}

impl SettableDifference<'_> {
    fn name(&self) -> &str {
        &self.difference.setting.name
    }

    /// Returns the step that sets the parameter, or `None` if the value depends on the machine.
    fn set_step(&self, id: &ServerId) -> Option<FixStep> {
        let step = quote::set_parameter(id, self.name(), self.new_value);
        if depends_on_machine_size(self.name()) {
            return None;
        }
        Some(if interrupts_migration(self.name()) {
            step.afterwards()
        } else {
            step
        })
    }

    fn describe_row(&self) -> String {
        let here = self.difference.source_value();
        let caveat = if depends_on_machine_size(self.name()) {
            "; to be chosen for the target's memory and disk"
        } else if self.needs_restart {
            ", needs a restart"
        } else {
            ""
        };
        format!(
            "{here} on the source, {} on the target{caveat}",
            self.target_value
        )
    }

    /// Makes a locale step manual, unless the locale is known to exist on the target.
    /// The server rejects locales that it does not have.
    fn with_applicability(&self, facts: &Facts, step: FixStep) -> FixStep {
        let is_sure = || {
            matches!(
                TargetCollations::from_facts(facts).locale_presence(self.new_value),
                CollationPresence::Present
            )
        };
        if !is_locale_name(self.name()) || is_sure() {
            return step;
        }
        step.for_decision()
            .with_note("if the target has this locale")
    }

    fn finding(&self, effect: &str, facts: &Facts, id: &ServerId) -> Finding {
        let here = self.difference.source_value();
        let message = format!(
            "`{}` is `{here}` on the source and `{}` on the target: {effect}",
            self.name(),
            self.target_value
        );
        let finding = Finding::new(Object::parameter(self.name()), message)
            .with_evidence("source", here)
            .with_evidence("target", &self.target_value);
        let step = self
            .set_step(id)
            .map(|step| self.with_applicability(facts, step));
        let finding = step.into_iter().fold(finding, Finding::with_fix);
        if self.needs_restart {
            finding.with_fix(quote::restart_server(id))
        } else {
            finding
        }
    }
}

/// Returns one finding with a table of differences that do not change query results.
fn table_finding(rows: &[SettableDifference], how: &str, id: &ServerId) -> Finding {
    let message = match rows.len() {
        1 => format!("one more parameter differs, {how}"),
        n => format!("{n} more parameters differ, {how}"),
    };
    let start = Finding::new(Object::Server, message).with_severity(Severity::Note);
    let finding = rows.iter().fold(start, |finding, one| {
        let finding = finding.with_row(one.name(), one.describe_row());
        one.set_step(id)
            .into_iter()
            .fold(finding, Finding::with_fix)
    });
    let waits = |r: &SettableDifference| r.needs_restart && r.set_step(id).is_some();
    if rows.iter().any(waits) {
        finding.with_fix(quote::restart_server(id))
    } else {
        finding
    }
}
