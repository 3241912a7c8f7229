//! Renders a [`Report`]. The report is the value that `--format json` writes, and every other format reads only this
//! value.

pub mod azure_pipelines;
mod build;
mod catalogue;
pub mod coverage;
mod csv;
pub mod diff;
mod entries;
mod exit;
pub mod explain;
mod fingerprint;
mod fleet;
mod html;
mod junit;
mod lacking;
mod markdown;
mod merge;
mod migration;
mod open;
mod path;
pub mod plain;
pub mod progress;
pub mod sarif;
mod sizing;
pub mod text;
mod unread;
mod value;
mod weighed;
mod words;

pub use build::{assemble, report};
pub use catalogue::{catalogue_json, catalogue_plain};
pub use coverage::{coverage_json, coverage_markdown, coverage_plain};
pub use csv::csv;
pub use html::html;
pub use junit::{OF_FLEET, file_name as junit_file_name, junit, junit_of, junit_of_fleet};
pub use markdown::markdown;
pub use merge::{MergeError, merge};
pub use migration::{Case, Judged};
pub use value::{CheckReport, FindingReport, FleetReport, MigrationReport, Report, SCHEMA};

use std::io::{self, Write};

use crate::question::Answers;
use crate::verdict::Policy;

/// Writes the report as indented JSON with a final newline. The text of a fleet is never in memory as a whole.
///
/// # Errors
/// Returns the errors of `out`.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut out = text::DefusedJson(io::BufWriter::new(out));
    serde_json::to_writer_pretty(&mut out, report)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Renders one JSON line for each migration, each with the tool and time of the run. A fleet has one more line at the
/// end.
pub fn ndjson(report: &Report) -> String {
    let migrations = report.migrations.iter();
    let lines = migrations.map(|m| ndjson_line(report, m));
    lines.chain(fleet_line(report)).collect()
}

/// Returns the last line of a fleet: the report without its migrations.
pub fn fleet_line(report: &Report) -> Option<String> {
    report.fleet.as_ref()?;
    let mut line = serde_json::json!(report);
    line.as_object_mut()?.remove("migrations");
    Some(format!("{}\n", text::defused_json(&line.to_string())))
}

/// Returns the line of one migration.
fn ndjson_line(report: &Report, migration: &MigrationReport) -> String {
    let mut line = serde_json::json!({
        "schema": report.schema, "tool": report.tool, "recorded_at": report.recorded_at, "policy": report.policy,
    });
    let migration = serde_json::to_value(migration).expect("a report is JSON");
    if let (Some(line), serde_json::Value::Object(fields)) = (line.as_object_mut(), migration) {
        line.extend(fields);
    }
    format!("{}\n", text::defused_json(&line.to_string()))
}

/// Returns the line of a migration that is complete before the other migrations of its run.
pub fn judged_line(judged: &Judged, run: &Answers, policy: &Policy) -> String {
    let (head, migration) = build::alone(judged, run, policy);
    ndjson_line(&head, migration)
}

/// Returns the JSON schema of the report.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}
