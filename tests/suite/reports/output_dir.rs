//! `--out`: all files of a run are written, and files of earlier runs are removed.

use super::{check_recording, recording_path, write_plan};
use crate::support::program::run;

fn file_names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_report_file_is_written_and_stdout_has_the_requested_format() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a/b");
    let ran = check_recording(
        "blocked",
        &["--out", out.to_str().unwrap(), "--format", "json"],
        &[],
    );
    assert_eq!(
        file_names(&out),
        [
            "TEST-flexready-shop.xml",
            "findings.csv",
            "report.html",
            "report.json",
            "sarif",
            "summary.md"
        ]
    );
    assert_eq!(file_names(&out.join("sarif")), ["flexready.sarif"]);
    let file = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(file("report.json"), ran.stdout);
    for (name, format) in [
        ("TEST-flexready-shop.xml", "junit"),
        ("findings.csv", "csv"),
        ("report.html", "html"),
        ("summary.md", "markdown"),
        ("sarif/flexready.sarif", "sarif"),
    ] {
        assert_eq!(
            file(name),
            check_recording("blocked", &["--format", format], &[]).stdout,
            "{name}"
        );
    }
}

#[test]
fn a_failed_run_removes_earlier_reports() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let from = recording_path("ready");
    assert_eq!(check_recording("ready", &["--out", out], &[]).code, 0);
    for mine in ["mine.txt", "TEST-mine.xml"] {
        std::fs::write(folder.path().join(mine), "mine").unwrap();
    }
    let of_another = folder.path().join("TEST-flexready-of-another.xml");
    std::fs::write(of_another, "<testsuites/>").unwrap();
    let (_kept, bad) = write_plan("[[waiver]]\n");
    let ran = run(
        &["check", "--from", &from, "--plan", &bad, "--out", out],
        &[],
    );
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(
        file_names(folder.path()),
        ["TEST-mine.xml", "mine.txt", "sarif"]
    );
    assert!(file_names(&folder.path().join("sarif")).is_empty());
}

#[test]
fn a_folder_that_cannot_be_written_is_reported_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let out = file.join("out");
    let ran = check_recording("ready", &["--out", out.to_str().unwrap()], &[]);
    ran.assert_usage_error("name another folder with `--out`");
}
