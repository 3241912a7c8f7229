//! The checks that affect the most servers.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::checks;
use crate::checks::Severity;
use crate::report::model::{CheckReport, MigrationReport};

/// A check that affects some of the servers.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::report) struct TopIssue<'a> {
    pub(in crate::report) id: &'a str,
    /// The check title, with a prefix if the check has no answer.
    pub(in crate::report) text: String,
    /// Number of affected servers.
    pub(in crate::report) count: usize,
}

/// Returns all checks with at least a warning, sorted by number of servers, then by severity.
pub(in crate::report) fn top_issues(migrations: &[MigrationReport]) -> Vec<TopIssue<'_>> {
    let mut counts: BTreeMap<(&str, bool), (usize, Severity)> = BTreeMap::new();
    for check in migrations.iter().flat_map(|m| &m.checks) {
        if let Some((severity, is_found)) = issue_severity(check) {
            let entry = counts.entry((check.id.as_str(), is_found));
            let (count, worst) = entry.or_insert((0, severity));
            *count += 1;
            *worst = severity.max(*worst);
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|((id, is_found), (count, worst))| {
        (Reverse(*count), Reverse(*worst), !*is_found, *id)
    });
    let mut reasons = Vec::new();
    for ((id, is_found), (count, _)) in counts {
        let title = checks::find(id).map_or(id, |c| c.title);
        let open = if is_found { "" } else { "not answered: " };
        let words = format!("{open}{title}");
        reasons.push(TopIssue {
            id,
            text: words,
            count,
        });
    }
    reasons
}

/// Returns the notes that no server could answer: each reason and its checks. Without them, a table of servers would
/// look better than the report of each server.
pub(in crate::report) fn unanswered_everywhere(
    migrations: &[MigrationReport],
) -> Vec<(&str, Vec<&str>)> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for check in migrations.iter().flat_map(|m| &m.checks) {
        let first = check
            .missing
            .first()
            .filter(|_| issue_severity(check).is_none());
        if let Some(missing) = first {
            *counts.entry((&missing.reason, &check.id)).or_default() += 1;
        }
    }
    counts.retain(|_, count| *count == migrations.len());
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (reason, id) in counts.into_keys() {
        by_reason.entry(reason).or_default().push(id);
    }
    by_reason.into_iter().collect()
}

/// Returns the severity of a check and whether it comes from a finding. Returns `None` below a warning.
pub(in crate::report) fn issue_severity(check: &CheckReport) -> Option<(Severity, bool)> {
    let found = check.findings.iter().filter(|f| f.waived.is_none());
    let found = found.map(|f| f.severity).max().map(|s| (s, true));
    let possible = check.unknown_as.filter(|_| !check.missing.is_empty());
    let feared = possible.map(|s| (s, false));
    found
        .max(feared)
        .filter(|(severity, _)| *severity >= Severity::Warning)
}
