//! Renders a comparison as plain text, JSON, and Markdown.

use std::fmt::Write;

use super::{CountChange, Diff, DiffTotals, FindingChange, LostCheck, MigrationDiff};
use crate::report::formats::markdown::escape_markdown;
use crate::report::phrases::verdict_name;
use crate::report::sanitize::{escape_control, pretty_json};
use crate::verdict::Verdict;

/// Renders the comparison for a terminal, a log, or an email, without colors.
pub fn plain(diff: &Diff) -> String {
    let mut text = format!(
        "before  {}\nafter   {}\n",
        diff.before.recorded_at, diff.after.recorded_at
    );
    for migration in &diff.migrations {
        let verdicts = migration.verdicts.map(verdict_change).unwrap_or_default();
        write!(
            text,
            "\n{}: {verdicts}\n",
            escape_control(&display_name(migration))
        )
        .expect("writing to a string succeeds");
        for line in migration.totals.iter().map(totals_line) {
            writeln!(text, "{line}").expect("writing to a string succeeds");
        }
        for (title, count, rows) in sections(migration) {
            write!(text, "\n{title}  {count}\n").expect("writing to a string succeeds");
            for row in rows {
                writeln!(text, "  {}", escape_control(&row)).expect("writing to a string succeeds");
            }
        }
    }
    for line in unmatched_lines(diff) {
        write!(text, "\n{}\n", escape_control(&line)).expect("writing to a string succeeds");
    }
    text.push_str(&format!("\n{}\n", exit_line(diff)));
    text
}

/// Renders the comparison as JSON.
pub fn json(diff: &Diff) -> String {
    pretty_json(diff)
}

/// Renders the comparison as Markdown for a pull request or a summary.
pub fn markdown(diff: &Diff) -> String {
    let mut text = format!("# {}\n", escape_markdown(&exit_line(diff)));
    for migration in &diff.migrations {
        let verdicts = migration.verdicts.map(verdict_change).unwrap_or_default();
        write!(
            text,
            "\n## {}: {verdicts}\n",
            escape_markdown(&display_name(migration))
        )
        .expect("writing to a string succeeds");
        for line in migration.totals.iter().map(totals_line) {
            write!(text, "\n{}.\n", escape_markdown(&line)).expect("writing to a string succeeds");
        }
        for (title, count, rows) in sections(migration) {
            write!(text, "\n### {title} ({count})\n\n").expect("writing to a string succeeds");
            for row in rows {
                writeln!(text, "- {}", escape_markdown(&row))
                    .expect("writing to a string succeeds");
            }
        }
    }
    for line in unmatched_lines(diff) {
        write!(text, "\n{}\n", escape_markdown(&line)).expect("writing to a string succeeds");
    }
    text
}

/// `orders`, or `orders (before: orders-target)`
fn display_name(migration: &MigrationDiff) -> String {
    let (display_name, before) = (&migration.name, migration.name_before.as_ref());
    before.map_or(display_name.clone(), |before| {
        format!("{display_name} (before: {before})")
    })
}

fn verdict_change([before, after]: [Verdict; 2]) -> String {
    if before == after {
        format!("{}, as before", verdict_name(after))
    } else {
        format!("{}, then {}", verdict_name(before), verdict_name(after))
    }
}

/// `19 -> 3 blockers, 0 -> 2 warnings, 34 -> 3 checks not answered, 13 -> 2 checks answered in part`
fn totals_line([before, after]: &[DiffTotals; 2]) -> String {
    let rows = [
        ("blockers", before.blockers, after.blockers),
        ("warnings", before.warnings, after.warnings),
        ("checks not answered", before.unknown, after.unknown),
        (
            "checks answered in part",
            before.unknown_in_part,
            after.unknown_in_part,
        ),
    ];
    let rows = rows.iter().filter(|(_, was, is)| was + is > 0);
    let words: Vec<String> = rows
        .map(|(of, was, is)| format!("{was} -> {is} {of}"))
        .collect();
    if words.is_empty() {
        "no blockers, no warnings, all answered".to_owned()
    } else {
        words.join(", ")
    }
}

/// Returns the sections that have rows, each with its number of items.
fn sections(diff: &MigrationDiff) -> Vec<(&'static str, usize, Vec<String>)> {
    let all = [
        ("new", diff.new.iter().map(change_line).collect::<Vec<_>>()),
        (
            "no longer known",
            diff.no_longer_known.iter().map(lost_line).collect(),
        ),
        ("counts", diff.counts.iter().map(count_line).collect()),
        (
            "newly known",
            diff.newly_known.iter().map(change_line).collect(),
        ),
        ("fixed", diff.fixed.iter().map(change_line).collect()),
        ("still there", diff.still.iter().map(change_line).collect()),
    ];
    let all = all.into_iter();
    let mut all: Vec<_> = all.map(|(title, rows)| (title, rows.len(), rows)).collect();
    // These are only names, so one row is enough.
    let answered = vec![diff.answered.join(", ")];
    all.push(("answered now", diff.answered.len(), answered));
    all.retain(|(_, count, _)| *count > 0);
    all
}

fn change_line(change: &FindingChange) -> String {
    let was = change.was.map(|was| format!(" (was {was})"));
    let waived = if change.waived { " (waived)" } else { "" };
    format!(
        "{}{}{waived} {} {}: {}",
        change.severity,
        was.unwrap_or_default(),
        change.check,
        change.object,
        change.message
    )
}

fn lost_line(lost: &LostCheck) -> String {
    format!("{}: {}", lost.check, lost.reason)
}

fn count_line(count: &CountChange) -> String {
    let of = count
        .object
        .as_deref()
        .map(|o| format!(" {o}"))
        .unwrap_or_default();
    let part = if count.before_in_part {
        ", of a part"
    } else {
        ""
    };
    format!(
        "{}{of}: {} before{part}, {} after",
        count.check, count.before, count.after
    )
}

fn unmatched_lines(diff: &Diff) -> Vec<String> {
    let before = diff
        .only_before
        .iter()
        .map(|n| format!("{n}: no longer looked at"));
    let after = diff
        .only_after
        .iter()
        .map(|n| format!("{n}: not looked at before"));
    let fleet = diff.fleet.iter().map(|said| format!("new: {said}"));
    before.chain(after).chain(fleet).collect()
}

fn exit_line(diff: &Diff) -> String {
    if diff.worse {
        format!("exit 1: {}", diff.exit_reason)
    } else {
        "exit 0: nothing got worse".to_owned()
    }
}
