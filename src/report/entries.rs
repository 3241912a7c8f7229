//! The findings and unchecked checks of a report as one flat list, worst first, for the list formats.

use std::cmp::Reverse;

use super::value::{CheckReport, FindingReport, MigrationReport, MissingReport, Report};
use crate::checks::Severity;

/// One finding, or all missing answers of one check.
pub(super) struct Entry<'a> {
    pub(super) migration: &'a MigrationReport,
    pub(super) check: &'a CheckReport,
    pub(super) weight: Severity,
    pub(super) what: What<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Found(&'a FindingReport),
    Unknown(&'a [MissingReport]),
}

impl Entry<'_> {
    pub(super) fn is_waived(&self) -> bool {
        matches!(self.what, What::Found(f) if f.waived.is_some())
    }

    /// Returns the finding, or the reason why the check has no answer, in one sentence.
    pub(super) fn message(&self) -> String {
        match self.what {
            What::Found(finding) => finding.message.clone(),
            What::Unknown(missing) => not_answered(missing),
        }
    }

    /// Returns the affected object. For a missing answer, returns the question.
    pub(super) fn object(&self) -> &str {
        match self.what {
            What::Found(finding) => &finding.object,
            What::Unknown([first, ..]) => first.question.as_deref().unwrap_or("plan"),
            What::Unknown([]) => "plan",
        }
    }

    /// Returns fix commands, or advice on how to get the missing answers.
    pub(super) fn remedies(&self) -> Vec<&str> {
        match self.what {
            What::Found(finding) => finding.fix.iter().map(String::as_str).collect(),
            What::Unknown(missing) => {
                let mut remedies: Vec<&str> =
                    missing.iter().filter_map(|m| m.remedy.as_deref()).collect();
                remedies.dedup();
                remedies
            }
        }
    }
}

/// `not answered: <the first reason> (and 3 more)`
pub(super) fn not_answered(missing: &[MissingReport]) -> String {
    let first = missing.first().map_or("", |m| m.reason.as_str());
    let more = match missing.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    format!("not answered: {first}{more}")
}

/// Returns the entries that count, worst first and otherwise in report order, then the waived entries.
pub(super) fn entries(report: &Report) -> Vec<Entry<'_>> {
    let mut all: Vec<Entry> = report.migrations.iter().flat_map(of).collect();
    all.sort_by_key(|e| (e.is_waived(), Reverse(e.weight)));
    all
}

fn of(migration: &MigrationReport) -> impl Iterator<Item = Entry<'_>> {
    migration.checks.iter().flat_map(move |check| {
        let found = check.findings.iter().map(|f| (f.severity, What::Found(f)));
        let unknown = check
            .unknown_as
            .map(|weight| (weight, What::Unknown(&check.missing)));
        found.chain(unknown).map(move |(weight, what)| Entry {
            migration,
            check,
            weight,
            what,
        })
    })
}
