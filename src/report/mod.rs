//! One value in, bytes out. Here: the [`Report`], which is what `--format json` writes; every other format reads it, one file
//! each. Not here: how a check came out (`verdict`), where bytes go (`cli`).

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

/// Writes the report as JSON, indented, with a newline at its end. A fleet's text is never in memory as a whole.
///
/// # Errors
/// What `out` answers.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut out = text::DefusedJson(io::BufWriter::new(out));
    serde_json::to_writer_pretty(&mut out, report)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// One line of JSON for each migration, each with the tool and the time of the run; of a fleet, a last one for the whole of it.
pub fn ndjson(report: &Report) -> String {
    let migrations = report.migrations.iter();
    let lines = migrations.map(|m| ndjson_line(report, m));
    lines.chain(fleet_line(report)).collect()
}

/// The last line of a fleet: the report without its migrations, for what is said of none of them alone.
pub fn fleet_line(report: &Report) -> Option<String> {
    report.fleet.as_ref()?;
    let mut line = serde_json::json!(report);
    line.as_object_mut()?.remove("migrations");
    Some(format!("{}\n", text::defused_json(&line.to_string())))
}

/// The line of one migration of a run.
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

/// The line of a migration that is judged before the others of its run.
pub fn judged_line(judged: &Judged, run: &Answers, policy: &Policy) -> String {
    let (head, migration) = build::alone(judged, run, policy);
    ndjson_line(&head, migration)
}

/// The JSON schema of the report.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}
