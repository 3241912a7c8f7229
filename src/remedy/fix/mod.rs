//! Generates the bash scripts of `flexready fix` from a judgement. Does not run anything.
//! This module writes the preparation script, with all steps in execution order and at most one final restart.
//! Which step fixes a finding is defined in `checks`.

mod as_it_was;
mod bash;
mod decisions;
mod head;
mod parameters;
mod restore;
mod wishes;

use crate::checks::Severity;
use crate::checks::command;
use crate::checks::step::{Taken, What};
use crate::facts::Facts;
use crate::verdict::Judgement;
use bash::Script;
use decisions::{Done, decisions};
use head::{head, needs};
use parameters::{Setting, settings, waits_for_restart};
use wishes::{Asked, Wish, wishes};

pub use restore::restore;

/// The maximum number of findings that a script lists for one check or step. The report lists all of them.
const MOST_TOLD: usize = 20;

/// Returns the script to run before the migration.
pub fn before(facts: &Facts, judgement: &Judgement) -> String {
    let wishes = wishes(judgement);
    let set = settings(&wishes, Taken::ByScript);
    let steps: Vec<&Wish> = wishes.iter().filter(|w| is_single_step(w)).collect();
    let restarts = must_restart(facts, &wishes, &set);
    let count = steps.len() + usize::from(!set.is_empty()) + usize::from(restarts);
    let mut script = Script::default();
    if count > 0 {
        script.part("Before the migration");
    }
    let mut progress = Progress { done: 0, of: count };
    let mut told: &[Asked] = &[];
    for wish in &steps {
        step(&mut script, facts, wish, told, &mut progress);
        told = &wish.by;
    }
    if !set.is_empty() {
        parameters_part(&mut script, facts, &set, &mut progress);
    }
    let done = Done {
        steps: &steps,
        set: &set,
        restarts,
    };
    decisions(&mut script, facts, judgement, &wishes, &done);
    if restarts {
        restart_once(&mut script, facts, &mut progress);
    }
    if count == 0 {
        script.part("Nothing to run");
    }
    let mut head = head(facts, judgement, &steps, restarts);
    head.insert(2, needs(script.has_statements()));
    script.finish(&head, facts)
}

fn is_single_step(wish: &Wish) -> bool {
    let is_merged = matches!(wish.step.what, What::Parameter { .. } | What::Restart(_));
    wish.taken() == Taken::ByScript && !is_merged
}

/// Returns whether a change by the script requires a restart.
fn must_restart(facts: &Facts, wishes: &[Wish], set: &[Setting]) -> bool {
    let asked = wishes
        .iter()
        .any(|w| w.is_restart() && w.taken() == Taken::ByScript);
    asked || set.iter().any(|s| waits_for_restart(facts, s.name))
}

struct Progress {
    done: usize,
    of: usize,
}

impl Progress {
    fn next(&mut self, what: &str) -> String {
        self.done += 1;
        format!("{}/{} {what}", self.done, self.of)
    }
}

/// Writes one step with its findings.
/// The findings are not repeated if they equal `previous_reasons`, the findings of the previous step.
fn step(script: &mut Script, facts: &Facts, wish: &Wish, told: &[Asked], progress: &mut Progress) {
    let Some(command) = script.command(facts, wish.step) else {
        return;
    };
    script.blank();
    let same = |(a, b): (&Asked, &Asked)| std::ptr::eq(a.finding, b.finding);
    if told.len() != wish.by.len() || !told.iter().zip(&wish.by).all(same) {
        answers(script, &wish.by);
    }
    script.effect(&wish.step.effect);
    script.say(&progress.next(&wish.checks().join(", ")));
    script.run(&command);
}

/// Writes the findings that a step fixes, each with its check.
fn answers(script: &mut Script, by: &[Asked]) {
    for asked in by.iter().take(MOST_TOLD) {
        let (id, severity) = (asked.check.id, word(asked.severity));
        script.comment(
            &format!("{} [{id}, {severity}]", asked.finding.message),
            "  ",
        );
    }
    if by.len() > MOST_TOLD {
        script.comment(
            &format!("… and {} more findings", by.len() - MOST_TOLD),
            "  ",
        );
    }
}

fn word(severity: Severity) -> String {
    format!("{severity:?}").to_lowercase()
}

fn parameters_part(script: &mut Script, facts: &Facts, set: &[Setting], progress: &mut Progress) {
    script.part("Server parameters of the target");
    let mut ids: Vec<&str> = set
        .iter()
        .flat_map(|s| s.by.iter().map(|a| a.check.id))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    script.blank();
    script.say(&progress.next(&ids.join(", ")));
    for setting in set {
        script.blank();
        parameter(script, facts, setting);
        let line = command::set_parameter(setting.server, setting.name, &setting.value);
        script.run(&line.to_string());
    }
}

fn parameter(script: &mut Script, facts: &Facts, setting: &Setting) {
    answers(script, &setting.by);
    if !setting.others.is_empty() {
        let others = setting.others.join("`, `");
        script.comment(&format!("  Asked for as well: `{others}`."), "  ");
    }
    if setting.is_temporary {
        script.comment(
            "  For the migration alone: `flexready fix --restore` puts it back.",
            "  ",
        );
    }
    if waits_for_restart(facts, setting.name) {
        script.comment("  Counts after the restart below.", "  ");
    }
}

fn restart_once(script: &mut Script, facts: &Facts, progress: &mut Progress) {
    let Some(target) = facts.migration.target.as_ref() else {
        return;
    };
    script.part("One restart for all of it");
    let restart = command::restart(&target.id);
    script.blank();
    script.effect(&restart.effect);
    script.say(&progress.next("restart"));
    script.run(&restart.to_string());
}
