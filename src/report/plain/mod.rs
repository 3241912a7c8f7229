//! The report for a person at a terminal: worst first, readable without colour, as wide as the terminal.
//! Here: the page and who was asked. Not here: what was found (`sections`).

mod fleet;
mod sections;
mod sizes;

use anstyle::{AnsiColor, Style};

use super::lacking::Lacking;
use super::open;
use super::text::visible;
use super::value::{MigrationReport, Report};
use super::words::{self, counted};
use crate::checks::Severity;
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

/// Who was asked, when, and how it is judged.
pub(super) fn head(report: &Report, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.header(report);
    page.policy(report);
    page.out
}

/// One migration, without the run around it.
pub(super) fn migration(migration: &MigrationReport, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.migration(migration);
    page.out.trim_start_matches('\n').to_owned()
}

struct Page {
    out: String,
    width: usize,
}

impl Page {
    fn new(layout: Layout) -> Page {
        Page {
            out: String::new(),
            width: layout.width.clamp(40, 160),
        }
    }

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

    /// Text under a label, wrapped beside it; made [`visible`] here, whoever wrote it.
    fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        let text = &visible(text);
        let start = format!("{}{label:<5} ", " ".repeat(indent));
        let rest = " ".repeat(start.len());
        let options = textwrap::Options::new(self.width)
            .initial_indent(&start)
            .subsequent_indent(&rest)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let filled = textwrap::fill(text, options);
        self.out.push_str(&filled);
        self.out.push('\n');
    }

    fn header(&mut self, report: &Report) {
        let when = words::when(report);
        let synthetic = if report.synthetic {
            ", a synthetic recording"
        } else {
            ""
        };
        let identity = report
            .asked_as
            .azure_identity
            .as_deref()
            .map(|i| format!(" as {i}"))
            .unwrap_or_default();
        let credential = report.asked_as.azure_credential.as_deref();
        let azure = credential
            .map(|c| format!(", Azure by {c}{identity}"))
            .unwrap_or_default();
        self.line(
            0,
            &visible(&format!(
                "{} {}, asked {when}{azure}{synthetic}",
                report.tool.name, report.tool.version
            )),
        );
    }

    /// How it was judged, where that is not as usual, and waivers that want looking after.
    fn policy(&mut self, report: &Report) {
        for said in report.policy.words() {
            self.labelled(0, "judged", &said);
        }
        for waiver in report.policy.stale_waivers() {
            let words = waiver.words(report.policy.max_waiver_days);
            self.labelled(0, "waiver", &words);
        }
    }

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

    /// The path from target to source, a line for each hop.
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
                let words = visible(&format!("`--source-kind` says `{kind}`, but {doubt}"));
                self.line(2, &format!("        {style}{words}{style:#}"));
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
        if let Some(place) = &migration.location {
            let words = format!(
                "size in {} (subscription {})",
                place.name, place.subscription
            );
            self.line(2, &visible(&words));
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
        let style = match migration.verdict {
            Verdict::Ready => Style::new().bold().fg_color(Some(AnsiColor::Green.into())),
            Verdict::ReadyWithWarnings | Verdict::Incomplete => colour(Severity::Warning),
            Verdict::NotReady => colour(Severity::Blocker),
        };
        let (word, counts) = (words::verdict(migration.verdict), words::counts(migration));
        self.line(0, &format!("{style}{word}{style:#}  {counts}"));
        if let Some(reservation) = words::reservation(migration) {
            self.line(0, reservation);
        }
    }

    /// One list of the rights that would answer what is open.
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
