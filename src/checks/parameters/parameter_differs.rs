//! The documented prerequisites ask to match server parameters by hand. Since 0.1.0.

use super::compare::{Difference, Standing, differences, shown};
use crate::checks::{Check, Finding, Findings, Judged, Needs, Official, Severity, Step, command};
use crate::facts::Facts;
use crate::plan::ServerId;
use crate::reference::parameters::changes_results;

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
    let (telling, rest): (Vec<_>, Vec<_>) = all
        .iter()
        .filter_map(settable)
        .partition(|d| changes_results(&d.difference.setting.name).is_some());
    for one in &telling {
        findings.push(one.finding(&server.id));
    }
    if !rest.is_empty() {
        findings.push(table(&rest, &server.id));
    }
    Ok(findings)
}

/// A difference that one command mends.
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

    fn command(&self, id: &ServerId) -> Step {
        command::set_parameter(id, self.name(), self.wanted)
    }

    fn finding(&self, id: &ServerId) -> Finding {
        let here = self.difference.here();
        let effect = changes_results(self.name()).unwrap_or_default();
        let message = format!(
            "`{}` is `{here}` on the source and `{}` on the target: {effect}",
            self.name(),
            self.there
        );
        let finding = Finding::new(format!("parameter/{}", self.name()), message)
            .evidence("source", here)
            .evidence("target", &self.there)
            .fix(self.command(id));
        if self.needs_restart {
            finding.fix(command::restart(id))
        } else {
            finding
        }
    }
}

/// The differences that change no results, as one finding with its table.
fn table(rest: &[Settable], id: &ServerId) -> Finding {
    let message = match rest.len() {
        1 => "one more parameter differs, in tuning alone".to_owned(),
        n => format!("{n} more parameters differ, in tuning alone"),
    };
    let start = Finding::new("server", message).milder(Severity::Note);
    let with_row = |finding: Finding, one: &Settable| {
        let restart = if one.needs_restart {
            ", needs a restart"
        } else {
            ""
        };
        let row = format!(
            "{} on the source, {} on the target{restart}",
            one.difference.here(),
            one.there
        );
        finding.row(one.name(), row).fix(one.command(id))
    };
    let finding = rest.iter().fold(start, with_row);
    if rest.iter().any(|r| r.needs_restart) {
        finding.fix(command::restart(id))
    } else {
        finding
    }
}
