//! Renders a comparison as plain text, JSON, and Markdown.

use std::fmt::Write;

use super::{Change, Count, Diff, Lost, MigrationDiff, Totals};
use crate::report::markdown::escaped;
use crate::report::text::{pretty_json, visible};
use crate::report::words::verdict;
use crate::verdict::Verdict;

/// Renders the comparison for a terminal, a log, or an email, without colors.
pub fn plain(diff: &Diff) -> String {
    let mut text = format!(
        "before  {}\nafter   {}\n",
        diff.before.recorded_at, diff.after.recorded_at
    );
    for migration in &diff.migrations {
        let verdicts = migration.verdicts.map(verdicts).unwrap_or_default();
        write!(text, "\n{}: {verdicts}\n", visible(&name(migration)))
            .expect("writing to a string succeeds");
        for line in migration.totals.iter().map(totals) {
            writeln!(text, "{line}").expect("writing to a string succeeds");
        }
        for (title, count, rows) in parts(migration) {
            write!(text, "\n{title}  {count}\n").expect("writing to a string succeeds");
            for row in rows {
                writeln!(text, "  {}", visible(&row)).expect("writing to a string succeeds");
            }
        }
    }
    for line in missing(diff) {
        write!(text, "\n{}\n", visible(&line)).expect("writing to a string succeeds");
    }
    text.push_str(&format!("\n{}\n", last(diff)));
    text
}

/// Renders the comparison as JSON.
pub fn json(diff: &Diff) -> String {
    pretty_json(diff)
}

/// Renders the comparison as Markdown for a pull request or a summary.
pub fn markdown(diff: &Diff) -> String {
    let mut text = format!("# {}\n", escaped(&last(diff)));
    for migration in &diff.migrations {
        let verdicts = migration.verdicts.map(verdicts).unwrap_or_default();
        write!(text, "\n## {}: {verdicts}\n", escaped(&name(migration)))
            .expect("writing to a string succeeds");
        for line in migration.totals.iter().map(totals) {
            write!(text, "\n{}.\n", escaped(&line)).expect("writing to a string succeeds");
        }
        for (title, count, rows) in parts(migration) {
            write!(text, "\n### {title} ({count})\n\n").expect("writing to a string succeeds");
            for row in rows {
                writeln!(text, "- {}", escaped(&row)).expect("writing to a string succeeds");
            }
        }
    }
    for line in missing(diff) {
        write!(text, "\n{}\n", escaped(&line)).expect("writing to a string succeeds");
    }
    text
}

/// `orders`, or `orders (before: orders-target)`
fn name(migration: &MigrationDiff) -> String {
    let (name, before) = (&migration.name, migration.name_before.as_ref());
    before.map_or(name.clone(), |before| format!("{name} (before: {before})"))
}

fn verdicts([before, after]: [Verdict; 2]) -> String {
    if before == after {
        format!("{}, as before", verdict(after))
    } else {
        format!("{}, then {}", verdict(before), verdict(after))
    }
}

/// `19 -> 3 blockers, 0 -> 2 warnings, 34 -> 3 checks not answered, 13 -> 2 checks answered in part`
fn totals([before, after]: &[Totals; 2]) -> String {
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
    match words.is_empty() {
        true => "no blockers, no warnings, all answered".to_owned(),
        false => words.join(", "),
    }
}

/// Returns the sections that have rows, each with its number of items.
fn parts(found: &MigrationDiff) -> Vec<(&'static str, usize, Vec<String>)> {
    let all = [
        ("new", found.new.iter().map(change).collect::<Vec<_>>()),
        (
            "no longer known",
            found.no_longer_known.iter().map(lost).collect(),
        ),
        ("counts", found.counts.iter().map(count).collect()),
        (
            "newly known",
            found.newly_known.iter().map(change).collect(),
        ),
        ("fixed", found.fixed.iter().map(change).collect()),
        ("still there", found.still.iter().map(change).collect()),
    ];
    let all = all.into_iter();
    let mut all: Vec<_> = all.map(|(title, rows)| (title, rows.len(), rows)).collect();
    // These are only names, so one row is enough.
    let answered = vec![found.answered.join(", ")];
    all.push(("answered now", found.answered.len(), answered));
    all.retain(|(_, count, _)| *count > 0);
    all
}

fn change(change: &Change) -> String {
    let severity = format!("{:?}", change.severity).to_lowercase();
    let was = change
        .was
        .map(|was| format!(" (was {})", format!("{was:?}").to_lowercase()));
    let waived = if change.waived { " (waived)" } else { "" };
    format!(
        "{severity}{}{waived} {} {}: {}",
        was.unwrap_or_default(),
        change.check,
        change.object,
        change.message
    )
}

fn lost(lost: &Lost) -> String {
    format!("{}: {}", lost.check, lost.reason)
}

fn count(count: &Count) -> String {
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

fn missing(diff: &Diff) -> Vec<String> {
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

fn last(diff: &Diff) -> String {
    match diff.worse {
        true => format!("exit 1: {}", diff.exit_reason),
        false => "exit 0: nothing got worse".to_owned(),
    }
}
