//! What a check returns: its findings, what it could not know, or why it does not apply.

use super::{Severity, Step};
use crate::facts::Missing;
use crate::facts::databases::{Database, Databases};

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is about, in the grammar of waivers: `server`, `parameter/<name>`, `replica/<name>`,
    /// `extension/<database>/<name>`, `role/<name>`, `slot/<name>`, `session/<pid>`, `<database>/<kind>/<schema.name>`, `database/<name>`.
    pub object: String,
    /// What was found, as one sentence without a full stop; literals in backticks.
    pub message: String,
    /// Milder than its check, where that is so.
    pub severity: Option<Severity>,
    /// The values that it rests on, by name.
    pub evidence: Vec<(String, String)>,
    /// Whether the evidence is what a reader came for, so that it is shown row by row.
    pub is_table: bool,
    /// Commands that mend it, or the statement to run.
    pub fix: Vec<Step>,
}

impl Finding {
    pub fn new(object: impl Into<String>, message: impl Into<String>) -> Self {
        Finding {
            object: object.into(),
            message: message.into(),
            severity: None,
            evidence: Vec::new(),
            is_table: false,
            fix: Vec::new(),
        }
    }

    #[must_use]
    pub fn milder(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    #[must_use]
    pub fn evidence(mut self, name: &str, value: impl ToString) -> Self {
        self.evidence.push((name.to_owned(), value.to_string()));
        self
    }

    /// A row of the table that this finding is about.
    #[must_use]
    pub fn row(mut self, name: &str, value: impl ToString) -> Self {
        self.is_table = true;
        self.evidence(name, value)
    }

    #[must_use]
    pub fn fix(mut self, step: impl Into<Step>) -> Self {
        self.fix.push(step.into());
        self
    }
}

/// The findings of a check, and what kept it from looking everywhere. Both may be there: a list that could be read in
/// part has findings, and is not a pass where it has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    pub found: Vec<Finding>,
    pub missing: Vec<Missing>,
}

impl Findings {
    pub fn none() -> Self {
        Findings::default()
    }

    pub fn push(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Notes that something could not be looked at.
    pub fn unknown(&mut self, missing: &Missing) {
        if !self.missing.contains(missing) {
            self.missing.push(missing.clone());
        }
    }

    /// The value of a fact; where it is missing, that is noted.
    pub fn know<'f, T>(&mut self, fact: &'f Result<T, Missing>) -> Option<&'f T> {
        fact.as_ref().map_err(|missing| self.unknown(missing)).ok()
    }

    /// The databases that the migration takes. Where it is not known whether `postgres` is one of them, that is noted.
    pub fn selected<'d>(&mut self, databases: &'d Databases) -> Vec<&'d Database> {
        let (selected, missing) = databases.selected();
        missing.iter().for_each(|m| self.unknown(m));
        selected
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Findings {
            found: vec![finding],
            missing: Vec::new(),
        }
    }
}

impl From<Option<Finding>> for Findings {
    fn from(finding: Option<Finding>) -> Self {
        Findings {
            found: finding.into_iter().collect(),
            missing: Vec::new(),
        }
    }
}

/// Why a check has no findings to give.
#[derive(Debug, Clone, PartialEq)]
pub enum Unanswered {
    Missing(Missing),
    /// From facts that are known, or from the plan.
    NotApplicable(String),
}

impl Unanswered {
    pub fn not_applicable(why: impl Into<String>) -> Self {
        Unanswered::NotApplicable(why.into())
    }
}

impl From<&Missing> for Unanswered {
    fn from(missing: &Missing) -> Self {
        if missing.is_absent_target() {
            return Unanswered::NotApplicable("the target does not exist".to_owned());
        }
        Unanswered::Missing(missing.clone())
    }
}

impl From<Missing> for Unanswered {
    fn from(missing: Missing) -> Self {
        Unanswered::from(&missing)
    }
}

/// What a check returns. `?` on a missing fact makes it unknown.
pub type Judged = Result<Findings, Unanswered>;
