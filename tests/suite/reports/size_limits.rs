//! The size of a report with thousands of findings. The benchmarks measure the time.

use flexready::report::formats::azure_pipelines::azure_pipelines;
use flexready::report::formats::plain::{PlainLayout, plain};
use flexready::report::formats::sarif::{RunContext, sarif};
use flexready::report::{csv, html, junit, markdown, ndjson};

use super::report_of_recording;
use crate::support::large_report::large_report;
use crate::support::report_json;

#[test]
fn every_format_of_5000_findings_stays_below_its_size_limit() {
    let report = large_report(report_of_recording("blocked", &[]));
    let layout = PlainLayout { width: 100 };
    let formats = [
        ("plain", plain(&report, layout)),
        ("json", report_json(&report)),
        ("ndjson", ndjson(&report)),
        ("csv", csv(&report)),
        ("junit", junit(&report)),
        ("sarif", sarif(&report, &RunContext::default())),
        ("markdown", markdown(&report)),
        ("html", html(&report)),
        ("azure-pipelines", azure_pipelines(&report, None)),
    ];
    for (name, text) in &formats {
        assert!(text.len() < 20_000_000, "{name} has {} bytes", text.len());
    }
    let log: serde_json::Value = serde_json::from_str(&formats[5].1).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap().len();
    assert_eq!(results, 5_000, "more are not kept");
    let errors = formats[8]
        .1
        .matches("##vso[task.logissue type=error")
        .count();
    assert_eq!(errors, 10, "the run's summary shows ten");
}
