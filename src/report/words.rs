//! Words that every format shares.

use super::value::{CheckReport, FindingReport, MigrationReport, Report};
use crate::checks::Severity;
use crate::verdict::Verdict;

/// `1 blocker`, `3 blockers`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "blocker",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "READY",
        Verdict::ReadyWithWarnings => "READY WITH WARNINGS",
        Verdict::Incomplete => "INCOMPLETE",
        Verdict::NotReady => "NOT READY",
    }
}

/// `2 blockers, 1 warning, 3 checks not answered, 1 finding waived, 40 checks passed`
pub(super) fn counts(migration: &MigrationReport) -> String {
    let s = &migration.summary;
    let found = [
        (s.blockers, "blocker"),
        (s.warnings, "warning"),
        (s.notes, "note"),
    ];
    let mut parts: Vec<String> = found
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| counted(*n, noun))
        .collect();
    let unknown = unanswered(migration).count();
    if unknown > 0 {
        parts.push(format!("{} not answered", counted(unknown, "check")));
    }
    if s.waived > 0 {
        parts.push(format!("{} waived", counted(s.waived, "finding")));
    }
    parts.push(format!("{} passed", counted(s.pass, "check")));
    parts.join(", ")
}

/// Checks that were not answered, wholly or in part.
pub(super) fn unanswered(migration: &MigrationReport) -> impl Iterator<Item = &CheckReport> {
    migration.checks.iter().filter(|c| !c.missing.is_empty())
}

/// Whether no check was run on it: `--check` and `--skip` left none.
pub(super) fn is_unjudged(migration: &MigrationReport) -> bool {
    let s = &migration.summary;
    s.pass + s.fail + s.unknown + s.not_applicable == 0
}

/// `2026-11-22 10:20:00 UTC`
pub(super) fn when(report: &Report) -> String {
    report.recorded_at.replace('T', " ").replace('Z', " UTC")
}

/// Why a verdict that lets the migration pass is no word on the whole of it.
pub(super) fn reservation(migration: &MigrationReport) -> Option<&'static str> {
    use crate::plan::Scope;
    let passes = migration.verdict <= Verdict::ReadyWithWarnings && !migration.ready_to_migrate;
    passes.then_some(match migration.scope {
        Scope::Pair => "checks were left out, so this is no word on the migration as a whole",
        _ => "only one side was judged, so this is no word on the migration as a whole",
    })
}

/// Each command once, however many findings it mends; a restart serves all that went before it.
pub(super) fn commands<'a>(findings: &[&'a FindingReport]) -> Vec<&'a str> {
    let mut commands: Vec<&str> = Vec::new();
    for command in findings.iter().flat_map(|f| &f.fix) {
        if !commands.contains(&command.as_str()) {
            commands.push(command);
        }
    }
    commands.sort_by_key(|c| c.contains(" flexible-server restart "));
    commands
}
