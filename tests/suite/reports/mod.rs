//! The report formats: validity for their consumers, hostile data, waivers, and size. Schema validation needs the
//! folder that `FLEXREADY_SHARED` names.

mod formats;
mod hostile_text;
mod html_page;
mod markdown_rendering;
mod output_dir;
mod required_structure;
mod size_limits;
mod template;
mod waivers;

use std::path::{Path, PathBuf};
use std::process::Command;

use flexready::report::Report;

use crate::support::program::{ProgramOutput, run};

/// Returns the path of a recording in `fixtures/`.
pub fn recording_path(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recordings");
    folder.join(name).to_str().unwrap().to_owned()
}

/// Runs `flexready check` on a recording.
pub fn check_recording(name: &str, args: &[&str], env: &[(&str, &str)]) -> ProgramOutput {
    let from = recording_path(name);
    run(&[&["check", "--from", &from], args].concat(), env)
}

pub fn report_of_recording(name: &str, args: &[&str]) -> Report {
    let ran = check_recording(name, &[&["--format", "json"], args].concat(), &[]);
    serde_json::from_value(ran.json()).unwrap()
}

/// Writes a plan file in a temporary folder. The file exists as long as the returned folder.
pub fn write_plan(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flexready.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// Returns the shared folder. Without it, the test prints that it was skipped.
pub fn shared_folder() -> Option<PathBuf> {
    let shared = std::env::var_os("FLEXREADY_SHARED").map(PathBuf::from);
    if shared.is_none() {
        eprintln!("not held against the shared validators: FLEXREADY_SHARED is not set");
    }
    shared
}

/// Validates output with the rules of Azure DevOps.
pub fn run_ado_check(shared: &Path, args: &[&str]) {
    let done = Command::new("python3")
        .arg(shared.join("tools/ado_check.py"))
        .args(args)
        .output()
        .expect("python3 is there: tests/run.sh gets it");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{args:?}\n{said}");
}
