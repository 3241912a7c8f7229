//! Text for the policy section.

use crate::checks::Severity;
use crate::report::value::{PolicyReport, WaivedReport, WaiverReport};
use crate::report::words::{self, counted};
use crate::verdict::{FailOn, WaiverState};

impl PolicyReport {
    /// Describes policy settings that differ from the defaults, one sentence each.
    pub(in crate::report) fn words(&self) -> Vec<String> {
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
            said.push(left_out(&self.left_out, &self.alone));
        }
        for o in &self.severity {
            let (now, was) = (word(o.severity), word(o.instead_of));
            said.push(format!(
                "{} counts as {now}, not {was} (plan line {})",
                o.check, o.line
            ));
        }
        said
    }

    /// Describes what a reader must know about the policy: settings that differ from the defaults, and waivers that
    /// need attention.
    pub(in crate::report) fn judged(&self) -> Vec<String> {
        let stale = self.stale_waivers();
        let stale = stale.map(|w| w.words(self.max_waiver_days));
        self.words().into_iter().chain(stale).collect()
    }

    /// Returns the waivers that need attention.
    pub(in crate::report) fn stale_waivers(&self) -> impl Iterator<Item = &WaiverReport> {
        self.waivers
            .iter()
            .filter(|w| !matches!(w.state, WaiverState::Holds | WaiverState::NotJudged))
    }
}

/// Describes which checks were excluded. If only a few checks remain, names those.
fn left_out(ids: &[String], alone: &[String]) -> String {
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
    pub(in crate::report) fn words(&self, max_days: Option<u32>) -> String {
        let object = self.object.as_deref().map(|o| format!(" on {o}"));
        let object = object.unwrap_or_default();
        let again = match self.findings {
            0 => "it covers nothing; remove it".to_owned(),
            n => format!("{} again", counts(n)),
        };
        let state = match self.state {
            WaiverState::Expired => format!("ended on {}: {again}", self.until),
            WaiverState::TooLong => {
                let days = counted(max_days.unwrap_or_default() as usize, "day");
                format!("does not hold: {} is more than {days} ahead", self.until)
            }
            WaiverState::Unused => "covers nothing that was found; remove it".to_owned(),
            WaiverState::Holds => format!("covers {}", counted(self.findings, "finding")),
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

fn counts(findings: usize) -> String {
    match findings {
        1 => "1 finding counts".to_owned(),
        n => format!("{n} findings count"),
    }
}

fn word(severity: Severity) -> &'static str {
    words::severity(severity)
}

impl WaivedReport {
    /// `waived until 2027-03-31 by dba (T-12): grows at cutover`
    pub(in crate::report) fn words(&self) -> String {
        let ticket = self.ticket.as_deref().map(|t| format!(" ({t})"));
        let ticket = ticket.unwrap_or_default();
        let (until, owner, reason) = (&self.until, &self.owner, &self.reason);
        format!("waived until {until} by {owner}{ticket}: {reason}")
    }
}
