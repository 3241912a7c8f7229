//! Renders a [`Report`]. The report is the value that `--format json` writes, and every other format reads only this
//! value.

mod build;
pub mod catalog;
mod connection_error;
pub mod coverage;
pub mod diff;
mod entries;
mod exit_reason;
mod fingerprint;
mod fleet;
pub mod formats;
mod merge_reports;
mod missing_privileges;
mod model;
mod phrases;
mod policy_section;
pub mod progress;
pub mod sanitize;
mod sizing;
mod unknowns;

use std::io;
use std::io::Write;

use crate::question::Answers;
use crate::verdict::Policy;

pub use build::{MigrationReportPart, ReportInput, assemble};
pub use catalog::{catalog_json, catalog_plain};
pub use coverage::{coverage_json, coverage_markdown, coverage_plain};
pub use formats::csv::csv;
pub use formats::html::html;
pub use formats::junit::{
    JUNIT_FLEET_FILE, file_name as junit_file_name, junit, junit_fleet, junit_migration,
};
pub use formats::markdown::markdown;
pub use merge_reports::{MergeError, merge};
pub use model::{CheckReport, FindingReport, FleetReport, MigrationReport, Report, SCHEMA};

/// Writes the report as indented JSON with a final newline. The text of a fleet is never in memory as a whole.
///
/// # Errors
/// Returns the errors of `out`.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut out = sanitize::SanitizedJson(io::BufWriter::new(out));
    serde_json::to_writer_pretty(&mut out, report)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Renders one JSON line for each migration, each with the tool and time of the run. A fleet has one more line at the
/// end.
pub fn ndjson(report: &Report) -> String {
    let migrations = report.migrations.iter();
    let lines = migrations.map(|m| ndjson_migration_line(report, m));
    lines.chain(ndjson_fleet_line(report)).collect()
}

/// Returns the last line of a fleet: the report without its migrations.
pub fn ndjson_fleet_line(report: &Report) -> Option<String> {
    report.fleet.as_ref()?;
    let mut line = serde_json::json!(report);
    line.as_object_mut()?.remove("migrations");
    Some(format!("{}\n", sanitize::sanitize_json(&line.to_string())))
}

/// Returns the line of one migration.
fn ndjson_migration_line(report: &Report, migration: &MigrationReport) -> String {
    let mut line = serde_json::json!({
        "schema": report.schema, "tool": report.tool, "recorded_at": report.recorded_at, "policy": report.policy,
    });
    let migration = serde_json::to_value(migration).expect("a report is JSON");
    if let (Some(line), serde_json::Value::Object(fields)) = (line.as_object_mut(), migration) {
        line.extend(fields);
    }
    format!("{}\n", sanitize::sanitize_json(&line.to_string()))
}

/// Returns the line of a migration that is complete before the other migrations of its run.
pub fn ndjson_part_line(part: &MigrationReportPart, run: &Answers, policy: &Policy) -> String {
    let (head, migration) = build::head_for_migration(part, run, policy);
    ndjson_migration_line(&head, migration)
}

/// Returns the JSON schema of the report.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}
