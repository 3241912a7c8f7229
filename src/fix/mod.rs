//! Generates scripts for psql and the Azure CLI. Does not run anything.

pub mod auditor_grants;

mod manual_steps;
mod plan;
mod restore;
mod script;
mod script_header;

use manual_steps::{Automated, write_manual_steps};
use plan::{
    Handling, PlannedParameter, PlannedStep, StepReason, needs_restart, planned_parameters,
    planned_steps,
};
use script::BashScript;
use script_header::{preparation_header, requirements_line};

use crate::commands::quote;
use crate::commands::step::Action;
use crate::facts::Facts;
use crate::verdict::Evaluation;

pub use restore::restore_script;

/// The maximum number of findings that a script lists for one check or step. The report lists all of them.
const MAX_FINDINGS: usize = 20;

/// Returns the script to run before the migration.
pub fn preparation_script(facts: &Facts, judgement: &Evaluation) -> String {
    let planned = planned_steps(judgement);
    let parameters = planned_parameters(&planned, Handling::Script);
    let steps: Vec<&PlannedStep> = planned.iter().filter(|w| is_standalone_step(w)).collect();
    let has_restart = needs_final_restart(facts, &planned, &parameters);
    let count = steps.len() + usize::from(!parameters.is_empty()) + usize::from(has_restart);
    let mut script = BashScript::default();
    if count > 0 {
        script.heading("Before the migration");
    }
    let mut progress = StepProgress {
        done: 0,
        total: count,
    };
    let mut previous_reasons: &[StepReason] = &[];
    for wish in &steps {
        write_step(&mut script, facts, wish, previous_reasons, &mut progress);
        previous_reasons = &wish.reasons;
    }
    if !parameters.is_empty() {
        write_parameters(&mut script, facts, &parameters, &mut progress);
    }
    let done = Automated {
        steps: &steps,
        parameters: &parameters,
        has_restart,
    };
    write_manual_steps(&mut script, facts, judgement, &planned, &done);
    if has_restart {
        write_restart(&mut script, facts, &mut progress);
    }
    if count == 0 {
        script.heading("Nothing to run");
    }
    let mut head = preparation_header(facts, judgement, &steps, has_restart);
    head.insert(2, requirements_line(script.has_sql()));
    script.render(&head, facts)
}

fn is_standalone_step(wish: &PlannedStep) -> bool {
    let is_merged = matches!(
        wish.step.action,
        Action::Parameter { .. } | Action::Restart(_)
    );
    wish.handling() == Handling::Script && !is_merged
}

/// Returns whether a change by the script requires a restart.
fn needs_final_restart(
    facts: &Facts,
    planned: &[PlannedStep],
    parameters: &[PlannedParameter],
) -> bool {
    let is_requested = planned
        .iter()
        .any(|w| w.is_restart() && w.handling() == Handling::Script);
    is_requested || parameters.iter().any(|s| needs_restart(facts, s.name))
}

struct StepProgress {
    done: usize,
    total: usize,
}

impl StepProgress {
    fn next_label(&mut self, what: &str) -> String {
        self.done += 1;
        format!("{}/{} {what}", self.done, self.total)
    }
}

/// Writes one step with its findings.
/// The findings are not repeated if they equal `previous_reasons`, the findings of the previous step.
fn write_step(
    script: &mut BashScript,
    facts: &Facts,
    planned: &PlannedStep,
    previous_reasons: &[StepReason],
    progress: &mut StepProgress,
) {
    let Some(command) = script.command(facts, planned.step) else {
        return;
    };
    script.blank();
    let indexes =
        |reasons: &[StepReason]| -> Vec<usize> { reasons.iter().map(|r| r.index).collect() };
    if indexes(previous_reasons) != indexes(&planned.reasons) {
        write_reasons(script, &planned.reasons);
    }
    script.impact(&planned.step.impact);
    script.echo(&progress.next_label(&planned.check_ids().join(", ")));
    script.run(&command);
}

/// Writes the findings that a step fixes, each with its check.
fn write_reasons(script: &mut BashScript, reasons: &[StepReason]) {
    for asked in reasons.iter().take(MAX_FINDINGS) {
        let (id, severity) = (asked.check.id, asked.severity);
        script.comment(
            &format!("{} [{id}, {severity}]", asked.finding.message),
            "  ",
        );
    }
    if reasons.len() > MAX_FINDINGS {
        script.comment(
            &format!("… and {} more findings", reasons.len() - MAX_FINDINGS),
            "  ",
        );
    }
}

fn write_parameters(
    script: &mut BashScript,
    facts: &Facts,
    parameters: &[PlannedParameter],
    progress: &mut StepProgress,
) {
    script.heading("Server parameters of the target");
    let mut ids: Vec<&str> = parameters
        .iter()
        .flat_map(|s| s.reasons.iter().map(|a| a.check.id))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    script.blank();
    script.echo(&progress.next_label(&ids.join(", ")));
    for setting in parameters {
        script.blank();
        write_parameter_notes(script, facts, setting);
        let line = quote::set_parameter(setting.server, setting.name, &setting.value);
        script.run(&line.to_string());
    }
}

fn write_parameter_notes(script: &mut BashScript, facts: &Facts, setting: &PlannedParameter) {
    write_reasons(script, &setting.reasons);
    if !setting.other_values.is_empty() {
        let others = setting.other_values.join("`, `");
        script.comment(&format!("  Asked for as well: `{others}`."), "  ");
    }
    if setting.is_temporary {
        script.comment(
            "  For the migration alone: `flexready fix --restore` puts it back.",
            "  ",
        );
    }
    if needs_restart(facts, setting.name) {
        script.comment("  Counts after the restart below.", "  ");
    }
}

fn write_restart(script: &mut BashScript, facts: &Facts, progress: &mut StepProgress) {
    let Some(target) = facts.migration.target.as_ref() else {
        return;
    };
    script.heading("One restart for all of it");
    let restart = quote::restart_server(&target.id);
    script.blank();
    script.impact(&restart.impact);
    script.echo(&progress.next_label("restart"));
    script.run(&restart.to_string());
}
