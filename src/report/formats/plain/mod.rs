//! The report for a terminal: worst findings first, readable without colors, wrapped to the terminal width.

mod fleet_table;
mod plain_writer;

use anstyle::{AnsiColor, Style};
use plain_writer::{BOLD, DIM, PlainWriter, severity_style};

use crate::checks;
use crate::checks::{Object, Severity};
use crate::config::MigrationScope;
use crate::report::missing_privileges::MissingPrivileges;
use crate::report::model::{
    CheckReport, FindingReport, LocationReport, MigrationReport, Report, SourceReport, TargetReport,
};
use crate::report::phrases::count_noun;
use crate::report::sanitize::escape_control;
use crate::report::sizing::sizing_phrases::{
    choice_phrase, copy_time_phrase, demand_phrase, rejected_phrase, target_phrase,
};
use crate::report::sizing::{EstimateReport, SizingReport};
use crate::report::{connection_error, phrases, unknowns};
use crate::verdict::{Status, Verdict};

/// Layout options.
#[derive(Debug, Clone, Copy)]
pub struct PlainLayout {
    /// Number of columns. Text wraps at this width, commands do not.
    pub width: usize,
}

/// Renders the report with ANSI styles. The output stream removes the styles if they are not supported.
pub fn plain(report: &Report, layout: PlainLayout) -> String {
    let mut page = PlainWriter::new(layout);
    page.write_header(report);
    page.write_policy(report);
    match &report.fleet {
        Some(fleet) => page.write_fleet(report, fleet),
        None => report
            .migrations
            .iter()
            .for_each(|m| page.write_migration(m)),
    }
    page.write_line(
        0,
        &escape_control(&format!(
            "exit {}: {}",
            report.exit_code, report.exit_reason
        )),
    );
    page.out
}

/// Renders the run header: signed-in identity, time, and policy.
pub(crate) fn plain_head(report: &Report, layout: PlainLayout) -> String {
    let mut page = PlainWriter::new(layout);
    page.write_header(report);
    page.write_policy(report);
    page.out
}

/// Renders one migration without the run header.
pub(crate) fn plain_migration(migration: &MigrationReport, layout: PlainLayout) -> String {
    let mut page = PlainWriter::new(layout);
    page.write_migration(migration);
    page.out.trim_start_matches('\n').to_owned()
}

impl PlainWriter {
    fn write_migration(&mut self, migration: &MigrationReport) {
        self.write_blank_line();
        self.write_servers(migration);
        self.write_blank_line();
        self.write_headline(migration);
        for severity in [Severity::Blocker, Severity::Warning, Severity::Note] {
            self.write_severity(migration, severity);
        }
        self.write_waived(migration);
        self.write_path(migration);
        self.write_missing_privileges(migration);
        self.write_passed_and_not_applicable(migration);
        migration.sizing.iter().for_each(|s| self.write_sizing(s));
        migration
            .estimate
            .iter()
            .for_each(|e| self.write_estimate(e));
        self.write_blank_line();
    }

    /// Writes the path from target to source, one line per hop.
    fn write_path(&mut self, migration: &MigrationReport) {
        let Some(path) = &migration.path else {
            return;
        };
        self.write_blank_line();
        self.write_labeled(
            0,
            "path",
            &escape_control(&crate::report::phrases::path_ends(path)),
        );
        for hop in &path.hops {
            let (state, words) = crate::report::phrases::hop_text(hop);
            self.write_labeled(6, &format!("{state:<7}"), &escape_control(&words));
        }
    }

    /// Writes the privileges that would provide missing answers.
    fn write_missing_privileges(&mut self, migration: &MigrationReport) {
        let Some(lacking) = MissingPrivileges::from_report(migration) else {
            return;
        };
        self.write_blank_line();
        self.write_line(
            0,
            &format!("{BOLD}{}{BOLD:#}", escape_control(&lacking.headline())),
        );
        for grant in &lacking.grants {
            self.write_line(8, &escape_control(grant));
        }
    }

    fn write_passed_and_not_applicable(&mut self, migration: &MigrationReport) {
        self.write_blank_line();
        let with = |status: Status| migration.checks.iter().filter(move |c| c.status == status);
        let passed: Vec<&str> = with(Status::Pass).map(|c| c.id.as_str()).collect();
        if !passed.is_empty() {
            self.write_labeled(0, "pass", &passed.join(", "));
        }
        for (reason, ids) in unknowns::not_applicable_by_reason(migration) {
            self.write_labeled(0, "n/a", &format!("{reason}: {}", ids.join(", ")));
        }
        if migration.summary.out_of_scope > 0 {
            let count = count_noun(migration.summary.out_of_scope, "check");
            self.write_labeled(0, "out", &format!("{count} of the side that was not given"));
        }
    }
}

impl PlainWriter {
    pub(crate) fn write_header(&mut self, report: &Report) {
        let when = phrases::recorded_time(report);
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
        self.write_line(
            0,
            &escape_control(&format!(
                "{} {}, asked {when}{azure}{synthetic}",
                report.tool.name, report.tool.version
            )),
        );
    }

    /// Writes policy settings that differ from the defaults, and waivers that need attention.
    pub(crate) fn write_policy(&mut self, report: &Report) {
        for said in report.policy.describe_settings() {
            self.write_labeled(0, "judged", &said);
        }
        for waiver in report.policy.stale_waivers() {
            let words = waiver.describe(report.policy.max_waiver_days);
            self.write_labeled(0, "waiver", &words);
        }
    }

    pub(crate) fn write_servers(&mut self, migration: &MigrationReport) {
        let scope = match migration.scope {
            MigrationScope::Pair => "",
            MigrationScope::Target => ", target alone",
            MigrationScope::Source => ", source alone",
        };
        let mode = migration.mode;
        self.write_line(
            0,
            &format!(
                "{BOLD}{}{BOLD:#}: {mode} migration{scope}",
                escape_control(&migration.name)
            ),
        );
        let (source, target) = (
            connection_error::source_error(migration),
            connection_error::target_error(migration),
        );
        migration
            .source
            .iter()
            .for_each(|s| self.write_source(s, source.as_deref()));
        migration
            .target
            .iter()
            .for_each(|t| self.write_target(t, target.as_deref()));
        migration
            .location
            .iter()
            .for_each(|l| self.write_location(l));
        let databases = migration.databases.iter();
        databases
            .filter(|d| !d.is_empty())
            .for_each(|d| self.write_databases(d));
    }

    fn write_source(&mut self, source: &SourceReport, unread: Option<&str>) {
        let version = match (&source.version, unread) {
            (Some(version), _) => format!("PostgreSQL {version}"),
            (None, Some(why)) => format!("not read: {why}"),
            (None, None) => "version unknown".to_owned(),
        };
        let said = |words: &Option<String>| {
            let words = words.as_deref().map(|w| format!(", {w}"));
            words.unwrap_or_default()
        };
        let (kind, tls) = (said(&source.kind), said(&source.tls));
        let user = if source.user == source.migration_user {
            format!(
                "user {}, for the migration too (`--migration-user` names another)",
                source.user
            )
        } else {
            format!(
                "user {}, migration user {}",
                source.user, source.migration_user
            )
        };
        let server = format!("source  {}:{}, {version}", source.host, source.port);
        match unread {
            None => self.write_line(2, &escape_control(&format!("{server}{kind}{tls}, {user}"))),
            Some(_) => {
                self.write_line(2, &escape_control(&server));
                self.write_line(2, &escape_control(&format!("        {user}{kind}")));
            }
        }
        if let (Some(kind), Some(doubt)) = (&source.kind, &source.kind_doubt) {
            let style = severity_style(Severity::Warning);
            let words = escape_control(&format!("`--source-kind` says `{kind}`, but {doubt}"));
            self.write_line(2, &format!("        {style}{words}{style:#}"));
        }
    }

    fn write_target(&mut self, target: &TargetReport, unread: Option<&str>) {
        let name = target.id.rsplit('/').next().unwrap_or(&target.id);
        let known = [
            target.version.as_ref().map(|v| format!("PostgreSQL {v}")),
            target.sku.clone(),
            target.location.clone(),
        ];
        let known: Vec<String> = known.into_iter().flatten().collect();
        let known = match (known.is_empty(), unread) {
            (false, _) => known.join(", "),
            (true, Some(why)) => format!("not read: {why}"),
            (true, None) => "not read".to_owned(),
        };
        self.write_line(2, &escape_control(&format!("target  {name}, {known}")));
        self.write_line(
            2,
            &format!("        {DIM}{}{DIM:#}", escape_control(&target.id)),
        );
    }

    fn write_location(&mut self, place: &LocationReport) {
        let words = format!(
            "size in {} (subscription {})",
            place.name, place.subscription
        );
        self.write_line(2, &escape_control(&words));
    }

    fn write_databases(&mut self, databases: &[String]) {
        let names: Vec<String> = databases
            .iter()
            .take(12)
            .map(|d| escape_control(d))
            .collect();
        let more = if databases.len() > 12 {
            format!(" and {} more", databases.len() - 12)
        } else {
            String::new()
        };
        self.write_line(2, &format!("moves   {}{more}", names.join(", ")));
    }

    pub(crate) fn write_headline(&mut self, migration: &MigrationReport) {
        let style = match migration.verdict {
            Verdict::Ready => Style::new().bold().fg_color(Some(AnsiColor::Green.into())),
            Verdict::ReadyWithWarnings | Verdict::Incomplete => severity_style(Severity::Warning),
            Verdict::NotReady => severity_style(Severity::Blocker),
        };
        let (word, counts) = (
            phrases::verdict_name(migration.verdict),
            phrases::summary_counts(migration),
        );
        self.write_line(0, &format!("{style}{word}{style:#}  {counts}"));
        if let Some(reservation) = phrases::coverage_caveat(migration) {
            self.write_line(0, reservation);
        }
    }
}

impl PlainWriter {
    /// Writes the findings of one severity, then the missing answers that count as this severity.
    pub(crate) fn write_severity(&mut self, migration: &MigrationReport, severity: Severity) {
        for check in &migration.checks {
            let findings: Vec<_> = check
                .findings
                .iter()
                .filter(|f| f.severity == severity && f.waived.is_none())
                .collect();
            if !findings.is_empty() {
                self.write_check(check, severity, &findings);
            }
        }
        self.write_unknowns(migration, severity);
    }

    fn write_check(
        &mut self,
        check: &CheckReport,
        severity: Severity,
        findings: &[&FindingReport],
    ) {
        let style = severity_style(severity);
        let word = severity.name();
        self.write_blank_line();
        self.write_line(
            0,
            &format!(
                "{style}{word:<8}{style:#} {BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}",
                check.title, check.id
            ),
        );
        for finding in findings {
            self.write_finding(finding);
        }
        let mut held = check.findings.iter().filter(|f| f.waived.is_none());
        let (shown, last) = (held.clone().count(), held.next_back());
        if check.count > shown && last.is_some_and(|f| f.severity == severity) {
            let words = format!("… {} in all, the first {shown} shown", check.count);
            self.write_labeled(2, "found", &words);
        }
        let record = checks::find(&check.id);
        if severity != Severity::Note {
            self.write_labeled(2, "why", record.map_or("", |r| r.why));
        }
        self.write_labeled(2, "do", record.map_or("", |r| r.fix));
        self.write_commands(findings);
        let rules = check.official.join(", ");
        let rule = if rules.is_empty() {
            check.link.clone()
        } else {
            format!("{rules}; {}", check.link)
        };
        self.write_labeled(2, "rule", &rule);
    }

    fn write_finding(&mut self, finding: &FindingReport) {
        let object = if finding.object == Object::Server {
            String::new()
        } else {
            format!("{}: ", finding.object)
        };
        self.write_labeled(2, "found", &format!("{object}{}", finding.message));
        if finding.is_table {
            for (name, value) in &finding.evidence {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                self.write_labeled(8, "", &format!("{name}: {value}"));
            }
        }
    }

    fn write_commands(&mut self, findings: &[&FindingReport]) {
        for command in phrases::merged_commands(findings) {
            self.write_line(8, &escape_control(command));
        }
    }

    /// Writes the missing answers, one entry for each reason.
    fn write_unknowns(&mut self, migration: &MigrationReport, severity: Severity) {
        for group in unknowns::unknown_groups(migration, severity) {
            self.write_unknown_group(&group);
        }
    }

    fn write_unknown_group(&mut self, group: &unknowns::UnknownGroup) {
        let style = severity_style(group.severity);
        let counts = match group.severity {
            Severity::Blocker => ", which may hide a blocker",
            Severity::Warning => ", which may hide a warning",
            Severity::Note => "",
        };
        let checks = group.counts();
        self.write_blank_line();
        self.write_line(
            0,
            &format!("{style}unknown {style:#} {BOLD}{checks}{BOLD:#}{counts}"),
        );
        let what = group.first_question().map(|q| format!("{q}: "));
        let what = format!("{}{}", what.unwrap_or_default(), group.reason());
        self.write_labeled(2, "found", &what);
        if let Some(remedy) = group.remedy() {
            self.write_labeled(2, "do", &remedy);
        }
        self.write_labeled(2, "holds", &group.check_ids().join(", "));
    }

    /// Writes the waived findings. They do not count, but stay visible.
    pub(crate) fn write_waived(&mut self, migration: &MigrationReport) {
        for check in migration.checks.iter().filter(|c| c.waived > 0) {
            self.write_blank_line();
            self.write_line(
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
                    self.write_labeled(2, "found", &text);
                    self.write_labeled(2, "by", &waived.describe());
                }
            }
            if check.waived > shown {
                let words = format!("… {} in all, the first {shown} shown", check.waived);
                self.write_labeled(2, "found", &words);
            }
        }
    }
}

impl PlainWriter {
    pub(crate) fn write_sizing(&mut self, sizing: &SizingReport) {
        self.write_blank_line();
        self.write_labeled(0, "size", &format!("needs {}", demand_phrase(sizing)));
        if let Some(offered) = &sizing.offered {
            self.write_labeled(0, "", &format!("has {}", target_phrase(offered)));
        }
        if let Some(recommended) = &sizing.recommended {
            let smallest = choice_phrase(&recommended.smallest);
            let more = recommended
                .with_headroom
                .as_ref()
                .map(|c| format!("; with headroom for the copy {}", choice_phrase(c)));
            let place = recommended
                .location
                .as_ref()
                .map(|l| format!(" in {l}"))
                .unwrap_or_default();
            let line = format!(
                "smallest that fits{place}: {smallest}{}",
                more.unwrap_or_default()
            );
            self.write_labeled(0, "", &line);
            if let Some(smaller) = rejected_phrase(&recommended.rejected) {
                self.write_labeled(0, "", &smaller);
            }
        }
        if !sizing.unknown.is_empty() {
            let line = format!("not known: {}", sizing.unknown.join("; "));
            self.write_labeled(0, "", &line);
        }
    }

    pub(crate) fn write_estimate(&mut self, estimate: &EstimateReport) {
        self.write_labeled(0, "copy", &copy_time_phrase(estimate));
    }
}
