//! Which migration of one report is which of the other.

use crate::report::value::{MigrationReport, Report};

/// The migrations of one name; where each report has a single one to the same target, these two, whatever they are called: a
/// plan gives a name that the command line does not know.
pub(super) fn pairs<'r>(
    before: &'r Report,
    after: &'r Report,
) -> Vec<(&'r MigrationReport, &'r MigrationReport)> {
    if let ([a], [b]) = (&before.migrations[..], &after.migrations[..])
        && is_same(a, b)
    {
        return vec![(a, b)];
    }
    let of_a = |a: &'r MigrationReport| {
        let same = after.migrations.iter().find(|b| b.name == a.name);
        same.map(|b| (a, b))
    };
    before.migrations.iter().filter_map(of_a).collect()
}

fn is_same(a: &MigrationReport, b: &MigrationReport) -> bool {
    match (&a.target, &b.target) {
        (Some(one), Some(other)) => a.scope == b.scope && one.id.eq_ignore_ascii_case(&other.id),
        _ => false,
    }
}

/// The names of those that are in no pair.
pub(super) fn without(report: &Report, paired: &[&MigrationReport]) -> Vec<String> {
    let names = report.migrations.iter().map(|m| m.name.clone());
    names
        .filter(|name| !paired.iter().any(|m| m.name == *name))
        .collect()
}
