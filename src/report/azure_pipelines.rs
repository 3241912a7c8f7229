//! Azure Pipelines output: issues for the run summary, the report in log groups, output variables, and uploads.
//! (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>)
//!
//! The run summary keeps ten errors and ten warnings for each step, so the verdict comes first and the worst findings
//! follow. Everything that fails the step is an error, and the rest are warnings. A step that passes with warnings ends
//! as SucceededWithIssues.

mod issues;

use super::plain::{self, Layout};
use super::text::{defused, visible};
use super::value::{FleetReport, Report};
use super::words::{self, counted};
use crate::verdict::Verdict;
use issues::issues;

/// Report files on disk, as absolute paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    pub folder: String,
    /// `summary.md`, for the Extensions tab.
    pub summary: String,
    /// `report.html`.
    pub page: String,
    /// `report.json`.
    pub data: String,
}

/// Renders the complete output of the step.
pub fn azure_pipelines(report: &Report, files: Option<&Files>) -> String {
    let mut out = String::new();
    for line in issues(report) {
        out.push_str(&line);
        out.push('\n');
    }
    groups(report, &mut out);
    for (name, value) in variables(report, files) {
        let value = escaped(&value);
        out.push_str(&format!(
            "##vso[task.setvariable variable=flexready{name};isOutput=true]{value}\n"
        ));
    }
    for line in files.iter().flat_map(|f| uploads(f)) {
        out.push_str(&line);
        out.push('\n');
    }
    if report.exit_code == 0 && wants_a_look(report) {
        let text = escaped(&visible(&report.exit_reason));
        out.push_str(&format!(
            "##vso[task.complete result=SucceededWithIssues;]{text}\n"
        ));
    }
    out
}

/// Renders the issue for a run that could not start.
pub fn could_not_run(message: &str) -> String {
    issue(
        "error",
        None,
        &format!("flexready could not run: {message}"),
    )
}

fn wants_a_look(report: &Report) -> bool {
    report.verdict != Verdict::Ready || report.policy.stale_waivers().next().is_some()
}

/// Renders one issue. The text must contain the code, because the agent shows `code` only next to a source path.
fn issue(kind: &str, code: Option<&str>, text: &str) -> String {
    let code = code.map(|c| format!(";code={}", escaped(c)));
    let code = code.unwrap_or_default();
    format!(
        "##vso[task.logissue type={kind}{code}]{}",
        escaped(&defused(text))
    )
}

/// Writes the terminal report with one log group for each migration.
fn groups(report: &Report, out: &mut String) {
    let layout = Layout { width: 140 };
    for migration in &report.migrations {
        let (name, verdict) = (visible(&migration.name), words::verdict(migration.verdict));
        let counts = words::counts(migration);
        out.push_str(&format!("##[group]{name}: {verdict} ({counts})\n"));
        let text = plain::migration(migration, layout);
        let text = defused(&anstream::adapter::strip_str(&text).to_string());
        out.push_str(text.trim_end());
        out.push_str("\n##[endgroup]\n");
    }
    for said in report.fleet.iter().flat_map(FleetReport::words) {
        out.push_str(&issue("error", None, &visible(&said)));
        out.push('\n');
    }
    let head = plain::head(report, layout);
    let head = defused(&anstream::adapter::strip_str(&head).to_string());
    let checks: usize = report.migrations.iter().map(|m| m.checks.len()).sum();
    out.push_str(&format!(
        "{head}{} of {}; exit {}: {}\n",
        counted(checks, "check"),
        counted(report.migrations.len(), "migration"),
        report.exit_code,
        visible(&report.exit_reason)
    ));
}

/// Output variables for later steps, jobs, and stages, such as `$(step.flexreadyVerdict)`.
fn variables(report: &Report, files: Option<&Files>) -> Vec<(&'static str, String)> {
    let verdict = serde_json::to_value(report.verdict).expect("a verdict is JSON");
    let sum = |pick: fn(&super::value::Summary) -> usize| {
        let counts = report.migrations.iter().map(|m| pick(&m.summary));
        counts.sum::<usize>().to_string()
    };
    let mut all = vec![
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
    all.extend(files.map(|f| ("Report", f.data.clone())));
    all
}

fn uploads(files: &Files) -> [String; 3] {
    let (summary, page, data) = (
        escaped(&files.summary),
        escaped(&files.page),
        escaped(&files.data),
    );
    [
        format!("##vso[task.uploadsummary]{summary}"),
        format!("##vso[task.addattachment type=flexready.report;name=report.html]{page}"),
        format!("##vso[task.uploadfile]{data}"),
    ]
}

/// Escapes a property or message in the form that the agent reverses. The percent sign must be first.
fn escaped(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace(';', "%3B")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace(']', "%5D")
}
