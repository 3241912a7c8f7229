//! What a plan says of judging: waivers, other severities, and how long a waiver may last.
//! Here: their shape in the file, and what they cover. Not here: what they do to a verdict (`verdict`).

use schemars::JsonSchema;
use serde::Deserialize;
use time::macros::format_description;
use time::{Date, Month};
use toml::{Spanned, Value};
use wildmatch::WildMatch;

use super::Severity;

/// The judging part of a plan, with the lines where it stands: a report points there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// The plan file, as it was named, with `/` between its parts; none: there is no plan.
    pub file: Option<String>,
    /// The line of each migration, by its name.
    pub lines: Vec<(Option<String>, usize)>,
    pub waivers: Vec<Waiver>,
    pub overrides: Vec<Override>,
    /// A waiver that ends more than this many days after the judgement does not hold.
    pub max_waiver_days: Option<u32>,
}

impl Rules {
    /// The line of this migration in the plan; of the only one there is, where that has no name.
    pub fn line_of(&self, migration: &str) -> Option<usize> {
        let named = self
            .lines
            .iter()
            .find(|(name, _)| name.as_deref() == Some(migration));
        let only = match self.lines.as_slice() {
            [only @ (None, _)] => Some(only),
            _ => None,
        };
        named.or(only).map(|(_, line)| *line)
    }
}

/// Findings that somebody answers for, until a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    pub check: String,
    /// A pattern for the migration's name; none: every migration of the plan.
    pub migration: Option<String>,
    /// A pattern for the finding's object; none: every finding of the check.
    pub object: Option<String>,
    pub reason: String,
    pub owner: String,
    pub ticket: Option<String>,
    /// The last day (UTC) on which it holds.
    pub until: Date,
    /// Where it stands in the plan.
    pub line: usize,
}

impl Waiver {
    /// Whether it speaks of this migration. In a pattern, `*` is any text and `?` any character; case counts.
    pub fn is_for(&self, migration: &str) -> bool {
        matches(self.migration.as_deref(), migration)
    }

    /// Whether it speaks of this object.
    pub fn covers(&self, object: &str) -> bool {
        matches(self.object.as_deref(), object)
    }
}

fn matches(pattern: Option<&str>, text: &str) -> bool {
    pattern.is_none_or(|pattern| WildMatch::new(pattern).matches(text))
}

/// A check that weighs something else here than in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    pub check: String,
    pub severity: Severity,
    pub line: usize,
}

/// How waivers may be given.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JudgingTable {
    /// A waiver that ends more than this many days ahead does not hold.
    pub(super) max_waiver_days: Option<u32>,
}

/// Findings that somebody answers for, until a day.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverTable {
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

/// What is wrong, and the byte where it stands.
pub(super) type Fault = (usize, String);

/// What the waivers and severities of a file are read with.
pub(super) struct Reading<'a> {
    /// The ids of all checks.
    pub(super) checks: &'a [&'a str],
    /// The line of a byte.
    pub(super) line: &'a dyn Fn(usize) -> usize,
}

impl Reading<'_> {
    pub(super) fn waiver(&self, table: WaiverTable) -> Result<Waiver, Fault> {
        let line = (self.line)(table.check.span().start);
        self.known(&table.check)?;
        Ok(Waiver {
            until: date(&table.until)?,
            reason: said(
                table.reason,
                "a waiver needs a `reason`: why is this no obstacle?",
            )?,
            owner: said(
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

    pub(super) fn severity(
        &self,
        check: &Spanned<String>,
        severity: Severity,
    ) -> Result<Override, Fault> {
        self.known(check)?;
        Ok(Override {
            check: check.as_ref().clone(),
            severity,
            line: (self.line)(check.span().start),
        })
    }

    fn known(&self, check: &Spanned<String>) -> Result<(), Fault> {
        let id = check.as_ref().as_str();
        if self.checks.contains(&id) {
            return Ok(());
        }
        let message = no_such_check(id, self.checks.iter().copied());
        Err((check.span().start, message))
    }
}

/// What is said of an id that no check has: those that hold the text, else the one that is a typing error away.
pub fn no_such_check<'a>(id: &str, checks: impl Iterator<Item = &'a str>) -> String {
    let checks: Vec<&str> = checks.collect();
    let holding = checks.iter().filter(|c| id.len() > 2 && c.contains(id));
    let mut meant: Vec<String> = holding.take(3).map(|c| format!("`{c}`")).collect();
    if meant.is_empty() {
        let distances = checks
            .iter()
            .map(|known| (strsim::damerau_levenshtein(id, known), known));
        let nearest = distances.min().filter(|(distance, _)| *distance <= 3);
        meant.extend(nearest.map(|(_, known)| format!("`{known}`")));
    }
    let guess = match meant.as_slice() {
        [] => return format!("there is no check `{id}`; `flexready checks` lists all"),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    };
    format!("there is no check `{id}`; did you mean {guess}? `flexready checks` lists all")
}

fn said(text: Spanned<String>, otherwise: &str) -> Result<String, Fault> {
    let start = text.span().start;
    let text = text.into_inner();
    if text.trim().is_empty() {
        return Err((start, otherwise.to_owned()));
    }
    Ok(text.trim().to_owned())
}

/// A TOML date, or the same in quotes.
fn date(until: &Spanned<Value>) -> Result<Date, Fault> {
    let found = match until.as_ref() {
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
    found.ok_or_else(|| (until.span().start, message.to_owned()))
}
