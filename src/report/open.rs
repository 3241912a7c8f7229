//! What has no answer, grouped by reason: a database that may not be entered refuses every question, and an offline
//! migration needs no check of an online one.

use super::value::{MigrationReport, MissingReport};
use crate::checks::Severity;
use crate::verdict::Status;

/// One reason, the questions that it left open, and the checks that wait for them.
pub(super) struct Group<'r> {
    pub(super) missing: &'r MissingReport,
    /// What the checks count as for want of an answer.
    pub(super) weight: Severity,
    pub(super) questions: Vec<&'r str>,
    pub(super) checks: Vec<&'r str>,
}

impl<'r> Group<'r> {
    fn new(missing: &'r MissingReport, weight: Severity, check: &'r str) -> Self {
        Group {
            missing,
            weight,
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

    /// The first question, and how many more there are.
    pub(super) fn question(&self) -> Option<String> {
        let more = match self.questions.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let first = self.missing.question.as_deref()?;
        Some(format!("{first}{more}"))
    }
}

/// The groups whose checks count as `weight`.
pub(super) fn groups(migration: &MigrationReport, weight: Severity) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    let checks = migration.checks.iter();
    for check in checks.filter(|c| c.unknown_as == Some(weight)) {
        for missing in &check.missing {
            match groups.iter_mut().find(|g| g.is_of(missing)) {
                Some(group) => group.add(missing, &check.id),
                None => groups.push(Group::new(missing, weight, &check.id)),
            }
        }
    }
    groups
}

/// The checks that do not apply, by reason, in the order of the report.
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
