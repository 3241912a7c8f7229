//! A report with thousands of findings: small enough for every reader, made in a moment.

use std::time::Instant;

use flexready::report::azure_pipelines::azure_pipelines;
use flexready::report::plain::{Layout, plain};
use flexready::report::sarif::{Surroundings, sarif};
use flexready::report::{Report, csv, html, json, junit, markdown, ndjson};

use super::report;

/// The report of `blocked`, each check with the 50 findings that a report holds, in as many migrations as make 5,000.
fn large() -> Report {
    let mut report = report("blocked", &[]);
    let migration = &mut report.migrations[0];
    let checks = migration.checks.iter_mut();
    let mut findings = 0;
    for check in checks.filter(|c| !c.findings.is_empty()) {
        let first = check.findings[0].clone();
        check.findings = (0..50)
            .map(|n| {
                let mut finding = first.clone();
                finding.object = format!("orders/table/shop.a_table_with_a_long_name_{n:04}");
                finding
            })
            .collect();
        check.count = 5_000;
        findings += 50;
    }
    let one = report.migrations[0].clone();
    report.migrations = (0..5_000usize.div_ceil(findings))
        .map(|n| {
            let mut migration = one.clone();
            migration.name = format!("shop-{n}");
            migration
        })
        .collect();
    report
}

#[test]
fn five_thousand_findings_fit_every_format() {
    let report = large();
    let started = Instant::now();
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
    let took = started.elapsed();
    for (name, text) in &formats {
        println!("{name}: {} bytes", text.len());
        assert!(text.len() < 20_000_000, "{name} has {} bytes", text.len());
    }
    println!("all formats: {took:.2?} (limit 5 s)");
    assert!(took.as_secs() < 5, "{took:?}");
    let log: serde_json::Value = serde_json::from_str(&formats[5].1).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap().len();
    assert_eq!(results, 5_000, "more are not kept");
    let errors = formats[8]
        .1
        .matches("##vso[task.logissue type=error")
        .count();
    assert_eq!(errors, 10, "the run's summary shows ten");
}
