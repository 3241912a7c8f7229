//! The report for a person at a terminal: worst first, readable without colour, as wide as the terminal.

use anstyle::{AnsiColor, Style};

use super::build::counted;
use super::lacking::Lacking;
use super::text::visible;
use super::value::{CheckReport, FindingReport, MigrationReport, MissingReport, Report};
use crate::checks::{self, Severity};
use crate::plan::Scope;
use crate::verdict::{Status, Verdict};

/// How to lay it out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Columns; text wraps there, commands never do.
    pub width: usize,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Blocker => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

/// The whole report. Styles are in it as ANSI escapes; the writer strips them where they are not wanted.
pub fn plain(report: &Report, layout: Layout) -> String {
    let mut page = Page {
        out: String::new(),
        width: layout.width.clamp(40, 160),
    };
    page.header(report);
    for migration in &report.migrations {
        page.migration(migration);
    }
    page.line(
        0,
        &format!("exit {}: {}", report.exit_code, report.exit_reason),
    );
    page.out
}

/// One reason, the questions that it left open, and the checks that wait for them.
struct Group<'r> {
    missing: &'r MissingReport,
    questions: Vec<&'r str>,
    checks: Vec<&'r str>,
}

impl<'r> Group<'r> {
    fn new(missing: &'r MissingReport, check: &'r str) -> Self {
        Group {
            missing,
            questions: missing.question.as_deref().into_iter().collect(),
            checks: vec![check],
        }
    }

    fn is_of(&self, missing: &MissingReport) -> bool {
        (&self.missing.reason, &self.missing.remedy) == (&missing.reason, &missing.remedy)
    }

    fn add(&mut self, missing: &'r MissingReport, check: &'r str) {
        let question = missing.question.as_deref();
        self.questions
            .extend(question.filter(|q| !self.questions.contains(q)));
        if !self.checks.contains(&check) {
            self.checks.push(check);
        }
    }
}

struct Page {
    out: String,
    width: usize,
}

impl Page {
    fn line(&mut self, indent: usize, text: &str) {
        let line = format!("{}{text}", " ".repeat(indent));
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn gap(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Text under a label, wrapped beside it.
    fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        let start = format!("{}{label:<5} ", " ".repeat(indent));
        let rest = " ".repeat(indent + 6);
        let options = textwrap::Options::new(self.width)
            .initial_indent(&start)
            .subsequent_indent(&rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let filled = textwrap::fill(text, options);
        self.out.push_str(&filled);
        self.out.push('\n');
    }

    fn header(&mut self, report: &Report) {
        let when = report.recorded_at.replace('T', " ").replace('Z', " UTC");
        let synthetic = if report.synthetic {
            ", a synthetic recording"
        } else {
            ""
        };
        let identity = report
            .asked_as
            .azure_identity
            .as_deref()
            .map(|i| format!(" as {}", visible(i)))
            .unwrap_or_default();
        let credential = report.asked_as.azure_credential.as_deref();
        let azure = credential
            .map(|c| format!(", Azure by {c}{identity}"))
            .unwrap_or_default();
        self.line(
            0,
            &format!(
                "{} {}, asked {when}{azure}{synthetic}",
                report.tool.name, report.tool.version
            ),
        );
    }

    fn migration(&mut self, migration: &MigrationReport) {
        self.gap();
        self.pair(migration);
        self.gap();
        self.headline(migration);
        for severity in [Severity::Blocker, Severity::Warning, Severity::Note] {
            self.section(migration, severity);
        }
        self.path(migration);
        self.lacking(migration);
        self.rest(migration);
        self.gap();
    }

    /// The path from target to source, a line for each hop.
    fn path(&mut self, migration: &MigrationReport) {
        let Some(path) = &migration.path else {
            return;
        };
        self.gap();
        for line in super::path::lines(path) {
            self.line(0, &visible(&line));
        }
    }

    fn pair(&mut self, migration: &MigrationReport) {
        let scope = match migration.scope {
            Scope::Pair => "",
            Scope::Target => ", target alone",
            Scope::Source => ", source alone",
        };
        let mode = format!("{:?}", migration.mode).to_lowercase();
        self.line(
            0,
            &format!(
                "{BOLD}{}{BOLD:#}: {mode} migration{scope}",
                visible(&migration.name)
            ),
        );
        if let Some(source) = &migration.source {
            let version = source
                .version
                .as_deref()
                .map_or("version unknown".to_owned(), |v| format!("PostgreSQL {v}"));
            let tls = source
                .tls
                .as_deref()
                .map(|t| format!(", {t}"))
                .unwrap_or_default();
            let kind = source
                .kind
                .as_deref()
                .map(|k| format!(", {k}"))
                .unwrap_or_default();
            let user = if source.user == source.migration_user {
                format!("user {}", source.user)
            } else {
                format!(
                    "user {}, migration user {}",
                    source.user, source.migration_user
                )
            };
            self.line(
                2,
                &visible(&format!(
                    "source  {}:{}, {version}{kind}{tls}, {user}",
                    source.host, source.port
                )),
            );
            if let (Some(kind), Some(doubt)) = (&source.kind, &source.kind_doubt) {
                let style = colour(Severity::Warning);
                self.line(
                    2,
                    &format!("        {style}`--source-kind` says `{kind}`, but {doubt}{style:#}"),
                );
            }
        }
        if let Some(target) = &migration.target {
            let name = target.id.rsplit('/').next().unwrap_or(&target.id);
            let known = [
                target.version.as_ref().map(|v| format!("PostgreSQL {v}")),
                target.sku.clone(),
                target.location.clone(),
            ];
            let known: Vec<String> = known.into_iter().flatten().collect();
            let known = if known.is_empty() {
                "not read".to_owned()
            } else {
                known.join(", ")
            };
            self.line(2, &visible(&format!("target  {name}, {known}")));
            self.line(2, &format!("        {DIM}{}{DIM:#}", visible(&target.id)));
        }
        if let Some(databases) = migration.databases.as_ref().filter(|d| !d.is_empty()) {
            let names: Vec<String> = databases.iter().take(12).map(|d| visible(d)).collect();
            let more = if databases.len() > 12 {
                format!(" and {} more", databases.len() - 12)
            } else {
                String::new()
            };
            self.line(2, &format!("moves   {}{more}", names.join(", ")));
        }
    }

    fn headline(&mut self, migration: &MigrationReport) {
        let (word, style) = match migration.verdict {
            Verdict::Ready => (
                "READY",
                Style::new().bold().fg_color(Some(AnsiColor::Green.into())),
            ),
            Verdict::ReadyWithWarnings => ("READY WITH WARNINGS", colour(Severity::Warning)),
            Verdict::Incomplete => ("INCOMPLETE", colour(Severity::Warning)),
            Verdict::NotReady => ("NOT READY", colour(Severity::Blocker)),
        };
        let s = &migration.summary;
        let unknown = migration
            .checks
            .iter()
            .filter(|c| !c.missing.is_empty())
            .count();
        let found = [
            (s.blockers, "blocker"),
            (s.warnings, "warning"),
            (s.notes, "note"),
        ];
        let mut parts: Vec<String> = found
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, noun)| counted(*n, noun))
            .collect();
        if unknown > 0 {
            parts.push(format!("{} not answered", counted(unknown, "check")));
        }
        parts.push(format!("{} passed", counted(s.pass, "check")));
        self.line(0, &format!("{style}{word}{style:#}  {}", parts.join(", ")));
        if migration.verdict <= Verdict::ReadyWithWarnings && !migration.ready_to_migrate {
            let why = match migration.scope {
                Scope::Pair => {
                    "checks were left out, so this is no word on the migration as a whole"
                }
                _ => "only one side was judged, so this is no word on the migration as a whole",
            };
            self.line(0, why);
        }
    }

    /// The findings of one severity, and after them the checks that count as it for want of an answer.
    fn section(&mut self, migration: &MigrationReport, severity: Severity) {
        for check in &migration.checks {
            let findings: Vec<_> = check
                .findings
                .iter()
                .filter(|f| f.severity == severity)
                .collect();
            if !findings.is_empty() {
                self.check(check, severity, &findings);
            }
        }
        self.unanswered(migration, severity);
    }

    fn check(&mut self, check: &CheckReport, severity: Severity, findings: &[&FindingReport]) {
        let style = colour(severity);
        let word = format!("{severity:?}").to_lowercase();
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
        if check.count > check.findings.len()
            && check
                .findings
                .last()
                .is_some_and(|f| f.severity == severity)
        {
            self.labelled(
                2,
                "found",
                &format!(
                    "… {} in all, the first {} shown",
                    check.count,
                    check.findings.len()
                ),
            );
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
        self.labelled(
            2,
            "found",
            &visible(&format!("{object}{}", finding.message)),
        );
        if finding.is_table {
            for (name, value) in &finding.evidence {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                self.labelled(8, "", &visible(&format!("{name}: {value}")));
            }
        }
    }

    /// Each command once, however many findings it mends.
    fn commands(&mut self, findings: &[&FindingReport]) {
        let mut shown: Vec<&str> = Vec::new();
        for command in findings.iter().flat_map(|f| &f.fix) {
            if !shown.contains(&command.as_str()) {
                shown.push(command);
            }
        }
        // A restart serves all that went before it.
        shown.sort_by_key(|c| c.contains(" flexible-server restart "));
        for command in shown {
            self.line(8, &visible(command));
        }
    }

    /// Checks without an answer, one entry for each reason: a database that may not be entered refuses every question.
    fn unanswered(&mut self, migration: &MigrationReport, severity: Severity) {
        let mut groups: Vec<Group> = Vec::new();
        for check in migration
            .checks
            .iter()
            .filter(|c| c.unknown_as == Some(severity))
        {
            for missing in &check.missing {
                match groups.iter_mut().find(|g| g.is_of(missing)) {
                    Some(group) => group.add(missing, &check.id),
                    None => groups.push(Group::new(missing, &check.id)),
                }
            }
        }
        for group in groups {
            self.group(&group, severity);
        }
    }

    fn group(&mut self, group: &Group, severity: Severity) {
        let missing = group.missing;
        let style = colour(severity);
        let counts = match severity {
            Severity::Blocker => ", which may hide a blocker",
            Severity::Warning => ", which may hide a warning",
            Severity::Note => "",
        };
        self.gap();
        self.line(
            0,
            &format!(
                "{style}unknown {style:#} {BOLD}{} not answered{BOLD:#}{counts}",
                counted(group.checks.len(), "check")
            ),
        );
        let more = match group.questions.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let what = missing
            .question
            .as_deref()
            .map(|q| format!("{q}{more}: "))
            .unwrap_or_default();
        self.labelled(2, "found", &visible(&format!("{what}{}", missing.reason)));
        if let Some(remedy) = &missing.remedy {
            self.labelled(2, "do", &visible(remedy));
        }
        self.labelled(2, "holds", &group.checks.join(", "));
    }

    /// One list of the rights that would answer what is open.
    fn lacking(&mut self, migration: &MigrationReport) {
        let Some(lacking) = Lacking::of(migration) else {
            return;
        };
        self.gap();
        self.line(0, &format!("{BOLD}{}{BOLD:#}", lacking.headline()));
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
        for check in with(Status::NotApplicable) {
            self.labelled(
                0,
                "n/a",
                &format!("{}: {}", check.id, check.reason.as_deref().unwrap_or("")),
            );
        }
        if migration.summary.out_of_scope > 0 {
            let count = counted(migration.summary.out_of_scope, "check");
            self.labelled(0, "out", &format!("{count} of the side that was not given"));
        }
    }
}
