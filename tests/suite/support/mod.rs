//! Shared test infrastructure. It does not assert anything about flexready.

pub mod arm;
pub mod fleet;
pub mod healthy_target;
pub mod large_report;
pub mod pg;
pub mod program;
pub mod recordings;
pub mod tcp_proxy;

/// The report in the format of `--format json`.
pub fn report_json(report: &flexready::report::Report) -> String {
    let mut text = Vec::new();
    flexready::report::json(report, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}
