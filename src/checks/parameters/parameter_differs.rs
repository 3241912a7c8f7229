//! Checks for parameters that the source changed and that differ on the target. Since 0.1.0.
//! The documented prerequisites require that server parameters are matched manually.

use super::compare::{Difference, Standing, differences, shown};
use crate::checks::objects::collations::{OnTarget, Presence};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::plan::ServerId;
use crate::reference::parameters::{
    changes_results, follows_machine, hinders_migration, names_locale,
};

pub const CHECK: Check = Check {
    id: "parameter-differs",
    title: "A server parameter that the source changed is different on the target",
    severity: Severity::Warning,
    unknown: Severity::Warning,
    needs: Needs::Pair,
    mode: None,
    official: &[Official::Prerequisite("parameters")],
    why: "The migration copies no server parameters: what was tuned or chosen on the source has the target's default \
          until somebody sets it.",
    fix: "Set the parameter on the target, or decide that the target's value is better.",
    look: "SELECT name, reset_val, unit FROM pg_settings WHERE source = 'configuration file' AND reset_val <> boot_val",
    link: "https://learn.microsoft.com/azure/postgresql/server-parameters/how-to-server-parameters-list-all",
    run,
};

fn run(facts: &Facts) -> Judged {
    let mut findings = Findings::none();
    let all = differences(facts, &mut findings)?;
    let server = facts.server.as_ref()?;
    let mut rest = Vec::new();
    for one in all.iter().filter_map(settable) {
        match changes_results(one.name()) {
            Some(effect) => findings.push(one.finding(effect, facts, &server.id)),
            None => rest.push(one),
        }
    }
    let (later, rest): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|d| hinders_migration(d.name()));
    let tables = [
        (
            later,
            "which would end or forbid the sessions of the migration: set them when it is done",
        ),
        (rest, "in tuning alone"),
    ];
    for (rows, how) in tables.iter().filter(|(rows, _)| !rows.is_empty()) {
        findings.push(table(rows, how, &server.id));
    }
    Ok(findings)
}

/// A difference that one command can fix.
struct Settable<'d> {
    difference: &'d Difference<'d>,
    there: String,
    wanted: &'d str,
    needs_restart: bool,
}

fn settable<'d>(difference: &'d Difference<'d>) -> Option<Settable<'d>> {
    match &difference.standing {
        Standing::Differs { there, wanted } => Some(Settable {
            difference,
            there: shown(there),
            wanted,
            needs_restart: !there.is_dynamic,
        }),
        Standing::Fixed { .. } | Standing::Absent => None,
    }
}

impl Settable<'_> {
    fn name(&self) -> &str {
        &self.difference.setting.name
    }

    /// Returns the step that sets the parameter, or `None` if the value depends on the machine.
    fn command(&self, id: &ServerId) -> Option<Step> {
        let step = command::set_parameter(id, self.name(), self.wanted);
        if follows_machine(self.name()) {
            return None;
        }
        Some(match hinders_migration(self.name()) {
            true => step.afterwards().note("afterwards"),
            false => step,
        })
    }

    fn row(&self) -> String {
        let here = self.difference.here();
        let mind = if follows_machine(self.name()) {
            "; to be chosen for the target's memory and disk"
        } else if self.needs_restart {
            ", needs a restart"
        } else {
            ""
        };
        format!("{here} on the source, {} on the target{mind}", self.there)
    }

    /// Makes a locale step manual, unless the locale is known to exist on the target.
    /// The server rejects locales that it does not have.
    fn by_whom(&self, facts: &Facts, step: Step) -> Step {
        let is_sure = || matches!(OnTarget::of(facts).has_locale(self.wanted), Presence::Sure);
        if !names_locale(self.name()) || is_sure() {
            return step;
        }
        step.by_person().note("if the target has this locale")
    }

    fn finding(&self, effect: &str, facts: &Facts, id: &ServerId) -> Finding {
        let here = self.difference.here();
        let message = format!(
            "`{}` is `{here}` on the source and `{}` on the target: {effect}",
            self.name(),
            self.there
        );
        let finding = Finding::new(format!("parameter/{}", self.name()), message)
            .evidence("source", here)
            .evidence("target", &self.there);
        let step = self.command(id).map(|step| self.by_whom(facts, step));
        let finding = step.into_iter().fold(finding, Finding::fix);
        if self.needs_restart {
            finding.fix(command::restart(id))
        } else {
            finding
        }
    }
}

/// Returns one finding with a table of differences that do not change query results.
fn table(rows: &[Settable], how: &str, id: &ServerId) -> Finding {
    let message = match rows.len() {
        1 => format!("one more parameter differs, {how}"),
        n => format!("{n} more parameters differ, {how}"),
    };
    let start = Finding::new("server", message).milder(Severity::Note);
    let finding = rows.iter().fold(start, |finding, one| {
        let finding = finding.row(one.name(), one.row());
        one.command(id).into_iter().fold(finding, Finding::fix)
    });
    let waits = |r: &Settable| r.needs_restart && r.command(id).is_some();
    if rows.iter().any(waits) {
        finding.fix(command::restart(id))
    } else {
        finding
    }
}
