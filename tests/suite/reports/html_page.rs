//! The HTML page in a browser: no horizontal scrolling and legible text, on desktop and phone, in light and dark mode.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{check_recording, recording_path, write_plan};
use crate::support::program::run;

const MEASURE_SCRIPT: &str = include_str!("measure.js");

/// Returns a headless Chromium under any of its names.
fn browser() -> Command {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let is_there = |name: &&str| Command::new(*name).arg("--version").output().is_ok();
    let name = names.into_iter().find(is_there);
    let mut browser = Command::new(name.expect("a Chromium is there: tests/run.sh gets one"));
    // Root cannot use the sandbox, and the page is trusted.
    browser.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ]);
    browser
}

/// Measures each page in a frame of each width and color scheme.
fn measure_pages(pages: &[String]) -> Vec<Value> {
    let mut frames = String::new();
    for page in pages {
        let text = page.replace('&', "&amp;").replace('"', "&quot;");
        for (width, scheme) in [
            (1280, "light"),
            (1280, "dark"),
            (390, "light"),
            (390, "dark"),
        ] {
            frames.push_str(&format!(
                "<iframe width=\"{width}\" height=\"900\" style=\"color-scheme: {scheme}\" data-scheme=\"{scheme}\" srcdoc=\"{text}\"></iframe>"
            ));
        }
    }
    let whole = format!(
        "<!doctype html><meta charset=\"utf-8\">{frames}<pre id=\"measured\"></pre><script>{MEASURE_SCRIPT}</script>"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frames.html");
    std::fs::write(&file, whole).unwrap();
    dump_measurements(folder.path(), &file)
}

fn dump_measurements(folder: &Path, file: &Path) -> Vec<Value> {
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let done = browser()
        .args([&profile, "--dump-dom"])
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&done.stdout);
    let (_, found) = dom
        .rsplit_once("<pre id=\"measured\">")
        .unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&done.stderr)));
    let found = found.split("</pre>").next().unwrap();
    serde_json::from_str(&found.replace("&amp;", "&")).unwrap()
}

#[test]
fn pages_fit_and_are_legible_on_desktop_and_phone_in_light_and_dark_mode() {
    let (_kept, path) = write_plan(super::formats::WAIVER_PLAN);
    let pages = [
        check_recording("blocked", &["--plan", &path, "--format", "html"], &[]).stdout,
        check_recording("no-database-access", &["--format", "html"], &[]).stdout,
        check_recording("ready", &["--format", "html", "--strict"], &[]).stdout,
    ];
    let measured = measure_pages(&pages);
    assert_eq!(measured.len(), 12);
    for frame in measured {
        assert_eq!(frame["shown"], frame["needed"], "{frame}");
        assert_eq!(frame["wide"], Value::Array(vec![]), "{frame}");
        assert_eq!(frame["faint"], Value::Array(vec![]), "{frame}");
        assert_eq!(frame["scripts"], 0);
        assert!(frame["texts"].as_u64().unwrap() > 100, "{frame}");
        let is_dark = frame["paper"].as_f64().unwrap() < 0.1;
        assert_eq!(is_dark, frame["scheme"] == "dark", "{frame}");
    }
}

#[test]
fn the_page_loads_nothing_and_runs_no_script() {
    let from = recording_path("blocked");
    let page = run(&["check", "--from", &from, "--format", "html"], &[]).stdout;
    assert!(page.contains("default-src 'none'"));
    for word in [
        "<script", "<link", "<img", "url(", "@import", " src=", " onload",
    ] {
        assert!(!page.contains(word), "{word}");
    }
}
