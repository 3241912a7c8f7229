//! Shared test infrastructure. It does not assert anything about flexready.

pub mod arm;
pub mod fleet;
pub mod healthy;
pub mod large;
pub mod pg;
pub mod program;
pub mod relay;

/// The report in the format of `--format json`.
pub fn json(report: &flexready::report::Report) -> String {
    let mut text = Vec::new();
    flexready::report::json(report, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}
