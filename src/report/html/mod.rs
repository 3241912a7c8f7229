//! One self-contained HTML page without scripts or other files, for any screen width and for print.
//!
//! The template (`page.html`) reads the fields of the report by their JSON names. Every text passes through
//! [`escape_control`] first and is HTML-escaped afterwards. Colors are in `style.css`.

use minijinja::value::{Serde, Value as Filled};
use minijinja::{AutoEscape, Environment, HtmlEscape};
use serde_json::{Value, json};

use super::fleet::reasons;
use super::lacking::Lacking;
use super::sizing::SizingReport;
use super::text::{is_plain, visible};
use super::value::{CheckReport, FleetReport, MigrationReport, Report};
use super::{open, sizing, unread, words};
use crate::checks::{self, Severity};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

const SEVERITIES: [Severity; 3] = [Severity::Blocker, Severity::Warning, Severity::Note];

/// Renders the page.
pub fn html(report: &Report) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("code", |text: String| Filled::from_safe_string(code(&text)));
    environment.add_filter("words", |name: String| name.replace('_', " "));
    environment
        .add_template("page", PAGE)
        .expect("the template is well formed");
    let page = environment
        .get_template("page")
        .and_then(|t| t.render(Serde(view(report))))
        .expect("the template takes every report");
    // The template and the style sheet do not contain `##`. Data can contain it, and a character reference is
    // equivalent there.
    page.replace("##", "&#35;&#35;")
}

/// Escapes the text and marks parts in backticks as code.
fn code(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let escaped = |text: &str| HtmlEscape(text).to_string();
    if pieces.len().is_multiple_of(2) {
        return escaped(text);
    }
    let marked = pieces.iter().enumerate().map(|(at, piece)| match at % 2 {
        0 => escaped(piece),
        _ => format!("<code>{}</code>", escaped(piece)),
    });
    marked.collect()
}

/// Maximum number of top issues of a fleet.
const MOST_REASONS: usize = 10;

/// Returns the data for the template.
fn view(report: &Report) -> Value {
    let migrations: Vec<Value> = report.migrations.iter().map(migration).collect();
    let stale = report.policy.stale_waivers();
    let stale: Vec<String> = stale
        .map(|w| w.words(report.policy.max_waiver_days))
        .collect();
    let beside = report.fleet.as_ref().map(FleetReport::words);
    let all = report.migrations.len();
    let most = report
        .fleet
        .iter()
        .flat_map(|_| reasons(&report.migrations));
    let most: Vec<String> = most
        .take(MOST_REASONS)
        .map(|r| format!("{} of {all}: {}", r.count, r.words))
        .collect();
    let view = json!({
        "tool": report.tool, "asked_as": report.asked_as, "synthetic": report.synthetic, "when": words::when(report),
        "verdict": report.verdict, "word": words::verdict(report.verdict),
        "exit_code": report.exit_code, "exit_reason": report.exit_reason,
        "policy": report.policy, "judged": report.policy.words(), "stale": stale,
        "beside": beside.unwrap_or_default(), "most": most,
    });
    let mut view = with(view, [("migrations", migrations.into())]);
    make_visible(&mut view);
    with(view, [("style", STYLE.into())])
}

fn migration(migration: &MigrationReport) -> Value {
    let found: Vec<Value> = SEVERITIES.iter().map(|s| section(migration, *s)).collect();
    let waived = migration.checks.iter().filter(|c| c.waived > 0);
    let waived: Vec<Value> = waived.map(|c| card(c, None)).collect();
    let view = json!({
        "name": migration.name, "mode": migration.mode, "scope": migration.scope,
        "source": migration.source, "target": migration.target, "location": migration.location, "databases": migration.databases,
        "verdict": migration.verdict, "word": words::verdict(migration.verdict), "summary": migration.summary,
        "counts": words::counts(migration), "reservation": words::reservation(migration),
        "lacking": Lacking::of(migration).map(|l| json!({ "headline": l.headline(), "grants": l.grants })),
        "path": migration.path, "sizing": migration.sizing, "sizes": migration.sizing.as_ref().map(sizes),
        "copy": migration.estimate.as_ref().map(sizing::words::copy),
        "reads": migration.reads,
        "unread": { "source": unread::source(migration), "target": unread::target(migration) },
    });
    with(
        view,
        [
            ("found", found.into()),
            ("unanswered", unanswered(migration).into()),
            ("waived", waived.into()),
            ("areas", areas(migration).into()),
        ],
    )
}

/// Returns the checks with findings of one severity.
fn section(migration: &MigrationReport, severity: Severity) -> Value {
    let has = |c: &&CheckReport| {
        let mut held = c.findings.iter().filter(|f| f.waived.is_none());
        held.any(|f| f.severity == severity)
    };
    let checks = migration.checks.iter().filter(has);
    let checks: Vec<Value> = checks.map(|c| card(c, Some(severity))).collect();
    with(json!({ "severity": severity }), [("checks", checks.into())])
}

/// Returns a check with its findings of one severity, or with its waived findings, and the texts of its record.
fn card(check: &CheckReport, severity: Option<Severity>) -> Value {
    let is_of = |f: &&super::value::FindingReport| match severity {
        Some(severity) => f.waived.is_none() && f.severity == severity,
        None => f.waived.is_some(),
    };
    let findings: Vec<_> = check.findings.iter().filter(is_of).collect();
    let fixes = words::commands(&findings);
    let findings = findings.iter().map(|f| {
        let view = serde_json::to_value(f).expect("a finding is JSON");
        with(view, [("is_table", f.is_table.into())])
    });
    let findings: Vec<Value> = findings.collect();
    let shown = check.findings.iter().filter(|f| f.waived.is_none()).count();
    let record = checks::find(&check.id);
    let view = json!({
        "id": check.id, "title": check.title, "official": check.official, "link": check.link,
        "fixes": fixes,
        "hidden": severity.map_or(0, |_| check.count.saturating_sub(shown)), "count": check.count,
        "why": record.map(|r| r.why), "fix": record.map(|r| r.fix), "look": record.map(|r| r.look),
    });
    with(view, [("findings", findings.into())])
}

/// Returns the missing answers by reason, with the checks that need them.
fn unanswered(migration: &MigrationReport) -> Vec<Value> {
    let groups = SEVERITIES.iter().flat_map(|s| open::groups(migration, *s));
    let view = groups.map(|g| {
        json!({
            "question": g.question(), "reason": g.reason(), "remedy": g.remedy(), "severity": g.weight,
            "counts": g.counts(), "checks": g.ids(),
        })
    });
    view.collect()
}

/// Returns rows for the requirements, the target, and the recommendation.
fn sizes(sizing: &SizingReport) -> Vec<(&'static str, String)> {
    use sizing::words::{chosen, has, needs, smaller};
    let mut rows = vec![("Needed", needs(sizing))];
    rows.extend(sizing.offered.as_ref().map(|o| ("Target", has(o))));
    if let Some(fits) = &sizing.recommended {
        let place = fits.location.as_ref().map(|l| format!(" in {l}"));
        let smallest = chosen(&fits.smallest);
        rows.push(("Smallest that fits", smallest + &place.unwrap_or_default()));
        let headroom = fits.with_headroom.as_ref();
        rows.extend(headroom.map(|c| ("With headroom for the copy", chosen(c))));
        rows.extend(smaller(&fits.rejected).map(|words| ("Smaller ones", words)));
    }
    rows.extend(sizing.unknown.iter().map(|u| ("Not known", u.clone())));
    rows
}

/// Returns all checks by area.
fn areas(migration: &MigrationReport) -> Vec<Value> {
    let mut areas: Vec<(&str, Vec<&CheckReport>)> = Vec::new();
    for check in &migration.checks {
        match areas.iter_mut().find(|(name, _)| *name == check.area) {
            Some((_, checks)) => checks.push(check),
            None => areas.push((&check.area, vec![check])),
        }
    }
    let row = |c: &&CheckReport| {
        json!({
            "id": c.id, "title": c.title, "severity": c.severity, "status": c.status, "count": c.count,
            "waived": c.waived, "reason": c.reason, "link": c.link,
        })
    };
    let areas = areas.into_iter();
    let areas = areas.map(|(name, checks)| {
        let rows: Vec<Value> = checks.iter().map(row).collect();
        with(json!({ "name": name }), [("checks", rows.into())])
    });
    areas.collect()
}

/// Adds fields to the value. Large values are passed this way because `json!` would copy them.
fn with<const N: usize>(mut value: Value, more: [(&str, Value); N]) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    value
}

/// Applies [`escape_control`] to every string and every key.
fn make_visible(value: &mut Value) {
    match value {
        Value::String(text) if !is_plain(text) => *text = visible(text),
        Value::Array(items) => items.iter_mut().for_each(make_visible),
        Value::Object(fields) => {
            fields.values_mut().for_each(make_visible);
            if !fields.keys().all(|key| is_plain(key)) {
                let named = std::mem::take(fields).into_iter();
                fields.extend(named.map(|(key, value)| (visible(&key), value)));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
