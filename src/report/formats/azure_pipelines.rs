//! Azure Pipelines output: issues for the run summary, the report in log groups, output variables, and uploads.
//! (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>)
//!
//! The run summary keeps ten errors and ten warnings for each step, so the verdict comes first and the worst findings
//! follow. Everything that fails the step is an error, and the rest are warnings. A step that passes with warnings ends
//! as SucceededWithIssues.

use std::collections::BTreeSet;

use super::plain;
use super::plain::PlainLayout;
use crate::checks;
use crate::checks::Severity;
use crate::report::entries::{EntryKind, ReportEntry, entries, not_checked_message};
use crate::report::model::{FleetReport, MissingReport, Report};
use crate::report::phrases;
use crate::report::phrases::count_noun;
use crate::report::sanitize::{escape_control, neutralize_commands, truncate};
use crate::verdict::{FailOn, Verdict};

/// Report files on disk, as absolute paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFiles {
    pub folder: String,
    /// `summary.md`, for the Extensions tab.
    pub summary: String,
    /// `report.html`.
    pub html: String,
    /// `report.json`.
    pub json: String,
}

/// Renders the complete output of the step.
pub fn azure_pipelines(report: &Report, files: Option<&ReportFiles>) -> String {
    let mut out = String::new();
    for line in issues(report) {
        out.push_str(&line);
        out.push('\n');
    }
    write_groups(report, &mut out);
    for (name, value) in output_variables(report, files) {
        let value = escape_property(&value);
        out.push_str(&format!(
            "##vso[task.setvariable variable=flexready{name};isOutput=true]{value}\n"
        ));
    }
    for line in files.iter().flat_map(|f| upload_commands(f)) {
        out.push_str(&line);
        out.push('\n');
    }
    if report.exit_code == 0 && needs_attention(report) {
        let text = escape_property(&escape_control(&report.exit_reason));
        out.push_str(&format!(
            "##vso[task.complete result=SucceededWithIssues;]{text}\n"
        ));
    }
    out
}

/// Renders the issue for a run that could not start.
pub fn could_not_run_issue(message: &str) -> String {
    log_issue(
        "error",
        None,
        &format!("flexready could not run: {message}"),
    )
}

fn needs_attention(report: &Report) -> bool {
    report.verdict != Verdict::Ready || report.policy.stale_waivers().next().is_some()
}

/// Renders one issue. The text must contain the code, because the agent shows `code` only next to a source path.
fn log_issue(kind: &str, code: Option<&str>, text: &str) -> String {
    let code = code.map(|c| format!(";code={}", escape_property(c)));
    let code = code.unwrap_or_default();
    format!(
        "##vso[task.logissue type={kind}{code}]{}",
        escape_property(&neutralize_commands(text))
    )
}

/// Writes the terminal report with one log group for each migration.
fn write_groups(report: &Report, out: &mut String) {
    let layout = PlainLayout { width: 140 };
    for migration in &report.migrations {
        let (name, verdict) = (
            escape_control(&migration.name),
            phrases::verdict_name(migration.verdict),
        );
        let counts = phrases::summary_counts(migration);
        out.push_str(&format!("##[group]{name}: {verdict} ({counts})\n"));
        let text = plain::plain_migration(migration, layout);
        let text = neutralize_commands(&anstream::adapter::strip_str(&text).to_string());
        out.push_str(text.trim_end());
        out.push_str("\n##[endgroup]\n");
    }
    for problem in report.fleet.iter().flat_map(FleetReport::describe_problems) {
        out.push_str(&log_issue("error", None, &escape_control(&problem)));
        out.push('\n');
    }
    let head = plain::plain_head(report, layout);
    let head = neutralize_commands(&anstream::adapter::strip_str(&head).to_string());
    let checks: usize = report.migrations.iter().map(|m| m.checks.len()).sum();
    out.push_str(&format!(
        "{head}{} of {}; exit {}: {}\n",
        count_noun(checks, "check"),
        count_noun(report.migrations.len(), "migration"),
        report.exit_code,
        escape_control(&report.exit_reason)
    ));
}

/// Output variables for later steps, jobs, and stages, such as `$(step.flexreadyVerdict)`.
fn output_variables(report: &Report, files: Option<&ReportFiles>) -> Vec<(&'static str, String)> {
    let verdict = serde_json::to_value(report.verdict).expect("a verdict is JSON");
    let sum = |pick: fn(&crate::report::model::MigrationSummary) -> usize| {
        let counts = report.migrations.iter().map(|m| pick(&m.summary));
        counts.sum::<usize>().to_string()
    };
    let mut variables = vec![
        ("Verdict", verdict.as_str().unwrap_or_default().to_owned()),
        ("ReadyToMigrate", report.ready_to_migrate.to_string()),
        ("ExitCode", report.exit_code.to_string()),
        ("Blockers", report.blockers.to_string()),
        ("Warnings", sum(|s| s.warnings)),
        ("Unknown", sum(|s| s.unknown)),
        ("UnknownInPart", sum(|s| s.unknown_in_part)),
        ("Waived", sum(|s| s.waived)),
        ("RecordedAt", report.recorded_at.clone()),
    ];
    variables.extend(files.map(|f| ("Report", f.json.clone())));
    variables
}

fn upload_commands(files: &ReportFiles) -> [String; 3] {
    let (summary, page, data) = (
        escape_property(&files.summary),
        escape_property(&files.html),
        escape_property(&files.json),
    );
    [
        format!("##vso[task.uploadsummary]{summary}"),
        format!("##vso[task.addattachment type=flexready.report;name=report.html]{page}"),
        format!("##vso[task.uploadfile]{data}"),
    ]
}

/// Escapes a property or message in the form that the agent reverses. The percent sign must be first.
fn escape_property(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace(';', "%3B")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace(']', "%5D")
}

/// Issues of one type that the run summary shows.
const MAX_ISSUES: usize = 10;
/// Maximum length of an issue text, in characters.
const MAX_TEXT_CHARS: usize = 1_000;

/// Returns the verdict, then the worst findings: at most ten errors and ten warnings.
pub(crate) fn issues(report: &Report) -> Vec<String> {
    let min_severity = match report.policy.fail_on {
        FailOn::Blocker => Some(Severity::Blocker),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Never => None,
    };
    let is_error =
        |e: &IssueGroup| min_severity.is_some_and(|min_severity| e.first.severity >= min_severity);
    let grouped = issue_groups(report);
    let (errors, rest): (Vec<_>, Vec<_>) = grouped.iter().partition(|e| is_error(e));
    let stale = report.policy.stale_waivers();
    let stale =
        stale.map(|w| log_issue("warning", None, &w.describe(report.policy.max_waiver_days)));
    let warnings = rest.iter().filter(|e| e.first.severity > Severity::Note);
    let warnings = warnings.map(|e| e.render("warning"));
    let head = escape_control(&format!(
        "flexready: {}; exit {}",
        report.exit_reason, report.exit_code
    ));
    let mut lines = Vec::new();
    let mut remaining = MAX_ISSUES;
    if report.exit_code != 0 {
        lines.push(log_issue("error", None, &head));
        lines.extend(
            errors
                .iter()
                .take(MAX_ISSUES - 1)
                .map(|e| e.render("error")),
        );
    } else if needs_attention(report) {
        lines.push(log_issue("warning", None, &head));
        remaining -= 1;
    }
    lines.extend(stale.chain(warnings).take(remaining));
    lines
}

/// Entries that share one issue: findings of one check with the same severity, or checks of one migration that miss the
/// same answers.
struct IssueGroup<'a> {
    first: ReportEntry<'a>,
    more: usize,
}

fn issue_groups(report: &Report) -> Vec<IssueGroup<'_>> {
    let mut groups: Vec<IssueGroup> = Vec::new();
    for entry in entries(report).into_iter().filter(|e| !e.is_waived()) {
        match groups
            .iter_mut()
            .rev()
            .find(|g| share_one_issue(&g.first, &entry))
        {
            Some(group) => group.more += 1,
            None => groups.push(IssueGroup {
                first: entry,
                more: 0,
            }),
        }
    }
    groups
}

fn share_one_issue(a: &ReportEntry, b: &ReportEntry) -> bool {
    match (a.kind, b.kind) {
        (EntryKind::Finding(_), EntryKind::Finding(_)) => {
            std::ptr::eq(a.check, b.check) && a.severity == b.severity
        }
        (EntryKind::Missing(one), EntryKind::Missing(other)) => {
            std::ptr::eq(a.migration, b.migration) && missing_reasons(one) == missing_reasons(other)
        }
        _ => false,
    }
}

fn missing_reasons(missing: &[MissingReport]) -> BTreeSet<&str> {
    missing.iter().map(|m| m.reason.as_str()).collect()
}

impl IssueGroup<'_> {
    fn render(&self, kind: &str) -> String {
        let ReportEntry {
            check, migration, ..
        } = self.first;
        let object = if self.first.is_about_server() {
            String::new()
        } else {
            format!(" {}:", self.first.object())
        };
        let message = truncate(&escape_control(&self.message()), MAX_TEXT_CHARS);
        let more = self.more_suffix().unwrap_or_default();
        let text = format!("{} {}:{object} {message}{more}", check.id, migration.name);
        let remedies = self.first.fixes();
        let is_comment = |r: &str| r.starts_with("-- ") || r.starts_with("# ");
        let remedy = remedies
            .iter()
            .find(|r| !is_comment(r))
            .or(remedies.first());
        let remedy = remedy.copied();
        let remedy = remedy.or_else(|| checks::find(&check.id).map(|c| c.fix));
        let remedy =
            remedy.map(|r| format!("\nDo: {}", truncate(&escape_control(r), MAX_TEXT_CHARS)));
        log_issue(
            kind,
            Some(&check.id),
            &format!("{}{}", escape_control(&text), remedy.unwrap_or_default()),
        )
    }

    fn message(&self) -> String {
        match self.first.kind {
            // Identical reasons appear once.
            EntryKind::Missing([first, more @ ..])
                if more.iter().all(|m| m.reason == first.reason) =>
            {
                not_checked_message(std::slice::from_ref(first))
            }
            _ => self.first.message(),
        }
    }

    fn more_suffix(&self) -> Option<String> {
        let check = self.first.check;
        match self.first.kind {
            EntryKind::Finding(_) => {
                // The limit on listed findings must not reduce the count.
                let shown = check.findings.iter().filter(|f| f.waived.is_none()).count();
                let more = self.more + check.count.saturating_sub(shown);
                (more > 0).then(|| format!(" (and {more} more)"))
            }
            EntryKind::Missing(_) if self.more == 0 => None,
            EntryKind::Missing(_) => {
                let more = count_noun(self.more, "more check");
                Some(format!(" (and {more} for the same reason)"))
            }
        }
    }
}
