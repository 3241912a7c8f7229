//! Writes the manual steps: comments, with the possible commands commented out.

use std::collections::HashSet;

use super::MAX_FINDINGS;
use super::plan::{Handling, PlannedParameter, PlannedStep, StepReason, step_reasons};
use super::script::{BashScript, default_database};
use crate::checks::Severity;
use crate::commands::step::{Action, FixStep, Impact, Phase};
use crate::facts::Facts;
use crate::verdict::Evaluation;

/// Writes blockers and warnings that the script does not fix, and optional steps.
pub(crate) fn write_manual_steps(
    script: &mut BashScript,
    facts: &Facts,
    judgement: &Evaluation,
    planned: &[PlannedStep],
    automated: &Automated,
) {
    let is_automated = |asked: &StepReason| {
        let steps = &asked.finding.fix;
        // Steps for after the migration do not fix a blocker.
        let is_open_blocker =
            asked.severity == Severity::Blocker && steps.iter().all(|s| s.phase == Phase::After);
        !is_open_blocker
            && !steps.is_empty()
            && steps.iter().all(|step| {
                let wish = planned.iter().find(|w| w.step == step);
                wish.is_some_and(|w| w.handling() != Handling::Person || w.is_restart())
            })
    };
    let mut last = None;
    let mut written = HashSet::new();
    let open: Vec<StepReason> = step_reasons(judgement)
        .filter(|a| !is_automated(a))
        .filter(|a| a.severity > Severity::Note || !a.finding.fix.is_empty())
        .collect();
    if !open.is_empty() {
        script.heading("For a person to decide, or to do");
    }
    for asked in &open {
        let same_check = open.iter().filter(|a| a.check.id == asked.check.id);
        if last != Some(asked.check.id) {
            last = Some(asked.check.id);
            script.blank();
            let (title, id, severity) = (asked.check.title, asked.check.id, asked.severity);
            script.comment(&format!("{title} [{id}, {severity}]"), "  ");
            script.comment(&format!("  {}", asked.check.fix), "  ");
            let count = same_check.clone().count();
            if count > MAX_FINDINGS {
                script.comment(
                    &format!("  The first {MAX_FINDINGS} of {count}; the report has all."),
                    "  ",
                );
            }
        }
        let is_listed = same_check
            .take(MAX_FINDINGS)
            .any(|a| a.index == asked.index);
        if is_listed {
            write_manual_step(script, facts, asked, automated, &mut written);
        }
    }
}

/// The steps that the script already runs, which are not repeated as manual steps.
pub(crate) struct Automated<'d> {
    pub steps: &'d [&'d PlannedStep<'d>],
    pub parameters: &'d [PlannedParameter<'d>],
    pub has_restart: bool,
}

impl Automated<'_> {
    fn covers(&self, step: &FixStep) -> bool {
        match &step.action {
            Action::Restart(_) => self.has_restart,
            Action::Parameter { name, .. } => {
                let same = |s: &PlannedParameter| s.name.eq_ignore_ascii_case(name);
                self.parameters.iter().any(same)
            }
            Action::Az(_) | Action::Sql { .. } => self.steps.iter().any(|w| w.step == step),
            Action::Manual(_) => false,
        }
    }
}

/// Returns the action with the database in which the script runs it.
fn action_in_database(facts: &Facts, action: &Action) -> Action {
    match action {
        Action::Sql {
            side,
            database: None,
            statements,
        } => Action::Sql {
            side: *side,
            database: default_database(facts, *side).map(str::to_owned),
            statements: statements.clone(),
        },
        other => other.clone(),
    }
}

/// Writes one finding with its steps.
/// `written` contains the actions written so far. A repeated upgrade, for example, would fail the second time.
fn write_manual_step(
    script: &mut BashScript,
    facts: &Facts,
    reason: &StepReason,
    automated: &Automated,
    written: &mut HashSet<Action>,
) {
    script.comment(&format!("  - {}", reason.finding.message), "    ");
    let steps = reason.finding.fix.iter();
    for step in steps.filter(|s| s.phase == Phase::Before && !automated.covers(s)) {
        let impact = match step.action {
            Action::Restart(_) => &Impact::default(),
            _ => &step.impact,
        };
        let command = script.command(facts, step);
        let is_restart = matches!(step.action, Action::Restart(_));
        if command.is_some()
            && !is_restart
            && !written.insert(action_in_database(facts, &step.action))
        {
            script.comment("    the same command as above", "      ");
            continue;
        }
        script.impact(impact);
        if let (Some(_), Some(note)) = (&command, &step.note) {
            script.comment(&format!("    {note}:"), "      ");
        }
        match command {
            Some(command) => script.run_commented(&command),
            None => script.comment_statement(&format!("by hand: {step}")),
        }
    }
}
