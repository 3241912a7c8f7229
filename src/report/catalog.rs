//! The check catalog as text and JSON: the output of `flexready checks` and `flexready explain`.

use serde_json::json;

use super::formats::plain::PlainLayout;
use crate::checks;
use crate::checks::{Check, Needs};

/// Lists all checks by area, one line each.
pub fn catalog_plain() -> String {
    let mut out = String::new();
    for (area, checks) in checks::AREAS {
        out.push_str(&format!("{area}\n"));
        for check in *checks {
            out.push_str(&format!(
                "  {:<32} {:<8} {}\n",
                check.id, check.severity, check.title
            ));
        }
    }
    out
}

/// Returns all check records as JSON.
pub fn catalog_json() -> String {
    let all: Vec<_> = checks::all()
        .map(|c| {
            json!({
                "id": c.id, "area": c.area(), "title": c.title, "severity": c.severity, "unknown": c.unknown,
                "needs": needs_name(c.needs), "mode": c.mode,
                "official": c.official.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "why": c.why, "fix": c.fix, "look": c.verify, "link": c.link,
            })
        })
        .collect();
    format!(
        "{}\n",
        serde_json::to_string_pretty(&all).expect("records are plain data")
    )
}

fn needs_name(needs: Needs) -> &'static str {
    match needs {
        Needs::Target => "target",
        Needs::Source => "source",
        Needs::Pair => "pair",
        Needs::Plan => "plan",
    }
}

/// Renders the check for `flexready explain`.
pub fn explain(check: &Check, layout: PlainLayout) -> String {
    let wrap = |text: &str| textwrap::fill(text, layout.width.clamp(40, 100));
    let needs = match check.needs {
        Needs::Target => "the target (ARM)",
        Needs::Source => "the source (SQL)",
        Needs::Pair => "both sides",
        Needs::Plan => "what is said of the migration",
    };
    let mode = check.mode.map(|mode| mode.to_string());
    let mode = mode.unwrap_or_else(|| "offline and online".to_owned());
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
        check.verify,
        check.severity,
        check.unknown,
        check.link,
    )
}
