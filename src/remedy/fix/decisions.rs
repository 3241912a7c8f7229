//! Writes the manual steps: comments, with the possible commands commented out.

use std::collections::HashSet;

use super::bash::Script;
use super::parameters::Setting;
use super::wishes::{Asked, Wish, asked};
use super::{MOST_TOLD, word};
use crate::checks::Severity;
use crate::checks::step::{Effect, Step, Taken, What};
use crate::facts::Facts;
use crate::verdict::Judgement;

/// Writes blockers and warnings that the script does not fix, and optional steps.
pub(super) fn decisions(
    script: &mut Script,
    facts: &Facts,
    judgement: &Judgement,
    wishes: &[Wish],
    done: &Done,
) {
    let taken_by_script = |asked: &Asked| {
        let steps = &asked.finding.fix;
        // Steps for after the migration do not fix a blocker.
        let is_left = asked.severity == Severity::Blocker
            && steps.iter().all(|s| s.taken == Taken::Afterwards);
        !is_left
            && !steps.is_empty()
            && steps.iter().all(|step| {
                let wish = wishes.iter().find(|w| w.step == step);
                wish.is_some_and(|w| w.taken() != Taken::ByPerson || w.is_restart())
            })
    };
    let mut last = None;
    let mut offered = HashSet::new();
    let open: Vec<Asked> = asked(judgement)
        .filter(|a| !taken_by_script(a))
        .filter(|a| a.severity > Severity::Note || !a.finding.fix.is_empty())
        .collect();
    if !open.is_empty() {
        script.part("For a person to decide, or to do");
    }
    for asked in &open {
        let of_check = open.iter().filter(|a| a.check.id == asked.check.id);
        if last != Some(asked.check.id) {
            last = Some(asked.check.id);
            script.blank();
            let (title, id, severity) = (asked.check.title, asked.check.id, word(asked.severity));
            script.comment(&format!("{title} [{id}, {severity}]"), "  ");
            script.comment(&format!("  {}", asked.check.fix), "  ");
            let count = of_check.clone().count();
            if count > MOST_TOLD {
                script.comment(
                    &format!("  The first {MOST_TOLD} of {count}; the report has all."),
                    "  ",
                );
            }
        }
        let is_told = of_check
            .take(MOST_TOLD)
            .any(|a| std::ptr::eq(a.finding, asked.finding));
        if is_told {
            decision(script, facts, asked, done, &mut offered);
        }
    }
}

/// The steps that the script already runs, which are not repeated as manual steps.
pub(super) struct Done<'d> {
    pub steps: &'d [&'d Wish<'d>],
    pub set: &'d [Setting<'d>],
    pub restarts: bool,
}

impl Done<'_> {
    fn covers(&self, step: &Step) -> bool {
        match &step.what {
            What::Restart(_) => self.restarts,
            What::Parameter { name, .. } => {
                let same = |s: &Setting| s.name.eq_ignore_ascii_case(name);
                self.set.iter().any(same)
            }
            What::Az(_) | What::Sql { .. } => self.steps.iter().any(|w| w.step == step),
            What::Words(_) => false,
        }
    }
}

/// Writes one finding with its steps.
/// `written` contains the commands written so far. A repeated upgrade, for example, would fail the second time.
fn decision(
    script: &mut Script,
    facts: &Facts,
    asked: &Asked,
    done: &Done,
    offered: &mut HashSet<String>,
) {
    script.comment(&format!("  - {}", asked.finding.message), "    ");
    let steps = asked.finding.fix.iter();
    for step in steps.filter(|s| s.taken != Taken::Afterwards && !done.covers(s)) {
        let effect = match step.what {
            What::Restart(_) => Effect::default(),
            _ => step.effect,
        };
        let command = script.command(facts, step);
        let is_restart = matches!(step.what, What::Restart(_));
        if let Some(command) = &command
            && !is_restart
            && !offered.insert(command.clone())
        {
            script.comment("    the same command as above", "      ");
            continue;
        }
        script.effect(&effect);
        if let (Some(_), Some(note)) = (&command, step.note) {
            script.comment(&format!("    {note}:"), "      ");
        }
        match command {
            Some(command) => script.offer(&command),
            None => script.statement(&format!("by hand: {step}")),
        }
    }
}
