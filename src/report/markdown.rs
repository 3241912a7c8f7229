//! A Markdown summary for the Extensions tab of a run. It uses only headings and lists, which every renderer supports,
//! and names only the first objects of each check.

use super::fleet::{Reason, reasons};
use super::text::{cut, defused, visible};
use super::unread;
use super::value::{CheckReport, FindingReport, MigrationReport, MissingReport, Report};
use super::words::{self, counted};
use crate::checks::{self, Severity};
use crate::verdict::Status;

/// Maximum number of objects per check.
const MOST_OBJECTS: usize = 10;
/// Maximum length of one data value, in characters.
const LONGEST: usize = 500;

/// Renders the summary.
pub fn markdown(report: &Report) -> String {
    let mut lines = vec![
        format!("# {}", words::verdict(report.verdict)),
        String::new(),
        format!(
            "Exit {}: {}.",
            report.exit_code,
            escaped(&report.exit_reason)
        ),
        asked(report),
    ];
    lines.push(String::new());
    for said in report.policy.words() {
        lines.push(format!("- judged: {}", escaped(&said)));
    }
    for waiver in report.policy.stale_waivers() {
        let said = waiver.words(report.policy.max_waiver_days);
        lines.push(format!("- **waiver**: {}", escaped(&said)));
    }
    if let Some(fleet) = &report.fleet {
        let words = fleet.words();
        lines.extend(words.iter().map(|said| format!("- **{}**", escaped(said))));
        let all = report.migrations.len();
        let most = reasons(&report.migrations).into_iter().take(MOST_OBJECTS);
        let line =
            |r: Reason| format!("- {} of {all}: {} (`{}`)", r.count, escaped(&r.words), r.id);
        lines.extend(most.map(line));
    }
    for migration in &report.migrations {
        lines.extend(section(migration));
    }
    format!("{}\n", defused(lines.join("\n").trim_end()))
}

fn asked(report: &Report) -> String {
    let by = report.asked_as.azure_credential.as_deref();
    let identity = report.asked_as.azure_identity.as_deref();
    let by = by.map(|b| format!(", Azure by {}", escaped(b)));
    let identity = identity.map(|i| format!(" as {}", escaped(i)));
    let synthetic = if report.synthetic {
        ", a synthetic recording"
    } else {
        ""
    };
    format!(
        "{} {}, asked {}{}{}{synthetic}.",
        report.tool.name,
        report.tool.version,
        words::when(report),
        by.unwrap_or_default(),
        identity.unwrap_or_default()
    )
}

fn section(migration: &MigrationReport) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!(
            "## {}: {}",
            escaped(&migration.name),
            words::verdict(migration.verdict)
        ),
        String::new(),
        format!("{}.", words::counts(migration)),
    ];
    lines.extend(words::reservation(migration).map(|r| format!("{r}.")));
    let sides = [
        ("Source", unread::source(migration)),
        ("Target", unread::target(migration)),
    ];
    for (side, why) in sides {
        let line = |why: String| format!("**{side} not read**: {}.", escaped(&why));
        lines.extend(why.map(line).into_iter().flat_map(|l| [String::new(), l]));
    }
    for severity in [Severity::Blocker, Severity::Warning, Severity::Note] {
        let checks = migration.checks.iter().filter_map(|c| found(c, severity));
        let unknown = migration.checks.iter().filter_map(|c| unknown(c, severity));
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
    let waived: Vec<String> = migration.checks.iter().filter_map(waived).collect();
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
fn found(check: &CheckReport, severity: Severity) -> Option<String> {
    let held = check.findings.iter().filter(|f| f.waived.is_none());
    let of: Vec<&FindingReport> = held.filter(|f| f.severity == severity).collect();
    if of.is_empty() {
        return None;
    }
    let mut text = heading(check);
    for finding in of.iter().take(MOST_OBJECTS) {
        text.push_str(&format!("\n  - {}", object(finding)));
    }
    if of.len() > MOST_OBJECTS || check.count > check.findings.len() {
        text.push_str(&format!("\n  - … {} in all", check.count));
    }
    if let Some(record) = checks::find(&check.id) {
        text.push_str(&format!("\n  - do: {}", escaped(record.fix)));
    }
    Some(text)
}

fn heading(check: &CheckReport) -> String {
    format!(
        "- **{}** ([{}]({}))",
        escaped(&check.title),
        check.id,
        check.link
    )
}

fn object(finding: &FindingReport) -> String {
    let message = escaped(&cut(&finding.message, LONGEST));
    match finding.object.as_str() {
        "server" => message,
        object => format!("{}: {message}", escaped(object)),
    }
}

fn unknown(check: &CheckReport, severity: Severity) -> Option<String> {
    if check.unknown_as != Some(severity) {
        return None;
    }
    let extent = match words::is_in_part(check) {
        true => "answered in part",
        false => "not answered",
    };
    let mut text = format!("{}: {extent}", heading(check));
    for missing in check.missing.iter().take(MOST_OBJECTS) {
        text.push_str(&format!("\n  - {}", reason(missing)));
    }
    if check.missing.len() > MOST_OBJECTS {
        let all = counted(check.missing.len(), "answer");
        text.push_str(&format!("\n  - … {all} missing in all"));
    }
    Some(text)
}

fn reason(missing: &MissingReport) -> String {
    let remedy = missing
        .remedy
        .as_deref()
        .map(|r| format!("; {}", escaped(&cut(r, LONGEST))));
    let question = missing
        .question
        .as_deref()
        .map(|q| format!("{}: ", escaped(q)));
    let reason = escaped(&cut(&missing.reason, LONGEST));
    let (question, remedy) = (question.unwrap_or_default(), remedy.unwrap_or_default());
    format!("{question}{reason}{remedy}")
}

fn waived(check: &CheckReport) -> Option<String> {
    if check.waived == 0 {
        return None;
    }
    let mut text = heading(check);
    let waived = check
        .findings
        .iter()
        .filter_map(|f| Some((f, f.waived.as_ref()?)));
    for (finding, waived) in waived.take(MOST_OBJECTS) {
        text.push_str(&format!(
            "\n  - {}; {}",
            object(finding),
            escaped(&waived.words())
        ));
    }
    if check.waived > MOST_OBJECTS {
        text.push_str(&format!("\n  - … {} in all", check.waived));
    }
    Some(text)
}

/// Escapes text for Markdown. Paired backticks stay code, because only a closing backtick has a meaning inside code.
pub(super) fn escaped(text: &str) -> String {
    let text = visible(text);
    let pieces: Vec<&str> = text.split('`').collect();
    let paired = pieces.len() % 2 == 1;
    let mut safe = String::with_capacity(text.len());
    for (at, piece) in pieces.iter().enumerate() {
        match (at % 2 == 1 && paired, piece.trim().is_empty()) {
            (true, false) => safe.push_str(&format!("`{piece}`")),
            (true, true) => safe.push_str(&format!("\\`{piece}\\`")),
            (false, _) if at > 0 && !paired => safe.push_str(&format!("\\`{}", plain(piece))),
            (false, _) => safe.push_str(&plain(piece)),
        }
    }
    no_block(safe)
}

/// Escapes the start of a text that would otherwise open a list or a code block.
fn no_block(text: String) -> String {
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

fn plain(piece: &str) -> String {
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
