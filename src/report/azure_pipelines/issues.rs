//! The issues of the run summary: selection, order, and text.

use std::collections::BTreeSet;

use super::{issue, wants_a_look};
use crate::checks::{self, Severity};
use crate::report::entries::{Entry, What, entries, not_answered};
use crate::report::text::{cut, visible};
use crate::report::value::{MissingReport, Report};
use crate::report::words::counted;
use crate::verdict::FailOn;

/// Issues of one type that the run summary shows.
const MOST_ISSUES: usize = 10;
/// Maximum length of an issue text, in characters.
const LONGEST: usize = 1_000;

/// Returns the verdict, then the worst findings: at most ten errors and ten warnings.
pub(super) fn issues(report: &Report) -> Vec<String> {
    let gate = match report.policy.fail_on {
        FailOn::Blocker => Some(Severity::Blocker),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Never => None,
    };
    let is_error = |e: &Grouped| gate.is_some_and(|gate| e.first.weight >= gate);
    let grouped = grouped(report);
    let (errors, rest): (Vec<_>, Vec<_>) = grouped.iter().partition(|e| is_error(e));
    let stale = report.policy.stale_waivers();
    let stale = stale.map(|w| issue("warning", None, &w.words(report.policy.max_waiver_days)));
    let warnings = rest.iter().filter(|e| e.first.weight > Severity::Note);
    let warnings = warnings.map(|e| e.issue("warning"));
    let head = visible(&format!(
        "flexready: {}; exit {}",
        report.exit_reason, report.exit_code
    ));
    let mut lines = Vec::new();
    let mut room = MOST_ISSUES;
    if report.exit_code != 0 {
        lines.push(issue("error", None, &head));
        lines.extend(
            errors
                .iter()
                .take(MOST_ISSUES - 1)
                .map(|e| e.issue("error")),
        );
    } else if wants_a_look(report) {
        lines.push(issue("warning", None, &head));
        room -= 1;
    }
    lines.extend(stale.chain(warnings).take(room));
    lines
}

/// Entries that share one issue: findings of one check with the same severity, or checks of one migration that miss the
/// same answers.
struct Grouped<'a> {
    first: Entry<'a>,
    more: usize,
}

fn grouped(report: &Report) -> Vec<Grouped<'_>> {
    let mut all: Vec<Grouped> = Vec::new();
    for entry in entries(report).into_iter().filter(|e| !e.is_waived()) {
        match all.iter_mut().rev().find(|g| is_one(&g.first, &entry)) {
            Some(group) => group.more += 1,
            None => all.push(Grouped {
                first: entry,
                more: 0,
            }),
        }
    }
    all
}

fn is_one(a: &Entry, b: &Entry) -> bool {
    match (a.what, b.what) {
        (What::Found(_), What::Found(_)) => std::ptr::eq(a.check, b.check) && a.weight == b.weight,
        (What::Unknown(one), What::Unknown(other)) => {
            std::ptr::eq(a.migration, b.migration) && reasons(one) == reasons(other)
        }
        _ => false,
    }
}

fn reasons(missing: &[MissingReport]) -> BTreeSet<&str> {
    missing.iter().map(|m| m.reason.as_str()).collect()
}

impl Grouped<'_> {
    fn issue(&self, kind: &str) -> String {
        let Entry {
            check, migration, ..
        } = self.first;
        let object = match (self.first.what, self.first.object()) {
            (What::Found(_), "server") => String::new(),
            (_, object) => format!(" {object}:"),
        };
        let message = cut(&visible(&self.message()), LONGEST);
        let more = self.more().unwrap_or_default();
        let text = format!("{} {}:{object} {message}{more}", check.id, migration.name);
        let remedies = self.first.remedies();
        let is_comment = |r: &str| r.starts_with("-- ") || r.starts_with("# ");
        let remedy = remedies
            .iter()
            .find(|r| !is_comment(r))
            .or(remedies.first());
        let remedy = remedy.copied();
        let remedy = remedy.or_else(|| checks::find(&check.id).map(|c| c.fix));
        let remedy = remedy.map(|r| format!("\nDo: {}", cut(&visible(r), LONGEST)));
        issue(
            kind,
            Some(&check.id),
            &format!("{}{}", visible(&text), remedy.unwrap_or_default()),
        )
    }

    fn message(&self) -> String {
        match self.first.what {
            // Identical reasons appear once.
            What::Unknown([first, more @ ..]) if more.iter().all(|m| m.reason == first.reason) => {
                not_answered(std::slice::from_ref(first))
            }
            _ => self.first.message(),
        }
    }

    fn more(&self) -> Option<String> {
        let check = self.first.check;
        match self.first.what {
            What::Found(_) => {
                // The limit on listed findings must not reduce the count.
                let shown = check.findings.iter().filter(|f| f.waived.is_none()).count();
                let more = self.more + check.count.saturating_sub(shown);
                (more > 0).then(|| format!(" (and {more} more)"))
            }
            What::Unknown(_) if self.more == 0 => None,
            What::Unknown(_) => {
                let more = counted(self.more, "more check");
                Some(format!(" (and {more} for the same reason)"))
            }
        }
    }
}
