//! Generates the script that restores the target after the migration.
//! It restores temporary parameters, read replicas, high availability, and locks.
//! All values are from the answers, which must therefore be older than the fix.

use super::as_it_was::{Back, availability, locks, replicas};
use super::bash::Script;
use super::parameters::{Setting, settings, waits_for_restart};
use super::wishes::{Wish, wishes};
use super::{
    Progress,
    head::{needs, origin},
};
use crate::checks::command;
use crate::checks::step::{Taken, What};
use crate::facts::Facts;
use crate::verdict::Judgement;

/// Returns the script to run after the migration.
pub fn restore(facts: &Facts, judgement: &Judgement) -> String {
    let wishes = wishes(judgement);
    let parameters = parameters(facts, &wishes);
    let all: Vec<Back> = [replicas(facts), availability(facts), locks(facts)]
        .into_iter()
        .flatten()
        .collect();
    let restarts = parameters.iter().any(|p| waits_for_restart(facts, &p.0));
    let steps = all.iter().filter_map(|b| b.step.as_ref().ok());
    let steps = steps.filter(|s| s.taken == Taken::ByScript).count();
    let mut progress = Progress {
        done: 0,
        of: steps + usize::from(!parameters.is_empty()),
    };
    let mut script = Script::default();
    if !parameters.is_empty() {
        parameters_back(&mut script, &parameters, restarts, &mut progress);
    }
    if !all.is_empty() {
        script.part("As it was");
    }
    for back in &all {
        one(&mut script, back, &mut progress);
    }
    let commands: Vec<&str> = parameters.iter().map(|p| p.2.as_str()).collect();
    let is_left = by_hand(&mut script, &wishes, &commands);
    if all.is_empty() && parameters.is_empty() && !is_left {
        script.part("Nothing to put back");
    }
    let head = head(facts, &all, script.has_statements());
    script.finish(&head, facts)
}

fn head(facts: &Facts, all: &[Back], has_statements: bool) -> Vec<String> {
    let costly = all.iter().filter_map(|b| b.step.as_ref().ok());
    let costly = costly.filter(|s| s.effect.costs.is_some()).count();
    vec![
        origin(facts, "after the migration"),
        "Run it when the migration is complete. It stops at the first error. All values are those of the answers it was made \
         from: these must be from before the fix."
            .to_owned(),
        needs(has_statements),
        format!("Steps that cost money: {costly}."),
    ]
}

fn one(script: &mut Script, back: &Back, progress: &mut Progress) {
    script.blank();
    script.comment(&back.title, "  ");
    match &back.step {
        Ok(step) if step.taken == Taken::ByPerson => {
            script.comment("  By hand, if it was taken away:", "  ");
            script.offer(&step.to_string());
        }
        Ok(step) => {
            script.effect(&step.effect);
            script.say(&progress.next(&back.title));
            script.run(&step.to_string());
        }
        Err(why) => script.comment(&format!("  By hand: {why}"), "  "),
    }
}

/// Name, value, and command of a parameter to restore.
type Parameter = (String, String, String);

/// Returns the parameters that were changed only for the migration, by the script or manually.
/// Setting one that already has its old value is harmless.
fn parameters(facts: &Facts, wishes: &[Wish]) -> Vec<Parameter> {
    let Ok(known) = facts.configurations.as_ref() else {
        return Vec::new();
    };
    let by_all = [Taken::ByScript, Taken::ByPerson].map(|taken| settings(wishes, taken));
    let temporary = by_all.iter().flatten().filter(|s| s.is_temporary);
    let back = |setting: &Setting| {
        let was = known
            .find(setting.name)
            .ok()
            .flatten()
            .map(|p| p.value.as_str());
        let value = setting.lasting.or(was)?;
        let command = command::set_parameter(setting.server, setting.name, value);
        Some((
            setting.name.to_owned(),
            value.to_owned(),
            command.to_string(),
        ))
    };
    temporary.filter_map(back).collect()
}

fn parameters_back(
    script: &mut Script,
    all: &[Parameter],
    restarts: bool,
    progress: &mut Progress,
) {
    script.part("Server parameters of the target");
    script.blank();
    script.say(&progress.next("server parameters"));
    for (name, value, command) in all {
        script.blank();
        let shown = if value.is_empty() { "empty" } else { value };
        script.comment(&format!("`{name}` was `{shown}`, or is to be so"), "  ");
        script.run(command);
    }
    if restarts {
        script.comment(
            "  One of them counts after the next restart only; none is made here.",
            "  ",
        );
    }
}

/// Writes the manual steps for after the migration. Returns whether there are any.
/// `done` contains the commands that the script already runs.
fn by_hand(script: &mut Script, wishes: &[Wish], done: &[&str]) -> bool {
    let after = wishes.iter().filter(|w| w.taken() == Taken::Afterwards);
    let is_open = |wish: &&Wish| match &wish.step.what {
        What::Words(_) | What::Sql { .. } => true,
        What::Parameter {
            name,
            value,
            server,
        } => {
            let command = command::set_parameter(server, name, value).to_string();
            !done.contains(&command.as_str())
        }
        _ => false,
    };
    let words: Vec<_> = after.filter(is_open).collect();
    if words.is_empty() {
        return false;
    }
    script.part("By hand, where they fit");
    script.blank();
    let mut told = None;
    for wish in words {
        let asked = wish
            .by
            .first()
            .filter(|a| told != Some(&raw const *a.finding));
        if let Some(asked) = asked {
            script.comment(
                &format!("{} [{}]", asked.finding.message, asked.check.id),
                "  ",
            );
        }
        told = wish.by.first().map(|a| &raw const *a.finding);
        match wish.step.what {
            What::Words(_) | What::Sql { .. } => script.statement(&wish.step.command_line()),
            _ => script.offer(&wish.step.command_line()),
        }
    }
    true
}
