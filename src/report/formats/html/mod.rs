//! One self-contained HTML page without scripts or other files, for any screen width and for print.
//!
//! The template (`page.html`) reads the fields of the report by their JSON names. Every text passes through
//! [`escape_control`] first and is HTML-escaped afterwards. Colors are in `style.css`.

use minijinja::value::{Serde, Value as Filled};
use minijinja::{AutoEscape, Environment, HtmlEscape};
use serde_json::{Value, json};

use crate::checks;
use crate::checks::Severity;
use crate::report::fleet::top_issues;
use crate::report::missing_privileges::MissingPrivileges;
use crate::report::model::{CheckReport, FleetReport, MigrationReport, Report};
use crate::report::sanitize::{escape_control, is_safe};
use crate::report::sizing::SizingReport;
use crate::report::{connection_error, phrases, sizing, unknowns};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

const SEVERITIES: [Severity; 3] = [Severity::Blocker, Severity::Warning, Severity::Note];

/// Renders the page.
pub fn html(report: &Report) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("code", |text: String| {
        Filled::from_safe_string(mark_code(&text))
    });
    environment.add_filter("words", |name: String| name.replace('_', " "));
    environment
        .add_template("page", PAGE)
        .expect("the template is well formed");
    let page = environment
        .get_template("page")
        .and_then(|t| t.render(Serde(template_view(report))))
        .expect("the template takes every report");
    // The template and the style sheet do not contain `##`. Data can contain it, and a character reference is
    // equivalent there.
    page.replace("##", "&#35;&#35;")
}

/// Escapes the text and marks parts in backticks as code.
fn mark_code(text: &str) -> String {
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
const MAX_TOP_ISSUES: usize = 10;

/// Returns the data for the template.
fn template_view(report: &Report) -> Value {
    let migrations: Vec<Value> = report.migrations.iter().map(migration_view).collect();
    let stale = report.policy.stale_waivers();
    let stale: Vec<String> = stale
        .map(|w| w.describe(report.policy.max_waiver_days))
        .collect();
    let beside = report.fleet.as_ref().map(FleetReport::describe_problems);
    let all = report.migrations.len();
    let most = report
        .fleet
        .iter()
        .flat_map(|_| top_issues(&report.migrations));
    let most: Vec<String> = most
        .take(MAX_TOP_ISSUES)
        .map(|r| format!("{} of {all}: {}", r.count, r.text))
        .collect();
    let view = json!({
        "tool": report.tool, "asked_as": report.asked_as, "synthetic": report.synthetic, "when": phrases::recorded_time(report),
        "verdict": report.verdict, "word": phrases::verdict_name(report.verdict),
        "exit_code": report.exit_code, "exit_reason": report.exit_reason,
        "policy": report.policy, "judged": report.policy.describe_settings(), "stale": stale,
        "beside": beside.unwrap_or_default(), "most": most,
    });
    let mut view = with_fields(view, [("migrations", migrations.into())]);
    escape_strings(&mut view);
    with_fields(view, [("style", STYLE.into())])
}

fn migration_view(migration: &MigrationReport) -> Value {
    let found: Vec<Value> = SEVERITIES
        .iter()
        .map(|s| severity_view(migration, *s))
        .collect();
    let waived = migration.checks.iter().filter(|c| c.waived > 0);
    let waived: Vec<Value> = waived.map(|c| check_view(c, None)).collect();
    let view = json!({
        "name": migration.name, "mode": migration.mode, "scope": migration.scope,
        "source": migration.source, "target": migration.target, "location": migration.location, "databases": migration.databases,
        "verdict": migration.verdict, "word": phrases::verdict_name(migration.verdict), "summary": migration.summary,
        "counts": phrases::summary_counts(migration), "reservation": phrases::coverage_caveat(migration),
        "lacking": MissingPrivileges::from_report(migration).map(|l| json!({ "headline": l.headline(), "grants": l.grants })),
        "path": migration.path, "sizing": migration.sizing, "sizes": migration.sizing.as_ref().map(sizing_rows),
        "copy": migration.estimate.as_ref().map(sizing::sizing_phrases::copy_time_phrase),
        "reads": migration.reads,
        "unread": { "source": connection_error::source_error(migration), "target": connection_error::target_error(migration) },
    });
    with_fields(
        view,
        [
            ("found", found.into()),
            ("unanswered", unknowns_view(migration).into()),
            ("waived", waived.into()),
            ("areas", areas_view(migration).into()),
        ],
    )
}

/// Returns the checks with findings of one severity.
fn severity_view(migration: &MigrationReport, severity: Severity) -> Value {
    let has = |c: &&CheckReport| {
        let mut held = c.findings.iter().filter(|f| f.waived.is_none());
        held.any(|f| f.severity == severity)
    };
    let checks = migration.checks.iter().filter(has);
    let checks: Vec<Value> = checks.map(|c| check_view(c, Some(severity))).collect();
    with_fields(json!({ "severity": severity }), [("checks", checks.into())])
}

/// Returns a check with its findings of one severity, or with its waived findings, and the texts of its record.
fn check_view(check: &CheckReport, severity: Option<Severity>) -> Value {
    let is_of = |f: &&crate::report::model::FindingReport| match severity {
        Some(severity) => f.waived.is_none() && f.severity == severity,
        None => f.waived.is_some(),
    };
    let findings: Vec<_> = check.findings.iter().filter(is_of).collect();
    let fixes = phrases::merged_commands(&findings);
    let findings = findings.iter().map(|f| {
        let view = serde_json::to_value(f).expect("a finding is JSON");
        with_fields(view, [("is_table", f.is_table.into())])
    });
    let findings: Vec<Value> = findings.collect();
    let shown = check.findings.iter().filter(|f| f.waived.is_none()).count();
    let record = checks::find(&check.id);
    let view = json!({
        "id": check.id, "title": check.title, "official": check.official, "link": check.link,
        "fixes": fixes,
        "hidden": severity.map_or(0, |_| check.count.saturating_sub(shown)), "count": check.count,
        "why": record.map(|r| r.why), "fix": record.map(|r| r.fix), "look": record.map(|r| r.verify),
    });
    with_fields(view, [("findings", findings.into())])
}

/// Returns the missing answers by reason, with the checks that need them.
fn unknowns_view(migration: &MigrationReport) -> Vec<Value> {
    let groups = SEVERITIES
        .iter()
        .flat_map(|s| unknowns::unknown_groups(migration, *s));
    let view = groups.map(|g| {
        json!({
            "question": g.first_question(), "reason": g.reason(), "remedy": g.remedy(), "severity": g.severity,
            "counts": g.counts(), "checks": g.check_ids(),
        })
    });
    view.collect()
}

/// Returns rows for the requirements, the target, and the recommendation.
fn sizing_rows(sizing: &SizingReport) -> Vec<(&'static str, String)> {
    use crate::report::sizing::sizing_phrases::{
        choice_phrase, demand_phrase, rejected_phrase, target_phrase,
    };
    let mut rows = vec![("Needed", demand_phrase(sizing))];
    rows.extend(
        sizing
            .offered
            .as_ref()
            .map(|o| ("Target", target_phrase(o))),
    );
    if let Some(fits) = &sizing.recommended {
        let place = fits.location.as_ref().map(|l| format!(" in {l}"));
        let smallest = choice_phrase(&fits.smallest);
        rows.push(("Smallest that fits", smallest + &place.unwrap_or_default()));
        let headroom = fits.with_headroom.as_ref();
        rows.extend(headroom.map(|c| ("With headroom for the copy", choice_phrase(c))));
        rows.extend(rejected_phrase(&fits.rejected).map(|words| ("Smaller ones", words)));
    }
    rows.extend(sizing.unknown.iter().map(|u| ("Not known", u.clone())));
    rows
}

/// Returns all checks by area.
fn areas_view(migration: &MigrationReport) -> Vec<Value> {
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
        with_fields(json!({ "name": name }), [("checks", rows.into())])
    });
    areas.collect()
}

/// Adds fields to the value. Large values are passed this way because `json!` would copy them.
fn with_fields<const N: usize>(mut value: Value, more: [(&str, Value); N]) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    value
}

/// Applies [`escape_control`] to every string and every key.
fn escape_strings(value: &mut Value) {
    match value {
        Value::String(text) if !is_safe(text) => *text = escape_control(text),
        Value::Array(items) => items.iter_mut().for_each(escape_strings),
        Value::Object(fields) => {
            fields.values_mut().for_each(escape_strings);
            if !fields.keys().all(|key| is_safe(key)) {
                let named = std::mem::take(fields).into_iter();
                fields.extend(named.map(|(key, value)| (escape_control(&key), value)));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
