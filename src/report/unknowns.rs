//! Groups missing answers by reason. One refused connection fails every question of a database, and several databases
//! often fail for the same reason.

use super::model::{CheckReport, MigrationReport, MissingReport};
use super::phrases;
use crate::checks::Severity;
use crate::verdict::Status;

/// One reason, its questions, and the checks that need the answers.
pub(super) struct UnknownGroup<'r> {
    template: ReasonTemplate,
    question: Option<&'r str>,
    /// The severity that the checks count as without an answer.
    pub(super) severity: Severity,
    databases: Vec<String>,
    questions: Vec<&'r str>,
    pub(super) checks: Vec<&'r CheckReport>,
}

/// A reason and its advice, with [`DATABASE_PLACEHOLDER`] in place of the database name.
#[derive(PartialEq, Eq)]
struct ReasonTemplate {
    reason: String,
    remedy: Option<String>,
}

/// NUL, which PostgreSQL text cannot contain.
const DATABASE_PLACEHOLDER: &str = "\u{0}";
/// Maximum number of databases in one reason.
const MAX_DATABASES: usize = 12;

impl ReasonTemplate {
    /// Returns the template and the database that the reason names.
    fn from_missing(missing: &MissingReport) -> (ReasonTemplate, Option<String>) {
        let (reason, remedy) = (missing.reason.clone(), missing.remedy.clone());
        let named = reason.split_once("database `");
        let named = named.and_then(|(_, rest)| Some(rest.split_once('`')?.0.to_owned()));
        let Some(database) = named else {
            return (ReasonTemplate { reason, remedy }, None);
        };
        let name = format!("database `{database}`");
        let blanked = |text: String| text.replace(&name, DATABASE_PLACEHOLDER);
        let said = ReasonTemplate {
            reason: blanked(reason),
            remedy: remedy.map(blanked),
        };
        (said, Some(database))
    }
}

impl<'r> UnknownGroup<'r> {
    fn new(template: ReasonTemplate, missing: &'r MissingReport, severity: Severity) -> Self {
        UnknownGroup {
            template,
            question: missing.question.as_deref(),
            severity,
            databases: Vec::new(),
            questions: Vec::new(),
            checks: Vec::new(),
        }
    }

    fn add(
        &mut self,
        database: Option<String>,
        missing: &'r MissingReport,
        check: &'r CheckReport,
    ) {
        let question = missing.question.as_deref();
        self.questions
            .extend(question.filter(|q| !self.questions.contains(q)));
        self.databases
            .extend(database.filter(|d| !self.databases.contains(d)));
        if !self.checks.iter().any(|c| c.id == check.id) {
            self.checks.push(check);
        }
    }

    /// Returns the reason with all affected databases.
    pub(super) fn reason(&self) -> String {
        self.fill_in(&self.template.reason)
    }

    /// Returns the advice on how to get the answer.
    pub(super) fn remedy(&self) -> Option<String> {
        self.template
            .remedy
            .as_deref()
            .map(|text| self.fill_in(text))
    }

    fn fill_in(&self, text: &str) -> String {
        let noun = match self.databases.len() {
            0 | 1 => "database",
            _ => "databases",
        };
        let names = self.databases.iter().take(MAX_DATABASES);
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let more = match self.databases.len().saturating_sub(MAX_DATABASES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text.replace(
            DATABASE_PLACEHOLDER,
            &format!("{noun} {}{more}", names.join(", ")),
        )
    }

    pub(super) fn check_ids(&self) -> Vec<&'r str> {
        self.checks.iter().map(|c| c.id.as_str()).collect()
    }

    /// `2 checks not answered, 1 in part`
    pub(super) fn counts(&self) -> String {
        let in_part = self
            .checks
            .iter()
            .filter(|c| phrases::is_partly_answered(c))
            .count();
        phrases::unknown_counts(self.checks.len() - in_part, in_part).unwrap_or_default()
    }

    /// Returns the first question and the number of further questions.
    pub(super) fn first_question(&self) -> Option<String> {
        let more = match self.questions.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let first = self.question?;
        Some(format!("{first}{more}"))
    }
}

/// Returns the groups whose checks count as `severity`.
pub(super) fn unknown_groups(
    migration: &MigrationReport,
    severity: Severity,
) -> Vec<UnknownGroup<'_>> {
    let mut groups: Vec<UnknownGroup> = Vec::new();
    let checks = migration.checks.iter();
    for check in checks.filter(|c| c.unknown_as == Some(severity)) {
        for missing in &check.missing {
            let (said, database) = ReasonTemplate::from_missing(missing);
            let at = groups.iter().position(|g| g.template == said);
            let at = at.unwrap_or_else(|| {
                groups.push(UnknownGroup::new(said, missing, severity));
                groups.len() - 1
            });
            groups[at].add(database, missing, check);
        }
    }
    groups
}

/// Returns the checks that do not apply, by reason, in report order.
pub(super) fn not_applicable_by_reason(migration: &MigrationReport) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    let checks = migration.checks.iter();
    for check in checks.filter(|c| c.status == Status::NotApplicable) {
        let reason = check.reason.as_deref().unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, ids)) => ids.push(&check.id),
            None => groups.push((reason, vec![&check.id])),
        }
    }
    groups
}
