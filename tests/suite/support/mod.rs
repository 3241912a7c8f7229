//! What tests of more than one subject share; nothing here asserts anything about flexready.

pub mod arm;
pub mod fleet;
pub mod healthy;
pub mod large;
pub mod pg;
pub mod program;
pub mod relay;

/// The report as `--format json` writes it.
pub fn json(report: &flexready::report::Report) -> String {
    let mut text = Vec::new();
    flexready::report::json(report, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}
