//! The findings, missing answers, and waived findings of a migration.

use super::page::{BOLD, DIM, Page, colour};
use crate::checks::{self, Severity};
use crate::report::open;
use crate::report::text::visible;
use crate::report::value::{CheckReport, FindingReport, MigrationReport};
use crate::report::words;

impl Page {
    /// Writes the findings of one severity, then the missing answers that count as this severity.
    pub(super) fn section(&mut self, migration: &MigrationReport, severity: Severity) {
        for check in &migration.checks {
            let findings: Vec<_> = check
                .findings
                .iter()
                .filter(|f| f.severity == severity && f.waived.is_none())
                .collect();
            if !findings.is_empty() {
                self.check(check, severity, &findings);
            }
        }
        self.unanswered(migration, severity);
    }

    fn check(&mut self, check: &CheckReport, severity: Severity, findings: &[&FindingReport]) {
        let style = colour(severity);
        let word = words::severity(severity);
        self.gap();
        self.line(
            0,
            &format!(
                "{style}{word:<8}{style:#} {BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}",
                check.title, check.id
            ),
        );
        for finding in findings {
            self.finding(finding);
        }
        let mut held = check.findings.iter().filter(|f| f.waived.is_none());
        let (shown, last) = (held.clone().count(), held.next_back());
        if check.count > shown && last.is_some_and(|f| f.severity == severity) {
            let words = format!("… {} in all, the first {shown} shown", check.count);
            self.labelled(2, "found", &words);
        }
        let record = checks::find(&check.id);
        if severity != Severity::Note {
            self.labelled(2, "why", record.map_or("", |r| r.why));
        }
        self.labelled(2, "do", record.map_or("", |r| r.fix));
        self.commands(findings);
        let rules = check.official.join(", ");
        let rule = if rules.is_empty() {
            check.link.clone()
        } else {
            format!("{rules}; {}", check.link)
        };
        self.labelled(2, "rule", &rule);
    }

    fn finding(&mut self, finding: &FindingReport) {
        let object = if finding.object == "server" {
            String::new()
        } else {
            format!("{}: ", finding.object)
        };
        self.labelled(2, "found", &format!("{object}{}", finding.message));
        if finding.is_table {
            for (name, value) in &finding.evidence {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                self.labelled(8, "", &format!("{name}: {value}"));
            }
        }
    }

    fn commands(&mut self, findings: &[&FindingReport]) {
        for command in words::commands(findings) {
            self.line(8, &visible(command));
        }
    }

    /// Writes the missing answers, one entry for each reason.
    fn unanswered(&mut self, migration: &MigrationReport, severity: Severity) {
        for group in open::groups(migration, severity) {
            self.group(&group);
        }
    }

    fn group(&mut self, group: &open::Group) {
        let style = colour(group.weight);
        let counts = match group.weight {
            Severity::Blocker => ", which may hide a blocker",
            Severity::Warning => ", which may hide a warning",
            Severity::Note => "",
        };
        let checks = group.counts();
        self.gap();
        self.line(
            0,
            &format!("{style}unknown {style:#} {BOLD}{checks}{BOLD:#}{counts}"),
        );
        let what = group.question().map(|q| format!("{q}: "));
        let what = format!("{}{}", what.unwrap_or_default(), group.reason());
        self.labelled(2, "found", &what);
        if let Some(remedy) = group.remedy() {
            self.labelled(2, "do", &remedy);
        }
        self.labelled(2, "holds", &group.ids().join(", "));
    }

    /// Writes the waived findings. They do not count, but stay visible.
    pub(super) fn waived(&mut self, migration: &MigrationReport) {
        for check in migration.checks.iter().filter(|c| c.waived > 0) {
            self.gap();
            self.line(
                0,
                &format!(
                    "{DIM}waived  {DIM:#} {BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}",
                    check.title, check.id
                ),
            );
            let mut shown = 0;
            for finding in &check.findings {
                if let Some(waived) = &finding.waived {
                    shown += 1;
                    let text = format!("{}: {}", finding.object, finding.message);
                    self.labelled(2, "found", &text);
                    self.labelled(2, "by", &waived.words());
                }
            }
            if check.waived > shown {
                let words = format!("… {} in all, the first {shown} shown", check.waived);
                self.labelled(2, "found", &words);
            }
        }
    }
}
