//! One value in, bytes out. Here: the [`Report`], which is what `--format json` writes; the other formats read it.
//! Not here: how a check came out (`verdict`), colours and widths (`plain`).

mod build;
mod catalogue;
pub mod coverage;
pub mod explain;
mod lacking;
mod path;
pub mod plain;
pub mod text;
mod value;

pub use build::{Case, report};
pub use catalogue::{catalogue_json, catalogue_plain};
pub use coverage::{coverage_json, coverage_markdown, coverage_plain};
pub use value::{CheckReport, FindingReport, MigrationReport, Report};

/// The report as JSON, indented, with a newline at its end.
pub fn json(report: &Report) -> String {
    let text =
        serde_json::to_string_pretty(report).expect("a report holds nothing that JSON cannot");
    format!("{text}\n")
}

/// The JSON schema of the report.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    format!("{text}\n")
}
