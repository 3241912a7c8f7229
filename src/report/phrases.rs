//! Phrases that all formats share.

use super::model::{CheckReport, FindingReport, MigrationReport, Report};
use crate::reachability::path::{Hop, HopState, NetworkPath};
use crate::time_format::format_utc_second;
use crate::verdict::{Status, Verdict};

pub(super) use crate::plural::count_noun;

pub(super) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "READY",
        Verdict::ReadyWithWarnings => "READY WITH WARNINGS",
        Verdict::Incomplete => "INCOMPLETE",
        Verdict::NotReady => "NOT READY",
    }
}

/// `2 blockers, 1 warning, 3 checks not answered, 2 in part, 1 finding waived, 40 checks passed`
pub(super) fn summary_counts(migration: &MigrationReport) -> String {
    let s = &migration.summary;
    let found = [
        (s.blockers, "blocker"),
        (s.warnings, "warning"),
        (s.notes, "note"),
    ];
    let mut parts: Vec<String> = found
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| count_noun(*n, noun))
        .collect();
    parts.extend(unknown_counts(s.unknown, s.unknown_in_part));
    if s.waived > 0 {
        parts.push(format!("{} waived", count_noun(s.waived, "finding")));
    }
    parts.push(format!("{} passed", count_noun(s.pass, "check")));
    parts.join(", ")
}

/// `34 checks not answered, 13 in part`: checks without any answer, and checks with findings and an incomplete answer.
pub(super) fn unknown_counts(whole: usize, in_part: usize) -> Option<String> {
    match (whole, in_part) {
        (0, 0) => None,
        (0, part) => Some(format!("{} answered in part", count_noun(part, "check"))),
        (whole, 0) => Some(format!("{} not answered", count_noun(whole, "check"))),
        (whole, part) => Some(format!(
            "{} not answered, {part} in part",
            count_noun(whole, "check")
        )),
    }
}

/// Returns whether the check has a result although some answers are missing.
pub(super) fn is_partly_answered(check: &CheckReport) -> bool {
    check.status != Status::Unknown && !check.missing.is_empty()
}

/// Returns whether `--check` and `--skip` exclude every check of the migration.
pub(super) fn has_no_checks(migration: &MigrationReport) -> bool {
    let s = &migration.summary;
    s.pass + s.fail + s.unknown + s.not_applicable == 0
}

/// `2026-11-22 10:20:00 UTC`
pub(super) fn recorded_time(report: &Report) -> String {
    format_utc_second(&report.recorded_at)
}

/// Explains why a passing verdict does not cover the whole migration.
pub(super) fn coverage_caveat(migration: &MigrationReport) -> Option<&'static str> {
    use crate::config::MigrationScope;
    let passes = migration.verdict <= Verdict::ReadyWithWarnings && !migration.ready_to_migrate;
    passes.then_some(match migration.scope {
        MigrationScope::Pair => {
            "checks were left out, so this is no word on the migration as a whole"
        }
        _ => "only one side was judged, so this is no word on the migration as a whole",
    })
}

/// Returns each command once, even if it fixes several findings. A configuration reload and a restart come after the
/// changes that need them. Commands for after the migration come last.
pub(super) fn merged_commands<'a>(findings: &[&'a FindingReport]) -> Vec<&'a str> {
    let mut commands: Vec<&str> = Vec::new();
    for command in findings.iter().flat_map(|f| &f.fix) {
        if !commands.contains(&command.as_str()) {
            commands.push(command);
        }
    }
    commands.sort_by_key(|c| match *c {
        c if c.starts_with("-- afterwards") || c.starts_with("# afterwards") => 3,
        "SELECT pg_reload_conf();" => 1,
        c if c.contains(" flexible-server restart ") => 2,
        _ => 0,
    });
    commands
}

/// Returns the two ends of the path.
pub(super) fn path_ends(path: &NetworkPath) -> String {
    format!("{} to {}", path.from, path.to)
}

/// Returns the state of a hop and the evidence for it.
pub(super) fn hop_text(hop: &Hop) -> (&'static str, String) {
    let state = match hop.state {
        HopState::Open => "open",
        HopState::Closed => "CLOSED",
        HopState::Unknown => "unknown",
    };
    (state, format!("{}: {}", hop.name, hop.decided_by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Severity;

    #[test]
    fn a_reload_and_a_restart_come_after_the_changes_that_need_them() {
        let finding = |fix: &[&str]| FindingReport {
            object: crate::checks::Object::Server,
            message: String::new(),
            severity: Severity::Blocker,
            evidence: serde_json::Map::new(),
            is_table: false,
            fix: fix.iter().map(|f| (*f).to_owned()).collect(),
            waived: None,
        };
        let (reload, restart) = (
            "SELECT pg_reload_conf();",
            "az postgres flexible-server restart --name t",
        );
        let later = "-- afterwards: SELECT pg_reload_conf();";
        let all = [
            finding(&["line 1", reload, later]),
            finding(&["set a", restart]),
            finding(&["line 2", reload]),
        ];
        let commands = merged_commands(&all.iter().collect::<Vec<_>>());
        assert_eq!(
            commands,
            ["line 1", "set a", "line 2", reload, restart, later]
        );
    }
}
