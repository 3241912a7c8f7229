//! The size of a report with thousands of findings. The benchmarks measure the time.

use flexready::report::azure_pipelines::azure_pipelines;
use flexready::report::plain::{Layout, plain};
use flexready::report::sarif::{Surroundings, sarif};
use flexready::report::{csv, html, junit, markdown, ndjson};

use super::report;
use crate::support::json;
use crate::support::large::large;

#[test]
fn every_format_of_5000_findings_stays_below_its_size_limit() {
    let report = large(report("blocked", &[]));
    let layout = Layout { width: 100 };
    let formats = [
        ("plain", plain(&report, layout)),
        ("json", json(&report)),
        ("ndjson", ndjson(&report)),
        ("csv", csv(&report)),
        ("junit", junit(&report)),
        ("sarif", sarif(&report, &Surroundings::default())),
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
