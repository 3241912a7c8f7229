//! CSV for spreadsheets: one row for each finding, each check that was not checked, and each fleet finding.

use crate::checks::Severity;
use crate::report::entries::{EntryKind, ReportEntry, entries};
use crate::report::fleet::{FleetFinding, fleet_findings};
use crate::report::model::Report;
use crate::report::sanitize::escape_control;

const COLUMNS: [&str; 14] = [
    "migration",
    "target",
    "source",
    "area",
    "check",
    "status",
    "severity",
    "object",
    "message",
    "do",
    "official",
    "waived",
    "link",
    "judged",
];

/// Renders a header row and the data rows, worst first. The format is RFC 4180 in UTF-8.
pub fn csv(report: &Report) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = entries(report);
    let policy = report.policy.describe_policy().join("; ");
    let rows = rows.iter().map(|e| finding_row(e, &policy));
    let fleet_rows = fleet_findings(report)
        .into_iter()
        .map(|n| fleet_row(n, &policy));
    let rows = fleet_rows.chain(rows);
    let rows = rows.map(|r| r.map(|cell| escape_formula(&cell)));
    for row in std::iter::once(COLUMNS.map(str::to_owned)).chain(rows) {
        writer
            .write_record(&row)
            .expect("memory takes every record");
    }
    let bytes = writer.into_inner().expect("memory is flushed");
    String::from_utf8(bytes).expect("cells are UTF-8")
}

fn finding_row(entry: &ReportEntry, policy: &str) -> [String; 14] {
    let (migration, check) = (entry.migration, entry.check);
    let (status, waived) = match entry.kind {
        EntryKind::Missing(_) => ("unknown", String::new()),
        EntryKind::Finding(f) => match &f.waived {
            Some(waived) => ("waived", waived.describe()),
            None => ("fail", String::new()),
        },
    };
    let source = migration.source.as_ref();
    [
        migration.name.clone(),
        migration
            .target
            .as_ref()
            .map_or(String::new(), |t| t.id.clone()),
        source.map_or(String::new(), |s| format!("{}:{}", s.host, s.port)),
        check.area.clone(),
        check.id.clone(),
        status.to_owned(),
        entry.severity.to_string(),
        entry.object(),
        entry.message(),
        entry.fixes().join("; "),
        check.official.join("; "),
        waived,
        check.link.clone(),
        policy.to_owned(),
    ]
}

/// Returns the row of a fleet finding. It names all affected migrations, or none.
fn fleet_row(note: FleetFinding, policy: &str) -> [String; 14] {
    let status = if note.kind.is_unknown {
        "unknown"
    } else {
        "fail"
    };
    [
        note.migrations.join("; "),
        note.target.unwrap_or_default().to_owned(),
        String::new(),
        "fleet".to_owned(),
        note.kind.id.to_owned(),
        status.to_owned(),
        Severity::Blocker.to_string(),
        note.object.to_owned(),
        note.message,
        note.kind.fix.to_owned(),
        String::new(),
        String::new(),
        note.kind.link.to_owned(),
        policy.to_owned(),
    ]
}

/// Prefixes a cell that a spreadsheet would run as a formula with an apostrophe, which makes it text
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn escape_formula(cell: &str) -> String {
    let cell = escape_control(cell);
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@') => format!("'{cell}"),
        _ => cell,
    }
}
