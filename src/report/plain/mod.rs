//! The report for a terminal: worst findings first, readable without colors, wrapped to the terminal width.

mod fleet;
mod head;
mod page;
mod sections;
mod sizes;

use super::lacking::Lacking;
use super::open;
use super::text::visible;
use super::value::{MigrationReport, Report};
use super::words::counted;
use crate::checks::Severity;
use crate::verdict::Status;
use page::{BOLD, Page};

/// Layout options.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Number of columns. Text wraps at this width, commands do not.
    pub width: usize,
}

/// Renders the report with ANSI styles. The output stream removes the styles if they are not supported.
pub fn plain(report: &Report, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.header(report);
    page.policy(report);
    match &report.fleet {
        Some(fleet) => page.fleet(report, fleet),
        None => report.migrations.iter().for_each(|m| page.migration(m)),
    }
    page.line(
        0,
        &visible(&format!(
            "exit {}: {}",
            report.exit_code, report.exit_reason
        )),
    );
    page.out
}

/// Renders the run header: signed-in identity, time, and policy.
pub(super) fn head(report: &Report, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.header(report);
    page.policy(report);
    page.out
}

/// Renders one migration without the run header.
pub(super) fn migration(migration: &MigrationReport, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.migration(migration);
    page.out.trim_start_matches('\n').to_owned()
}

impl Page {
    fn migration(&mut self, migration: &MigrationReport) {
        self.gap();
        self.pair(migration);
        self.gap();
        self.headline(migration);
        for severity in [Severity::Blocker, Severity::Warning, Severity::Note] {
            self.section(migration, severity);
        }
        self.waived(migration);
        self.path(migration);
        self.lacking(migration);
        self.rest(migration);
        migration.sizing.iter().for_each(|s| self.sizing(s));
        migration.estimate.iter().for_each(|e| self.estimate(e));
        self.gap();
    }

    /// Writes the path from target to source, one line per hop.
    fn path(&mut self, migration: &MigrationReport) {
        let Some(path) = &migration.path else {
            return;
        };
        self.gap();
        self.labelled(0, "path", &visible(&super::path::ends(path)));
        for hop in &path.hops {
            let (state, words) = super::path::hop(hop);
            self.labelled(6, &format!("{state:<7}"), &visible(&words));
        }
    }

    /// Writes the privileges that would provide missing answers.
    fn lacking(&mut self, migration: &MigrationReport) {
        let Some(lacking) = Lacking::of(migration) else {
            return;
        };
        self.gap();
        self.line(
            0,
            &format!("{BOLD}{}{BOLD:#}", visible(&lacking.headline())),
        );
        for grant in &lacking.grants {
            self.line(8, &visible(grant));
        }
    }

    fn rest(&mut self, migration: &MigrationReport) {
        self.gap();
        let with = |status: Status| migration.checks.iter().filter(move |c| c.status == status);
        let passed: Vec<&str> = with(Status::Pass).map(|c| c.id.as_str()).collect();
        if !passed.is_empty() {
            self.labelled(0, "pass", &passed.join(", "));
        }
        for (reason, ids) in open::not_applicable(migration) {
            self.labelled(0, "n/a", &format!("{reason}: {}", ids.join(", ")));
        }
        if migration.summary.out_of_scope > 0 {
            let count = counted(migration.summary.out_of_scope, "check");
            self.labelled(0, "out", &format!("{count} of the side that was not given"));
        }
    }
}
