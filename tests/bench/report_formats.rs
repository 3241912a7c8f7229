//! The cost of rendering a report with 5,000 findings in each format, compared to serializing the same report as JSON.

use std::hint::black_box;
use std::time::{Duration, Instant};

use flexready::report::formats::azure_pipelines::azure_pipelines;
use flexready::report::formats::plain::{PlainLayout, plain};
use flexready::report::formats::sarif::{RunContext, sarif};
use flexready::report::{Report, csv, html, junit, markdown, ndjson};

use crate::support::large_report::large_report;
use crate::support::report_json;

type NamedFormat = (&'static str, fn(&Report) -> String);

const FORMATS: [NamedFormat; 9] = [
    ("plain", |r| plain(r, PlainLayout { width: 100 })),
    ("json", report_json),
    ("ndjson", ndjson),
    ("csv", csv),
    ("junit", junit),
    ("sarif", |r| sarif(r, &RunContext::default())),
    ("markdown", markdown),
    ("html", html),
    ("azure-pipelines", |r| azure_pipelines(r, None)),
];

/// Prints a row for each format, and one for all formats together.
pub fn print_rows(judged: &[u8]) {
    let report = large_report(serde_json::from_slice(judged).unwrap());
    let (floor, _) = fastest(|| serde_json::to_string(&report).unwrap());
    let (mut all, mut bytes) = (Duration::ZERO, 0);
    for (name, format) in FORMATS {
        let (took, length) = fastest(|| format(&report));
        print_row(&format!("5,000 findings: {name}"), took, floor, length);
        (all, bytes) = (all + took, bytes + length);
    }
    print_row("5,000 findings: all formats", all, floor, bytes);
    println!("{:<36} limit 5 s for all, 20 MB for each", "");
}

fn print_row(what: &str, took: Duration, floor: Duration, bytes: usize) {
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    let ratio = ms(took) / ms(floor);
    println!(
        "{what:<36} {:>10.1} {:>10.1} {ratio:>6.1}x  {:.1} MB",
        ms(took),
        ms(floor),
        bytes as f64 / 1e6
    );
}

/// Returns the shortest of five times, and the length of the text.
fn fastest(make: impl Fn() -> String) -> (Duration, usize) {
    let once = || {
        let start = Instant::now();
        let text = black_box(make());
        (start.elapsed(), text.len())
    };
    (0..5).map(|_| once()).min().expect("five times")
}
