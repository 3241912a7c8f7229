//! A Markdown summary for the Extensions tab of a run. It uses only headings and lists, which every renderer supports,
//! and names only the first objects of each check.

use crate::checks;
use crate::checks::{Object, Severity};
use crate::report::fleet::{TopIssue, top_issues};
use crate::report::model::{CheckReport, FindingReport, MigrationReport, MissingReport, Report};
use crate::report::phrases::count_noun;
use crate::report::sanitize::{escape_control, neutralize_commands, truncate};
use crate::report::{connection_error, phrases};
use crate::verdict::Status;

/// Maximum number of objects per check.
const MAX_OBJECTS: usize = 10;
/// Maximum length of one data value, in characters.
const MAX_VALUE_CHARS: usize = 500;

/// Renders the summary.
pub fn markdown(report: &Report) -> String {
    let mut lines = vec![
        format!("# {}", phrases::verdict_name(report.verdict)),
        String::new(),
        format!(
            "Exit {}: {}.",
            report.exit_code,
            escape_markdown(&report.exit_reason)
        ),
        run_line(report),
    ];
    lines.push(String::new());
    for said in report.policy.describe_settings() {
        lines.push(format!("- judged: {}", escape_markdown(&said)));
    }
    for waiver in report.policy.stale_waivers() {
        let said = waiver.describe(report.policy.max_waiver_days);
        lines.push(format!("- **waiver**: {}", escape_markdown(&said)));
    }
    if let Some(fleet) = &report.fleet {
        let words = fleet.describe_problems();
        lines.extend(
            words
                .iter()
                .map(|said| format!("- **{}**", escape_markdown(said))),
        );
        let all = report.migrations.len();
        let most = top_issues(&report.migrations).into_iter().take(MAX_OBJECTS);
        let line = |r: TopIssue| {
            format!(
                "- {} of {all}: {} (`{}`)",
                r.count,
                escape_markdown(&r.text),
                r.id
            )
        };
        lines.extend(most.map(line));
    }
    for migration in &report.migrations {
        lines.extend(migration_section(migration));
    }
    format!("{}\n", neutralize_commands(lines.join("\n").trim_end()))
}

fn run_line(report: &Report) -> String {
    let by = report.asked_as.azure_credential.as_deref();
    let identity = report.asked_as.azure_identity.as_deref();
    let by = by.map(|b| format!(", Azure by {}", escape_markdown(b)));
    let identity = identity.map(|i| format!(" as {}", escape_markdown(i)));
    let synthetic = if report.synthetic {
        ", a synthetic recording"
    } else {
        ""
    };
    format!(
        "{} {}, asked {}{}{}{synthetic}.",
        report.tool.name,
        report.tool.version,
        phrases::recorded_time(report),
        by.unwrap_or_default(),
        identity.unwrap_or_default()
    )
}

fn migration_section(migration: &MigrationReport) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!(
            "## {}: {}",
            escape_markdown(&migration.name),
            phrases::verdict_name(migration.verdict)
        ),
        String::new(),
        format!("{}.", phrases::summary_counts(migration)),
    ];
    lines.extend(phrases::coverage_caveat(migration).map(|r| format!("{r}.")));
    let sides = [
        ("Source", connection_error::source_error(migration)),
        ("Target", connection_error::target_error(migration)),
    ];
    for (side, why) in sides {
        let line = |why: String| format!("**{side} not read**: {}.", escape_markdown(&why));
        lines.extend(why.map(line).into_iter().flat_map(|l| [String::new(), l]));
    }
    for severity in [Severity::Blocker, Severity::Warning, Severity::Note] {
        let checks = migration
            .checks
            .iter()
            .filter_map(|c| findings_item(c, severity));
        let unknown = migration
            .checks
            .iter()
            .filter_map(|c| unknown_item(c, severity));
        let lists: Vec<String> = checks.chain(unknown).collect();
        if !lists.is_empty() {
            let title = match severity {
                Severity::Blocker => "Blockers",
                Severity::Warning => "Warnings",
                Severity::Note => "Notes",
            };
            lines.extend([String::new(), format!("### {title}"), String::new()]);
            lines.extend(lists);
        }
    }
    let waived: Vec<String> = migration.checks.iter().filter_map(waived_item).collect();
    if !waived.is_empty() {
        lines.extend([String::new(), "### Waived".to_owned(), String::new()]);
        lines.extend(waived);
    }
    let passed = migration.checks.iter().filter(|c| c.status == Status::Pass);
    let passed: Vec<&str> = passed.map(|c| c.id.as_str()).collect();
    if !passed.is_empty() {
        lines.extend([String::new(), format!("Passed: {}.", passed.join(", "))]);
    }
    lines
}

/// Renders a check with its findings of one severity.
fn findings_item(check: &CheckReport, severity: Severity) -> Option<String> {
    let held = check.findings.iter().filter(|f| f.waived.is_none());
    let of: Vec<&FindingReport> = held.filter(|f| f.severity == severity).collect();
    if of.is_empty() {
        return None;
    }
    let mut text = check_heading(check);
    for finding in of.iter().take(MAX_OBJECTS) {
        text.push_str(&format!("\n  - {}", finding_line(finding)));
    }
    if of.len() > MAX_OBJECTS || check.count > check.findings.len() {
        text.push_str(&format!("\n  - … {} in all", check.count));
    }
    if let Some(record) = checks::find(&check.id) {
        text.push_str(&format!("\n  - do: {}", escape_markdown(record.fix)));
    }
    Some(text)
}

fn check_heading(check: &CheckReport) -> String {
    format!(
        "- **{}** ([{}]({}))",
        escape_markdown(&check.title),
        check.id,
        check.link
    )
}

fn finding_line(finding: &FindingReport) -> String {
    let message = escape_markdown(&truncate(&finding.message, MAX_VALUE_CHARS));
    match &finding.object {
        Object::Server => message,
        object => format!("{}: {message}", escape_markdown(&object.to_string())),
    }
}

fn unknown_item(check: &CheckReport, severity: Severity) -> Option<String> {
    if check.unknown_as != Some(severity) {
        return None;
    }
    let extent = if phrases::is_partly_answered(check) {
        "answered in part"
    } else {
        "not answered"
    };
    let mut text = format!("{}: {extent}", check_heading(check));
    for missing in check.missing.iter().take(MAX_OBJECTS) {
        text.push_str(&format!("\n  - {}", missing_line(missing)));
    }
    if check.missing.len() > MAX_OBJECTS {
        let all = count_noun(check.missing.len(), "answer");
        text.push_str(&format!("\n  - … {all} missing in all"));
    }
    Some(text)
}

fn missing_line(missing: &MissingReport) -> String {
    let remedy = missing
        .remedy
        .as_deref()
        .map(|r| format!("; {}", escape_markdown(&truncate(r, MAX_VALUE_CHARS))));
    let question = missing
        .question
        .as_deref()
        .map(|q| format!("{}: ", escape_markdown(q)));
    let reason = escape_markdown(&truncate(&missing.reason, MAX_VALUE_CHARS));
    let (question, remedy) = (question.unwrap_or_default(), remedy.unwrap_or_default());
    format!("{question}{reason}{remedy}")
}

fn waived_item(check: &CheckReport) -> Option<String> {
    if check.waived == 0 {
        return None;
    }
    let mut text = check_heading(check);
    let waived = check
        .findings
        .iter()
        .filter_map(|f| Some((f, f.waived.as_ref()?)));
    for (finding, waived) in waived.take(MAX_OBJECTS) {
        text.push_str(&format!(
            "\n  - {}; {}",
            finding_line(finding),
            escape_markdown(&waived.describe())
        ));
    }
    if check.waived > MAX_OBJECTS {
        text.push_str(&format!("\n  - … {} in all", check.waived));
    }
    Some(text)
}

/// Escapes text for Markdown. Paired backticks stay code, because only a closing backtick has a meaning inside code.
pub(crate) fn escape_markdown(text: &str) -> String {
    let text = escape_control(text);
    let pieces: Vec<&str> = text.split('`').collect();
    let paired = pieces.len() % 2 == 1;
    let mut safe = String::with_capacity(text.len());
    for (at, piece) in pieces.iter().enumerate() {
        match (at % 2 == 1 && paired, piece.trim().is_empty()) {
            (true, false) => safe.push_str(&format!("`{piece}`")),
            (true, true) => safe.push_str(&format!("\\`{piece}\\`")),
            (false, _) if at > 0 && !paired => {
                safe.push_str(&format!("\\`{}", escape_inline(piece)))
            }
            (false, _) => safe.push_str(&escape_inline(piece)),
        }
    }
    escape_block_start(safe)
}

/// Escapes the start of a text that would otherwise open a list or a code block.
fn escape_block_start(text: String) -> String {
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (before, after) = text.split_at(digits);
    let opens = match after.bytes().next() {
        Some(b'-') => digits == 0,
        Some(b'.') => digits > 0,
        _ => false,
    };
    let escape = if opens { "\\" } else { "" };
    format!("{before}{escape}{after}")
}

fn escape_inline(piece: &str) -> String {
    let mut safe = String::with_capacity(piece.len());
    for c in piece.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // Azure DevOps turns these into links: `#12` is a work item, `@name` a mention, `!7` a pull request.
            '#' | '@' | '!' | '\\' | '*' | '_' | '[' | ']' | '(' | ')' | '~' | '|' | '$' | '+'
            | '=' | '^' | '{' | '}' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}
