//! Matches the migrations of two reports.

use crate::report::value::{MigrationReport, Report};

/// Matches migrations by name. If each report has exactly one migration and both have the same target, they match under
/// any name, because a plan can define a name that the command line does not have.
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

/// Returns the names of migrations without a match.
pub(super) fn without(report: &Report, paired: &[&MigrationReport]) -> Vec<String> {
    let names = report.migrations.iter().map(|m| m.name.clone());
    names
        .filter(|name| !paired.iter().any(|m| m.name == *name))
        .collect()
}
