//! Maps a check outcome to a JUnit test result.

use crate::checks::{self, Severity};
use crate::report::entries::not_answered;
use crate::report::text::{cut, visible};
use crate::report::value::{CheckReport, FindingReport, MigrationReport, MissingReport};
use crate::report::words;
use crate::verdict::{FailOn, Status};

/// Maximum message length. Azure Pipelines truncates messages at 4,000 characters.
pub(super) const LONGEST_MESSAGE: usize = 1_000;

/// The result of one test case.
pub(super) enum Came {
    Passed,
    Failed(String, String),
    Unknown(String, String),
    /// Waived, or not checked without failing the run. The test neither fails nor passes.
    Skipped(String),
}

/// A finding or a missing answer fails the test from the severity of `--fail-on`. The value `never` changes only the
/// exit code, not the tests.
pub(super) fn came(check: &CheckReport, fail_on: FailOn) -> Came {
    let gate = match fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Blocker | FailOn::Never => Severity::Blocker,
    };
    let held = || check.findings.iter().filter(|f| f.waived.is_none());
    if let Some(worst) = held().find(|f| f.severity >= gate) {
        return Came::Failed(message(worst, check), evidence(check));
    }
    if check.unknown_as.is_some_and(|weight| weight >= gate) {
        let message = cut(&visible(&not_answered(&check.missing)), LONGEST_MESSAGE);
        return Came::Unknown(message, evidence(check));
    }
    let waived = check
        .findings
        .iter()
        .find_map(|f| f.waived.as_ref().map(|w| (f, w)));
    match waived {
        Some((finding, waived)) => {
            let text = format!("{}; {}", waived.words(), message(finding, check));
            Came::Skipped(cut(&visible(&text), LONGEST_MESSAGE))
        }
        None if check.status == Status::Unknown => {
            let text = format!("not answered: {}", not_answered(&check.missing));
            Came::Skipped(cut(&visible(&text), LONGEST_MESSAGE))
        }
        None => Came::Passed,
    }
}

fn message(finding: &FindingReport, check: &CheckReport) -> String {
    let more = and_more(check.count);
    format!("{}{more}", cut(&visible(&said(finding)), LONGEST_MESSAGE))
}

/// Returns the suffix for the findings after the first one.
pub(super) fn and_more(count: usize) -> String {
    match count.saturating_sub(1) {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    }
}

/// Lists findings, consequence, and fix for the Tests tab.
fn evidence(check: &CheckReport) -> String {
    let mut lines = Vec::new();
    for finding in &check.findings {
        lines.push(found(finding));
        lines.extend(finding.fix.iter().map(|f| format!("  {}", visible(f))));
    }
    for missing in &check.missing {
        lines.push(unknown(missing));
        lines.extend(missing.remedy.iter().map(|r| format!("  {}", visible(r))));
    }
    if let Some(record) = checks::find(&check.id) {
        lines.push(format!("why: {}", record.why));
        lines.push(format!("do: {}", record.fix));
    }
    lines.extend(check.official.iter().map(|o| format!("rule: {o}")));
    lines.push(check.link.clone());
    lines.join("\n")
}

fn unknown(missing: &MissingReport) -> String {
    let question = missing.question.as_deref().unwrap_or("the plan");
    visible(&format!("unknown: {question}: {}", missing.reason))
}

fn said(finding: &FindingReport) -> String {
    match finding.object.as_str() {
        "server" => finding.message.clone(),
        object => format!("{object}: {}", finding.message),
    }
}

fn found(finding: &FindingReport) -> String {
    let text = said(finding);
    let waived = finding.waived.as_ref().map(|w| format!(" ({})", w.words()));
    let severity = words::severity(finding.severity);
    visible(&format!("{severity}: {text}{}", waived.unwrap_or_default()))
}

/// Lists all findings and missing answers, so that warnings of passed tests are not lost.
pub(super) fn out(migration: &MigrationReport) -> String {
    let lines = migration.checks.iter().flat_map(|check| {
        let found = check.findings.iter().map(found);
        let unknown = check.missing.iter().map(unknown);
        found
            .chain(unknown)
            .map(|line| format!("{} {line}", check.id))
    });
    lines.collect::<Vec<_>>().join("\n")
}
