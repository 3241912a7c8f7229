//! The fleet overview: a table of servers, worst first, and the most frequent issues.

use std::collections::BTreeMap;

use super::plain_writer::{BOLD, DIM, PlainWriter, severity_style};
use crate::checks::Severity;
use crate::config::MigrationScope;
use crate::report::fleet::{issue_severity, top_issues, unanswered_everywhere};
use crate::report::model::{CheckReport, FleetReport, MigrationReport, Report};
use crate::report::phrases;
use crate::report::phrases::count_noun;
use crate::report::sanitize::escape_control;
use crate::verdict::Verdict;

/// Maximum number of titles per server.
const MAX_TITLES: usize = 3;
const MAX_TOP_ISSUES: usize = 10;

impl PlainWriter {
    pub(crate) fn write_fleet(&mut self, report: &Report, fleet: &FleetReport) {
        self.write_blank_line();
        self.write_scope(report, fleet);
        self.write_blank_line();
        let rows: Vec<[String; 5]> = report.migrations.iter().map(row_cells).collect();
        let widths = column_widths(&rows);
        for (migration, row) in report.migrations.iter().zip(&rows) {
            self.write_row(migration, row, widths);
        }
        self.write_blank_line();
        self.write_one_sided_counts(report);
        self.write_top_issues(report);
        self.write_unanswered_everywhere(report);
        self.write_collisions(fleet);
        self.write_unread_scopes(fleet);
        self.write_blank_line();
    }

    fn write_scope(&mut self, report: &Report, fleet: &FleetReport) {
        let note = &fleet.summary;
        if report.migrations.is_empty() && note.shards.is_empty() {
            let nothing = escape_control(&fleet.empty_reason());
            self.write_line(0, &format!("{BOLD}{nothing}{BOLD:#}"));
            return self.write_scopes(fleet);
        }
        let count = count_noun(report.migrations.len(), "server");
        let of = match (note.found, note.meant) {
            (found, meant) if meant < found => {
                let filter = note
                    .filter
                    .iter()
                    .map(|f| format!(", `{}`", escape_control(f)));
                let filter: String = filter.collect();
                format!(" ({meant} of {found} that were found are meant{filter})")
            }
            _ => String::new(),
        };
        let part = match note.shards.as_slice() {
            [] => String::new(),
            shards => format!(", part {}", shards.join(" and ")),
        };
        self.write_line(0, &format!("{BOLD}{count}{of}{part}{BOLD:#}"));
        self.write_scopes(fleet);
    }

    fn write_scopes(&mut self, fleet: &FleetReport) {
        for place in &fleet.summary.scope {
            self.write_line(2, &escape_control(place));
        }
    }

    /// States how many rows cover only one side of the migration. Such a row can be ready while the migration is not.
    fn write_one_sided_counts(&mut self, report: &Report) {
        let all = report.migrations.len();
        for (scope, side) in [
            (MigrationScope::Target, "target"),
            (MigrationScope::Source, "source"),
        ] {
            let of_scope = report.migrations.iter().filter(|m| m.scope == scope);
            let count = of_scope.count();
            if count > 0 {
                let text =
                    format!("judged as a {side} alone, which is no word on a migration as a whole");
                self.write_count(count, all, &text);
            }
        }
    }

    /// Writes the checks that no server could answer. Such a reason is not part of any server row.
    fn write_unanswered_everywhere(&mut self, report: &Report) {
        let all = report.migrations.len();
        for (reason, ids) in unanswered_everywhere(&report.migrations) {
            let text = format!("not answered: {reason}: {}", ids.join(", "));
            self.write_count(all, all, &text);
        }
    }

    fn write_count(&mut self, count: usize, all: usize, text: &str) {
        self.write_labeled(0, &format!("{count:>5} of {all} "), text);
    }

    fn write_row(&mut self, migration: &MigrationReport, row: &[String; 5], widths: [usize; 5]) {
        let style = match migration.verdict {
            Verdict::Ready => {
                anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Green.into()))
            }
            Verdict::ReadyWithWarnings | Verdict::Incomplete => severity_style(Severity::Warning),
            Verdict::NotReady => severity_style(Severity::Blocker),
        };
        let cell = |index: usize| format!("{:<width$}", row[index], width = widths[index]);
        let (verdict, name) = (cell(0), cell(1));
        let rest = [cell(2), cell(3), cell(4)].join("  ");
        self.write_line(
            0,
            &format!("{style}{verdict}{style:#}  {BOLD}{name}{BOLD:#}  {rest}"),
        );
        let indent = widths[0] + 2;
        let lines = [top_findings(migration), main_missing_reason(migration)];
        for text in lines.into_iter().flatten() {
            let text = shorten(&escape_control(&text), self.width.saturating_sub(indent));
            self.write_line(indent, &format!("{DIM}{text}{DIM:#}"));
        }
    }

    /// Writes the issues that affect the most servers.
    fn write_top_issues(&mut self, report: &Report) {
        let all = report.migrations.len();
        let reasons = top_issues(&report.migrations);
        for reason in reasons.iter().take(MAX_TOP_ISSUES) {
            let (count, words, id) = (reason.count, &reason.text, reason.id);
            self.write_line(
                0,
                &format!("{count:>5} of {all}  {words}  {DIM}{id}{DIM:#}"),
            );
        }
        if reasons.len() > MAX_TOP_ISSUES {
            let more = count_noun(reasons.len() - MAX_TOP_ISSUES, "further reason");
            self.write_line(7, &format!("{DIM}and {more}{DIM:#}"));
        }
    }

    fn write_collisions(&mut self, fleet: &FleetReport) {
        for collision in &fleet.collisions {
            let style = severity_style(Severity::Blocker);
            let words = escape_control(&collision.describe());
            self.write_blank_line();
            self.write_line(0, &format!("{style}blocker {style:#} {words}"));
            self.write_labeled(
                2,
                "do",
                "Name the databases of each migration in the plan, or give each a target of its own.",
            );
        }
    }

    fn write_unread_scopes(&mut self, fleet: &FleetReport) {
        for unread in &fleet.summary.unread {
            let style = severity_style(Severity::Warning);
            self.write_blank_line();
            self.write_line(
                0,
                &format!(
                    "{style}unknown {style:#} {BOLD}{}{BOLD:#}",
                    escape_control(&unread.place)
                ),
            );
            self.write_labeled(2, "found", &escape_control(&unread.reason));
        }
        if fleet.summary.interrupted {
            self.write_blank_line();
            self.write_line(0, "The run was interrupted: what it had not read is unknown. `--resume RECORDING` goes on where a recording was kept.");
        }
    }
}

fn row_cells(migration: &MigrationReport) -> [String; 5] {
    let target = migration.target.as_ref();
    let known =
        |value: Option<&String>| value.map_or_else(|| "-".to_owned(), |v| escape_control(v));
    [
        phrases::verdict_name(migration.verdict).to_owned(),
        escape_control(&migration.name),
        known(target.and_then(|t| t.location.as_ref())),
        known(target.and_then(|t| t.sku.as_ref())),
        row_counts(migration),
    ]
}

/// `2 blockers, 1 warning, 3 checks not answered, 1 in part`
fn row_counts(migration: &MigrationReport) -> String {
    let s = &migration.summary;
    let found = [(s.blockers, "blocker"), (s.warnings, "warning")];
    let mut parts: Vec<String> = found
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| count_noun(*n, noun))
        .collect();
    parts.extend(phrases::unknown_counts(s.unknown, s.unknown_in_part));
    parts.join(", ")
}

/// Returns the titles of the most severe findings, worst first.
fn top_findings(migration: &MigrationReport) -> Option<String> {
    let found = |check| issue_severity(check).filter(|(_, is_found)| *is_found);
    let weighed = migration.checks.iter();
    let weighed = weighed.filter_map(|check| Some((found(check)?.0, check)));
    let mut weighed: Vec<(Severity, &CheckReport)> = weighed.collect();
    weighed.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let titles = weighed
        .iter()
        .take(MAX_TITLES)
        .map(|(_, check)| check.title.clone());
    let mut parts: Vec<String> = titles.collect();
    if weighed.len() > MAX_TITLES {
        parts.push(format!("{} more", weighed.len() - MAX_TITLES));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Returns the most frequent reason for missing answers. One failure often affects many checks.
fn main_missing_reason(migration: &MigrationReport) -> Option<String> {
    let feared = migration
        .checks
        .iter()
        .filter(|c| matches!(issue_severity(c), Some((_, false))));
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

fn column_widths(rows: &[[String; 5]]) -> [usize; 5] {
    let mut widths = [0; 5];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
