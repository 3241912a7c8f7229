//! Explains the exit code of a run in one line. The fleet version is in `fleet`.

use super::model::{MigrationReport, MigrationSummary};
use super::phrases::{count_noun, has_no_checks};
use crate::checks::Severity;
use crate::verdict::{FailOn, Verdict};

/// Returns the reason for the exit code in one line.
pub(super) fn exit_reason(
    verdict: Verdict,
    fail_on: FailOn,
    migrations: &[MigrationReport],
) -> String {
    let sum = |pick: fn(&MigrationSummary) -> usize| {
        migrations.iter().map(|m| pick(&m.summary)).sum::<usize>()
    };
    let gating = migrations
        .iter()
        .flat_map(|m| &m.checks)
        .filter(|c| c.unknown_as == Some(Severity::Blocker))
        .count();
    let mut reason = match verdict {
        Verdict::Ready => "ready: no blockers, no warnings".to_owned(),
        Verdict::ReadyWithWarnings => ready_with_warnings(sum(|s| s.warnings), migrations),
        Verdict::NotReady => format!("not ready: {}", count_noun(sum(|s| s.blockers), "blocker")),
        Verdict::Incomplete if migrations.iter().any(has_no_checks) => {
            "incomplete: no check was run; `--check` and `--skip` leave none for what is given"
                .to_owned()
        }
        Verdict::Incomplete if gating == 0 => {
            "incomplete: what was to be sized could not be sized".to_owned()
        }
        Verdict::Incomplete => {
            let gating = count_noun(gating, "check");
            format!("incomplete: {gating} that may hide a blocker could not be answered")
        }
    };
    let waived = sum(|s| s.waived);
    if waived > 0 {
        reason = format!("{reason}; {} waived", count_noun(waived, "finding"));
    }
    match fail_on {
        FailOn::Never if verdict > Verdict::ReadyWithWarnings => {
            format!("{reason}; --fail-on never makes this 0")
        }
        FailOn::Warning if verdict == Verdict::ReadyWithWarnings => {
            format!("{reason}; --fail-on warning makes this 1")
        }
        _ => reason,
    }
}

/// Describes the warnings that were found and the warnings that missing answers could hide.
fn ready_with_warnings(warnings: usize, migrations: &[MigrationReport]) -> String {
    let hidden = migrations
        .iter()
        .flat_map(|m| &m.checks)
        .filter(|c| c.unknown_as == Some(Severity::Warning))
        .count();
    let mut parts = Vec::new();
    if warnings > 0 || hidden == 0 {
        parts.push(count_noun(warnings, "warning"));
    }
    if hidden > 0 {
        let hidden = count_noun(hidden, "check");
        parts.push(format!(
            "{hidden} that may hide a warning could not be answered"
        ));
    }
    format!("ready with warnings: {}", parts.join(", "))
}
