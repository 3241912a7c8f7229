//! CSV for spreadsheets: one row for each finding, each check that was not checked, and each fleet finding.

use super::entries::{Entry, What, entries};
use super::fleet::{Note, notes};
use super::text::visible;
use super::value::Report;
use super::words;
use crate::checks::Severity;

const HEAD: [&str; 14] = [
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
    let judged = report.policy.judged().join("; ");
    let rows = rows.iter().map(|e| row(e, &judged));
    let of_fleet = notes(report).into_iter().map(|n| of_fleet(n, &judged));
    let rows = of_fleet.chain(rows);
    let rows = rows.map(|r| r.map(|cell| safe(&cell)));
    for row in std::iter::once(HEAD.map(str::to_owned)).chain(rows) {
        writer
            .write_record(&row)
            .expect("memory takes every record");
    }
    let bytes = writer.into_inner().expect("memory is flushed");
    String::from_utf8(bytes).expect("cells are UTF-8")
}

fn row(entry: &Entry, judged: &str) -> [String; 14] {
    let (migration, check) = (entry.migration, entry.check);
    let (status, waived) = match entry.what {
        What::Unknown(_) => ("unknown", String::new()),
        What::Found(f) => match &f.waived {
            Some(waived) => ("waived", waived.words()),
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
        words::severity(entry.weight).to_owned(),
        entry.object().to_owned(),
        entry.message(),
        entry.remedies().join("; "),
        check.official.join("; "),
        waived,
        check.link.clone(),
        judged.to_owned(),
    ]
}

/// Returns the row of a fleet finding. It names all affected migrations, or none.
fn of_fleet(note: Note, judged: &str) -> [String; 14] {
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
        words::severity(Severity::Blocker).to_owned(),
        note.object.to_owned(),
        note.message,
        note.kind.fix.to_owned(),
        String::new(),
        String::new(),
        note.kind.link.to_owned(),
        judged.to_owned(),
    ]
}

/// Prefixes a cell that a spreadsheet would run as a formula with an apostrophe, which makes it text
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn safe(cell: &str) -> String {
    let cell = visible(cell);
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@') => format!("'{cell}"),
        _ => cell,
    }
}
