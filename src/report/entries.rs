//! The findings and unchecked checks of a report as one flat list, worst first, for the list formats.

use std::cmp::Reverse;

use super::model::{CheckReport, FindingReport, MigrationReport, MissingReport, Report};
use crate::checks::{Object, Severity};

/// One finding, or all missing answers of one check.
pub(super) struct ReportEntry<'a> {
    pub(super) migration: &'a MigrationReport,
    pub(super) check: &'a CheckReport,
    pub(super) severity: Severity,
    pub(super) kind: EntryKind<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum EntryKind<'a> {
    Finding(&'a FindingReport),
    Missing(&'a [MissingReport]),
}

impl ReportEntry<'_> {
    pub(super) fn is_waived(&self) -> bool {
        matches!(self.kind, EntryKind::Finding(f) if f.waived.is_some())
    }

    /// Returns the finding, or the reason why the check has no answer, in one sentence.
    pub(super) fn message(&self) -> String {
        match self.kind {
            EntryKind::Finding(finding) => finding.message.clone(),
            EntryKind::Missing(missing) => not_checked_message(missing),
        }
    }

    /// Returns the affected object. For a missing answer, returns the question.
    pub(super) fn object(&self) -> String {
        match self.kind {
            EntryKind::Finding(finding) => finding.object.to_string(),
            EntryKind::Missing([first, ..]) => {
                first.question.as_deref().unwrap_or("plan").to_owned()
            }
            EntryKind::Missing([]) => "plan".to_owned(),
        }
    }

    /// Returns whether this is a finding about the server as a whole, which needs no name.
    pub(super) fn is_about_server(&self) -> bool {
        matches!(self.kind, EntryKind::Finding(f) if f.object == Object::Server)
    }

    /// Returns fix commands, or advice on how to get the missing answers.
    pub(super) fn fixes(&self) -> Vec<&str> {
        match self.kind {
            EntryKind::Finding(finding) => finding.fix.iter().map(String::as_str).collect(),
            EntryKind::Missing(missing) => {
                let mut remedies: Vec<&str> =
                    missing.iter().filter_map(|m| m.remedy.as_deref()).collect();
                remedies.dedup();
                remedies
            }
        }
    }
}

/// `not answered: <the first reason> (and 3 more)`
pub(super) fn not_checked_message(missing: &[MissingReport]) -> String {
    let first = missing.first().map_or("", |m| m.reason.as_str());
    let more = match missing.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    format!("not answered: {first}{more}")
}

/// Returns the entries that count, worst first and otherwise in report order, then the waived entries.
pub(super) fn entries(report: &Report) -> Vec<ReportEntry<'_>> {
    let mut all: Vec<ReportEntry> = report
        .migrations
        .iter()
        .flat_map(migration_entries)
        .collect();
    all.sort_by_key(|e| (e.is_waived(), Reverse(e.severity)));
    all
}

fn migration_entries(migration: &MigrationReport) -> impl Iterator<Item = ReportEntry<'_>> {
    migration.checks.iter().flat_map(move |check| {
        let found = check
            .findings
            .iter()
            .map(|f| (f.severity, EntryKind::Finding(f)));
        let unknown = check
            .unknown_as
            .map(|weight| (weight, EntryKind::Missing(&check.missing)));
        found.chain(unknown).map(move |(weight, what)| ReportEntry {
            migration,
            check,
            severity: weight,
            kind: what,
        })
    })
}
