//! One value in, bytes out. Here: the [`Report`], which is what `--format json` writes; every other format reads it, one file
//! each. Not here: how a check came out (`verdict`), where bytes go (`cli`).

pub mod azure_pipelines;
mod build;
mod catalogue;
pub mod coverage;
mod csv;
pub mod diff;
mod entries;
pub mod explain;
mod fingerprint;
mod html;
mod junit;
mod lacking;
mod markdown;
mod open;
mod path;
pub mod plain;
pub mod sarif;
mod sizing;
pub mod text;
mod value;
mod weighed;
mod words;

pub use build::{Case, report};
pub use catalogue::{catalogue_json, catalogue_plain};
pub use coverage::{coverage_json, coverage_markdown, coverage_plain};
pub use csv::csv;
pub use html::html;
pub use junit::{file_name as junit_file_name, junit, junit_of};
pub use markdown::markdown;
pub use value::{CheckReport, FindingReport, MigrationReport, Report, SCHEMA};

/// The report as JSON, indented, with a newline at its end.
pub fn json(report: &Report) -> String {
    let text =
        serde_json::to_string_pretty(report).expect("a report holds nothing that JSON cannot");
    format!("{}\n", text::defused_json(&text))
}

/// One line of JSON for each migration, each with the tool and the time of the run.
pub fn ndjson(report: &Report) -> String {
    let mut out = String::new();
    for migration in &report.migrations {
        let mut line = serde_json::json!({
            "schema": report.schema, "tool": report.tool, "recorded_at": report.recorded_at, "policy": report.policy,
        });
        let migration = serde_json::to_value(migration).expect("a report is JSON");
        if let (Some(line), serde_json::Value::Object(fields)) = (line.as_object_mut(), migration) {
            line.extend(fields);
        }
        out.push_str(&text::defused_json(&line.to_string()));
        out.push('\n');
    }
    out
}

/// The JSON schema of the report.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}
