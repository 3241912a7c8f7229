//! The header of the report: signed-in identity, time, policy, servers, and verdict.

use anstyle::{AnsiColor, Style};

use super::page::{BOLD, DIM, Page, colour};
use crate::checks::Severity;
use crate::plan::Scope;
use crate::report::text::visible;
use crate::report::unread;
use crate::report::value::{LocationReport, MigrationReport, Report, SourceReport, TargetReport};
use crate::report::words;
use crate::verdict::Verdict;

impl Page {
    pub(super) fn header(&mut self, report: &Report) {
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

    /// Writes policy settings that differ from the defaults, and waivers that need attention.
    pub(super) fn policy(&mut self, report: &Report) {
        for said in report.policy.words() {
            self.labelled(0, "judged", &said);
        }
        for waiver in report.policy.stale_waivers() {
            let words = waiver.words(report.policy.max_waiver_days);
            self.labelled(0, "waiver", &words);
        }
    }

    pub(super) fn pair(&mut self, migration: &MigrationReport) {
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
        let (source, target) = (unread::source(migration), unread::target(migration));
        migration
            .source
            .iter()
            .for_each(|s| self.source(s, source.as_deref()));
        migration
            .target
            .iter()
            .for_each(|t| self.target(t, target.as_deref()));
        migration.location.iter().for_each(|l| self.location(l));
        let databases = migration.databases.iter();
        databases
            .filter(|d| !d.is_empty())
            .for_each(|d| self.moves(d));
    }

    fn source(&mut self, source: &SourceReport, unread: Option<&str>) {
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
            None => self.line(2, &visible(&format!("{server}{kind}{tls}, {user}"))),
            Some(_) => {
                self.line(2, &visible(&server));
                self.line(2, &visible(&format!("        {user}{kind}")));
            }
        }
        if let (Some(kind), Some(doubt)) = (&source.kind, &source.kind_doubt) {
            let style = colour(Severity::Warning);
            let words = visible(&format!("`--source-kind` says `{kind}`, but {doubt}"));
            self.line(2, &format!("        {style}{words}{style:#}"));
        }
    }

    fn target(&mut self, target: &TargetReport, unread: Option<&str>) {
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
        self.line(2, &visible(&format!("target  {name}, {known}")));
        self.line(2, &format!("        {DIM}{}{DIM:#}", visible(&target.id)));
    }

    fn location(&mut self, place: &LocationReport) {
        let words = format!(
            "size in {} (subscription {})",
            place.name, place.subscription
        );
        self.line(2, &visible(&words));
    }

    fn moves(&mut self, databases: &[String]) {
        let names: Vec<String> = databases.iter().take(12).map(|d| visible(d)).collect();
        let more = if databases.len() > 12 {
            format!(" and {} more", databases.len() - 12)
        } else {
            String::new()
        };
        self.line(2, &format!("moves   {}{more}", names.join(", ")));
    }

    pub(super) fn headline(&mut self, migration: &MigrationReport) {
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
}
