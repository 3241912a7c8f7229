//! The check catalog as text and JSON: the output of `flexready checks` and `flexready explain`.

use serde_json::json;

use super::explain::word;
use crate::checks::{self, Needs};

/// Lists all checks by area, one line each.
pub fn catalogue_plain() -> String {
    let mut out = String::new();
    for (area, checks) in checks::AREAS {
        out.push_str(&format!("{area}\n"));
        for check in *checks {
            out.push_str(&format!(
                "  {:<32} {:<8} {}\n",
                check.id,
                word(check.severity),
                check.title
            ));
        }
    }
    out
}

/// Returns all check records as JSON.
pub fn catalogue_json() -> String {
    let all: Vec<_> = checks::all()
        .map(|c| {
            json!({
                "id": c.id, "area": c.area(), "title": c.title, "severity": c.severity, "unknown": c.unknown,
                "needs": needs(c.needs), "mode": c.mode,
                "official": c.official.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "why": c.why, "fix": c.fix, "look": c.look, "link": c.link,
            })
        })
        .collect();
    format!(
        "{}\n",
        serde_json::to_string_pretty(&all).expect("records are plain data")
    )
}

fn needs(needs: Needs) -> &'static str {
    match needs {
        Needs::Target => "target",
        Needs::Source => "source",
        Needs::Pair => "pair",
        Needs::Plan => "plan",
    }
}
