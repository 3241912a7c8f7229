//! Policy rules of a plan: waivers, severity overrides, and the maximum duration of a waiver. Their effect on a verdict
//! is in `verdict`.

use schemars::JsonSchema;
use serde::Deserialize;
use time::macros::format_description;
use time::{Date, Month};
use toml::{Spanned, Value};
use wildmatch::WildMatch;

use super::severity::Severity;

/// The policy rules of a plan. Line numbers are 1-based, for references in a report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicyRules {
    /// The path of the plan file as specified, with `/` as separator; `None` without a plan.
    pub file: Option<String>,
    /// Name and line of each migration.
    pub migration_lines: Vec<(Option<String>, usize)>,
    pub waivers: Vec<Waiver>,
    pub overrides: Vec<SeverityOverride>,
    /// A waiver that ends more than this many days after the run is not valid.
    pub max_waiver_days: Option<u32>,
}

impl PolicyRules {
    /// The line of this migration in the plan. If the only migration of the plan has no name, its line.
    pub fn migration_line(&self, migration: &str) -> Option<usize> {
        let named = self
            .migration_lines
            .iter()
            .find(|(name, _)| name.as_deref() == Some(migration));
        let only = match self.migration_lines.as_slice() {
            [only @ (None, _)] => Some(only),
            _ => None,
        };
        named.or(only).map(|(_, line)| *line)
    }
}

/// A waiver: an owner accepts findings until a date.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    pub check: String,
    /// A pattern for the migration name; `None` matches every migration of the plan.
    pub migration: Option<String>,
    /// A pattern for the finding's object; `None` matches every finding of the check.
    pub object: Option<String>,
    pub reason: String,
    pub owner: String,
    pub ticket: Option<String>,
    /// The last day (UTC) on which the waiver is valid.
    pub until: Date,
    /// The line of the waiver in the plan.
    pub line: usize,
}

impl Waiver {
    /// Whether the waiver applies to this migration. In a pattern, `*` matches any text and `?` any character. Patterns
    /// are case-sensitive.
    pub fn matches_migration(&self, migration: &str) -> bool {
        matches_pattern(self.migration.as_deref(), migration)
    }

    /// Whether the waiver applies to this object.
    pub fn matches_object(&self, object: &str) -> bool {
        matches_pattern(self.object.as_deref(), object)
    }
}

fn matches_pattern(pattern: Option<&str>, text: &str) -> bool {
    pattern.is_none_or(|pattern| WildMatch::new(pattern).matches(text))
}

/// A severity of the plan that replaces the one in the check catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityOverride {
    pub check: String,
    pub severity: Severity,
    pub line: usize,
}

/// How waivers may be given.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyTable {
    /// A waiver that ends more than this many days ahead does not hold.
    pub(crate) max_waiver_days: Option<u32>,
}

/// Findings that somebody answers for, until a day.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaiverTable {
    #[schemars(with = "String")]
    check: Spanned<String>,
    /// A pattern for the migration's name; `*` is any text, `?` any character.
    migration: Option<String>,
    /// A pattern for the finding's object.
    object: Option<String>,
    /// Why this is no obstacle.
    #[schemars(with = "String")]
    reason: Spanned<String>,
    /// Who answers for it.
    #[schemars(with = "String")]
    owner: Spanned<String>,
    ticket: Option<String>,
    /// The last day on which it holds, such as 2027-03-31.
    #[schemars(with = "String")]
    until: Spanned<Value>,
}

/// The byte offset of an error, and its message.
pub(crate) type SpannedError = (usize, String);

/// Parses the waivers and severity overrides of a plan file.
pub(crate) struct RuleParser<'a> {
    /// The IDs of all checks.
    pub(crate) checks: &'a [&'a str],
    /// Returns the line of a byte offset.
    pub(crate) line_of: &'a dyn Fn(usize) -> usize,
}

impl RuleParser<'_> {
    pub(crate) fn parse_waiver(&self, table: WaiverTable) -> Result<Waiver, SpannedError> {
        let line = (self.line_of)(table.check.span().start);
        self.ensure_known_check(&table.check)?;
        Ok(Waiver {
            until: parse_date(&table.until)?,
            reason: required_text(
                table.reason,
                "a waiver needs a `reason`: why is this no obstacle?",
            )?,
            owner: required_text(
                table.owner,
                "a waiver needs an `owner`: who answers for it?",
            )?,
            check: table.check.into_inner(),
            migration: table.migration,
            object: table.object,
            ticket: table.ticket,
            line,
        })
    }

    pub(crate) fn parse_override(
        &self,
        check: &Spanned<String>,
        severity: Severity,
    ) -> Result<SeverityOverride, SpannedError> {
        self.ensure_known_check(check)?;
        Ok(SeverityOverride {
            check: check.as_ref().clone(),
            severity,
            line: (self.line_of)(check.span().start),
        })
    }

    fn ensure_known_check(&self, check: &Spanned<String>) -> Result<(), SpannedError> {
        let id = check.as_ref().as_str();
        if self.checks.contains(&id) {
            return Ok(());
        }
        let message = unknown_check_message(id, self.checks.iter().copied());
        Err((check.span().start, message))
    }
}

/// The error message for an unknown check ID. It suggests IDs that contain the text, otherwise the nearest ID.
pub fn unknown_check_message<'a>(id: &str, checks: impl Iterator<Item = &'a str>) -> String {
    let checks: Vec<&str> = checks.collect();
    let containing = checks.iter().filter(|c| id.len() > 2 && c.contains(id));
    let mut suggestions: Vec<String> = containing.take(3).map(|c| format!("`{c}`")).collect();
    if suggestions.is_empty() {
        let distances = checks
            .iter()
            .map(|known| (strsim::damerau_levenshtein(id, known), known));
        let nearest = distances.min().filter(|(distance, _)| *distance <= 3);
        suggestions.extend(nearest.map(|(_, known)| format!("`{known}`")));
    }
    let suggestion = match suggestions.as_slice() {
        [] => return format!("there is no check `{id}`; `flexready checks` lists all"),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    };
    format!("there is no check `{id}`; did you mean {suggestion}? `flexready checks` lists all")
}

fn required_text(text: Spanned<String>, message: &str) -> Result<String, SpannedError> {
    let start = text.span().start;
    let text = text.into_inner();
    if text.trim().is_empty() {
        return Err((start, message.to_owned()));
    }
    Ok(text.trim().to_owned())
}

/// Parses a TOML date, or the same date in quotes.
fn parse_date(until: &Spanned<Value>) -> Result<Date, SpannedError> {
    let parsed = match until.as_ref() {
        Value::String(text) => {
            Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok()
        }
        Value::Datetime(moment) if moment.time.is_none() => moment.date.and_then(|d| {
            let month = Month::try_from(d.month).ok()?;
            Date::from_calendar_date(i32::from(d.year), month, d.day).ok()
        }),
        _ => None,
    };
    let message = "`until` is the last day on which a waiver holds, such as 2027-03-31";
    parsed.ok_or_else(|| (until.span().start, message.to_owned()))
}
