//! The result of a check: its findings, missing facts, or why it does not apply.

use super::{FixStep, Object, Severity};
use crate::facts::Missing;
use crate::facts::source::source_databases::{SourceDatabase, SourceDatabases};

/// One problem that a check found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub object: Object,
    /// One sentence without a period. Literals are in backticks.
    pub message: String,
    /// The severity, if it is lower than the severity of the check.
    pub severity: Option<Severity>,
    /// Names and values that prove the finding.
    pub evidence: Vec<(String, String)>,
    /// Whether the evidence is the main content, so that reports print it row by row.
    pub is_table: bool,
    /// Steps that fix the finding.
    pub fix: Vec<FixStep>,
}

impl Finding {
    pub fn new(object: Object, message: impl Into<String>) -> Self {
        Finding {
            object,
            message: message.into(),
            severity: None,
            evidence: Vec::new(),
            is_table: false,
            fix: Vec::new(),
        }
    }

    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    #[must_use]
    pub fn with_evidence(mut self, name: &str, value: impl ToString) -> Self {
        self.evidence.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a row to the finding's table.
    #[must_use]
    pub fn with_row(mut self, name: &str, value: impl ToString) -> Self {
        self.is_table = true;
        self.with_evidence(name, value)
    }

    #[must_use]
    pub fn with_fix(mut self, step: FixStep) -> Self {
        self.fix.push(step);
        self
    }
}

/// The findings of a check, and the facts that are missing. Both can be present: a partly readable list can have
/// findings, and does not pass without them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    pub items: Vec<Finding>,
    pub missing: Vec<Missing>,
}

impl Findings {
    pub fn none() -> Self {
        Findings::default()
    }

    pub fn push(&mut self, finding: Finding) {
        self.items.push(finding);
    }

    /// Records that a fact could not be read.
    pub fn add_missing(&mut self, missing: &Missing) {
        if !self.missing.contains(missing) {
            self.missing.push(missing.clone());
        }
    }

    /// Returns the value of a fact. A missing fact is recorded.
    pub fn require<'f, T>(&mut self, fact: &'f Result<T, Missing>) -> Option<&'f T> {
        fact.as_ref()
            .map_err(|missing| self.add_missing(missing))
            .ok()
    }

    /// Returns the databases to migrate. If it is not known whether `postgres` is one of them, the missing fact is
    /// recorded.
    pub fn selected_databases<'d>(
        &mut self,
        databases: &'d SourceDatabases,
    ) -> Vec<&'d SourceDatabase> {
        let (selected, missing) = databases.selected();
        missing.iter().for_each(|m| self.add_missing(m));
        selected
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Findings {
            items: vec![finding],
            missing: Vec::new(),
        }
    }
}

impl From<Option<Finding>> for Findings {
    fn from(finding: Option<Finding>) -> Self {
        Findings {
            items: finding.into_iter().collect(),
            missing: Vec::new(),
        }
    }
}

/// The reason why a check has no findings.
#[derive(Debug, Clone, PartialEq)]
pub enum Inconclusive {
    Missing(Missing),
    /// The known facts or the plan show that the check does not apply.
    NotApplicable(String),
}

impl Inconclusive {
    pub fn not_applicable(why: impl Into<String>) -> Self {
        Inconclusive::NotApplicable(why.into())
    }
}

impl From<&Missing> for Inconclusive {
    fn from(missing: &Missing) -> Self {
        if missing.is_absent_target() {
            return Inconclusive::NotApplicable("the target does not exist".to_owned());
        }
        Inconclusive::Missing(missing.clone())
    }
}

impl From<Missing> for Inconclusive {
    fn from(missing: Missing) -> Self {
        Inconclusive::from(&missing)
    }
}

/// The result of a check. `?` on a missing fact makes the check inconclusive.
pub type CheckResult = Result<Findings, Inconclusive>;
