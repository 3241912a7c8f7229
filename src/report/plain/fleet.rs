//! The fleet overview: a table of servers, worst first, and the most frequent issues.

use std::collections::BTreeMap;

use super::page::{BOLD, DIM, Page, colour};
use crate::checks::Severity;
use crate::plan::Scope;
use crate::report::fleet::{lacking, reasons, weight};
use crate::report::text::visible;
use crate::report::value::{CheckReport, FleetReport, MigrationReport, Report};
use crate::report::words::{self, counted};
use crate::verdict::Verdict;

/// Maximum number of titles per server.
const REASONS: usize = 3;
const TOP: usize = 10;

impl Page {
    pub(super) fn fleet(&mut self, report: &Report, fleet: &FleetReport) {
        self.gap();
        self.scope(report, fleet);
        self.gap();
        let rows: Vec<[String; 5]> = report.migrations.iter().map(cells).collect();
        let widths = widths(&rows);
        for (migration, row) in report.migrations.iter().zip(&rows) {
            self.row(migration, row, widths);
        }
        self.gap();
        self.one_sided(report);
        self.reasons(report);
        self.open_for_all(report);
        self.collisions(fleet);
        self.unread(fleet);
        self.gap();
    }

    fn scope(&mut self, report: &Report, fleet: &FleetReport) {
        let note = &fleet.note;
        if report.migrations.is_empty() && note.shards.is_empty() {
            let nothing = visible(&fleet.nothing());
            self.line(0, &format!("{BOLD}{nothing}{BOLD:#}"));
            return self.places(fleet);
        }
        let count = counted(report.migrations.len(), "server");
        let of = match (note.found, note.meant) {
            (found, meant) if meant < found => {
                let filter = note.filter.iter().map(|f| format!(", `{}`", visible(f)));
                let filter: String = filter.collect();
                format!(" ({meant} of {found} that were found are meant{filter})")
            }
            _ => String::new(),
        };
        let part = match note.shards.as_slice() {
            [] => String::new(),
            shards => format!(", part {}", shards.join(" and ")),
        };
        self.line(0, &format!("{BOLD}{count}{of}{part}{BOLD:#}"));
        self.places(fleet);
    }

    fn places(&mut self, fleet: &FleetReport) {
        for place in &fleet.note.scope {
            self.line(2, &visible(place));
        }
    }

    /// States how many rows cover only one side of the migration. Such a row can be ready while the migration is not.
    fn one_sided(&mut self, report: &Report) {
        let all = report.migrations.len();
        for (scope, side) in [(Scope::Target, "target"), (Scope::Source, "source")] {
            let of_scope = report.migrations.iter().filter(|m| m.scope == scope);
            let count = of_scope.count();
            if count > 0 {
                let text =
                    format!("judged as a {side} alone, which is no word on a migration as a whole");
                self.counted(count, all, &text);
            }
        }
    }

    /// Writes the checks that no server could answer. Such a reason is not part of any server row.
    fn open_for_all(&mut self, report: &Report) {
        let all = report.migrations.len();
        for (reason, ids) in lacking(&report.migrations) {
            let text = format!("not answered: {reason}: {}", ids.join(", "));
            self.counted(all, all, &text);
        }
    }

    fn counted(&mut self, count: usize, all: usize, text: &str) {
        self.labelled(0, &format!("{count:>5} of {all} "), text);
    }

    fn row(&mut self, migration: &MigrationReport, row: &[String; 5], widths: [usize; 5]) {
        let style = match migration.verdict {
            Verdict::Ready => {
                anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Green.into()))
            }
            Verdict::ReadyWithWarnings | Verdict::Incomplete => colour(Severity::Warning),
            Verdict::NotReady => colour(Severity::Blocker),
        };
        let cell = |index: usize| format!("{:<width$}", row[index], width = widths[index]);
        let (verdict, name) = (cell(0), cell(1));
        let rest = [cell(2), cell(3), cell(4)].join("  ");
        self.line(
            0,
            &format!("{style}{verdict}{style:#}  {BOLD}{name}{BOLD:#}  {rest}"),
        );
        let indent = widths[0] + 2;
        let lines = [found_in(migration), unanswered_in(migration)];
        for text in lines.into_iter().flatten() {
            let text = shortened(&visible(&text), self.width.saturating_sub(indent));
            self.line(indent, &format!("{DIM}{text}{DIM:#}"));
        }
    }

    /// Writes the issues that affect the most servers.
    fn reasons(&mut self, report: &Report) {
        let all = report.migrations.len();
        let reasons = reasons(&report.migrations);
        for reason in reasons.iter().take(TOP) {
            let (count, words, id) = (reason.count, &reason.words, reason.id);
            self.line(
                0,
                &format!("{count:>5} of {all}  {words}  {DIM}{id}{DIM:#}"),
            );
        }
        if reasons.len() > TOP {
            let more = counted(reasons.len() - TOP, "further reason");
            self.line(7, &format!("{DIM}and {more}{DIM:#}"));
        }
    }

    fn collisions(&mut self, fleet: &FleetReport) {
        for collision in &fleet.collisions {
            let style = colour(Severity::Blocker);
            let words = visible(&collision.words());
            self.gap();
            self.line(0, &format!("{style}blocker {style:#} {words}"));
            self.labelled(
                2,
                "do",
                "Name the databases of each migration in the plan, or give each a target of its own.",
            );
        }
    }

    fn unread(&mut self, fleet: &FleetReport) {
        for unread in &fleet.note.unread {
            let style = colour(Severity::Warning);
            self.gap();
            self.line(
                0,
                &format!(
                    "{style}unknown {style:#} {BOLD}{}{BOLD:#}",
                    visible(&unread.place)
                ),
            );
            self.labelled(2, "found", &visible(&unread.reason));
        }
        if fleet.note.interrupted {
            self.gap();
            self.line(0, "The run was interrupted: what it had not read is unknown. `--resume RECORDING` goes on where a recording was kept.");
        }
    }
}

fn cells(migration: &MigrationReport) -> [String; 5] {
    let target = migration.target.as_ref();
    let known = |value: Option<&String>| value.map_or_else(|| "-".to_owned(), |v| visible(v));
    [
        words::verdict(migration.verdict).to_owned(),
        visible(&migration.name),
        known(target.and_then(|t| t.location.as_ref())),
        known(target.and_then(|t| t.sku.as_ref())),
        counts(migration),
    ]
}

/// `2 blockers, 1 warning, 3 checks not answered, 1 in part`
fn counts(migration: &MigrationReport) -> String {
    let s = &migration.summary;
    let found = [(s.blockers, "blocker"), (s.warnings, "warning")];
    let mut parts: Vec<String> = found
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| counted(*n, noun))
        .collect();
    parts.extend(words::open(s.unknown, s.unknown_in_part));
    parts.join(", ")
}

/// Returns the titles of the most severe findings, worst first.
fn found_in(migration: &MigrationReport) -> Option<String> {
    let found = |check| weight(check).filter(|(_, is_found)| *is_found);
    let weighed = migration.checks.iter();
    let weighed = weighed.filter_map(|check| Some((found(check)?.0, check)));
    let mut weighed: Vec<(Severity, &CheckReport)> = weighed.collect();
    weighed.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let titles = weighed
        .iter()
        .take(REASONS)
        .map(|(_, check)| check.title.clone());
    let mut parts: Vec<String> = titles.collect();
    if weighed.len() > REASONS {
        parts.push(format!("{} more", weighed.len() - REASONS));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Returns the most frequent reason for missing answers. One failure often affects many checks.
fn unanswered_in(migration: &MigrationReport) -> Option<String> {
    let feared = migration
        .checks
        .iter()
        .filter(|c| matches!(weight(c), Some((_, false))));
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for missing in feared.filter_map(|c| c.missing.first()) {
        *reasons.entry(&missing.reason).or_default() += 1;
    }
    let (reason, count) = reasons.iter().max_by_key(|(_, count)| **count)?;
    let others: usize = reasons.values().sum::<usize>() - count;
    let others = match others {
        0 => String::new(),
        n => format!("; {n} more"),
    };
    Some(format!("{count} not answered: {reason}{others}"))
}

fn widths(rows: &[[String; 5]]) -> [usize; 5] {
    let mut widths = [0; 5];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
