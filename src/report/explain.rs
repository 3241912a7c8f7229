//! Explains one check, from its record.

use super::plain::Layout;
use crate::checks::{Check, Needs};

/// Renders the check for `flexready explain`.
pub fn explain(check: &Check, layout: Layout) -> String {
    let wrap = |text: &str| textwrap::fill(text, layout.width.clamp(40, 100));
    let needs = match check.needs {
        Needs::Target => "the target (ARM)",
        Needs::Source => "the source (SQL)",
        Needs::Pair => "both sides",
        Needs::Plan => "what is said of the migration",
    };
    let mode = check.mode.map_or("offline and online".to_owned(), |m| {
        format!("{m:?}").to_lowercase()
    });
    let official: Vec<String> = check.official.iter().map(ToString::to_string).collect();
    let official = if official.is_empty() {
        "none: PostgreSQL's own rule".to_owned()
    } else {
        official.join("\n  ")
    };
    format!(
        "{}: {}\n\n{}\n\nWhat to do\n{}\n\nSee it yourself\n  {}\n\nSeverity  {}; when it cannot be answered: {}\nNeeds     {needs}; {mode}\nStands for\n  {official}\n{}\n",
        check.id,
        check.title,
        wrap(check.why),
        wrap(check.fix),
        check.look,
        word(check.severity),
        word(check.unknown),
        check.link,
    )
}

pub(super) fn word(severity: crate::checks::Severity) -> String {
    format!("{severity:?}").to_lowercase()
}
