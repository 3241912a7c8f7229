//! Groups missing answers by reason. One refused connection fails every question of a database, and several databases
//! often fail for the same reason.

use super::value::{CheckReport, MigrationReport, MissingReport};
use super::words;
use crate::checks::Severity;
use crate::verdict::Status;

/// One reason, its questions, and the checks that need the answers.
pub(super) struct Group<'r> {
    said: Said,
    question: Option<&'r str>,
    /// The severity that the checks count as without an answer.
    pub(super) weight: Severity,
    databases: Vec<String>,
    questions: Vec<&'r str>,
    pub(super) checks: Vec<&'r CheckReport>,
}

/// A reason and its advice, with [`DATABASE_PLACEHOLDER`] in place of the database name.
#[derive(PartialEq, Eq)]
struct Said {
    reason: String,
    remedy: Option<String>,
}

/// NUL, which PostgreSQL text cannot contain.
const BLANK: &str = "\u{0}";
/// Maximum number of databases in one reason.
const MOST_DATABASES: usize = 12;

impl Said {
    /// Returns the template and the database that the reason names.
    fn of(missing: &MissingReport) -> (Said, Option<String>) {
        let (reason, remedy) = (missing.reason.clone(), missing.remedy.clone());
        let named = reason.split_once("database `");
        let named = named.and_then(|(_, rest)| Some(rest.split_once('`')?.0.to_owned()));
        let Some(database) = named else {
            return (Said { reason, remedy }, None);
        };
        let name = format!("database `{database}`");
        let blanked = |text: String| text.replace(&name, BLANK);
        let said = Said {
            reason: blanked(reason),
            remedy: remedy.map(blanked),
        };
        (said, Some(database))
    }
}

impl<'r> Group<'r> {
    fn new(said: Said, missing: &'r MissingReport, weight: Severity) -> Self {
        Group {
            said,
            question: missing.question.as_deref(),
            weight,
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
        self.filled(&self.said.reason)
    }

    /// Returns the advice on how to get the answer.
    pub(super) fn remedy(&self) -> Option<String> {
        self.said.remedy.as_deref().map(|text| self.filled(text))
    }

    fn filled(&self, text: &str) -> String {
        let noun = match self.databases.len() {
            0 | 1 => "database",
            _ => "databases",
        };
        let names = self.databases.iter().take(MOST_DATABASES);
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let more = match self.databases.len().saturating_sub(MOST_DATABASES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        text.replace(BLANK, &format!("{noun} {}{more}", names.join(", ")))
    }

    pub(super) fn ids(&self) -> Vec<&'r str> {
        self.checks.iter().map(|c| c.id.as_str()).collect()
    }

    /// `2 checks not answered, 1 in part`
    pub(super) fn counts(&self) -> String {
        let in_part = self.checks.iter().filter(|c| words::is_in_part(c)).count();
        words::open(self.checks.len() - in_part, in_part).unwrap_or_default()
    }

    /// Returns the first question and the number of further questions.
    pub(super) fn question(&self) -> Option<String> {
        let more = match self.questions.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let first = self.question?;
        Some(format!("{first}{more}"))
    }
}

/// Returns the groups whose checks count as `severity`.
pub(super) fn groups(migration: &MigrationReport, weight: Severity) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    let checks = migration.checks.iter();
    for check in checks.filter(|c| c.unknown_as == Some(weight)) {
        for missing in &check.missing {
            let (said, database) = Said::of(missing);
            let at = groups.iter().position(|g| g.said == said);
            let at = at.unwrap_or_else(|| {
                groups.push(Group::new(said, missing, weight));
                groups.len() - 1
            });
            groups[at].add(database, missing, check);
        }
    }
    groups
}

/// Returns the checks that do not apply, by reason, in report order.
pub(super) fn not_applicable(migration: &MigrationReport) -> Vec<(&str, Vec<&str>)> {
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
