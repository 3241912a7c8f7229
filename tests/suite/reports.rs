//! The reports: each format read as its reader would, hostile data, waivers, size. Validators of the developers' shared
//! material join in where FLEXREADY_SHARED names it.

mod auth;
mod formats;
mod hostile;
mod markdown;
mod out;
mod page;
mod shapes;
mod size;
mod template;
mod waivers;

use std::path::{Path, PathBuf};
use std::process::Command;

use flexready::report::Report;

use crate::support::program::{Ran, run};

/// A recording in `fixtures/`.
pub fn story(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recordings");
    folder.join(name).to_str().unwrap().to_owned()
}

/// Judges a recorded story.
pub fn judged(name: &str, args: &[&str], env: &[(&str, &str)]) -> Ran {
    let from = story(name);
    run(&[&["check", "--from", &from], args].concat(), env)
}

pub fn report(name: &str, args: &[&str]) -> Report {
    let ran = judged(name, &[&["--format", "json"], args].concat(), &[]);
    serde_json::from_value(ran.json()).unwrap()
}

/// A plan file with these words, in a folder that lives as long.
pub fn plan(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flexready.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// The shared folder; without it the test says that it did not look.
pub fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("FLEXREADY_SHARED").map(PathBuf::from);
    if shared.is_none() {
        eprintln!("not held against the shared validators: FLEXREADY_SHARED is not set");
    }
    shared
}

/// Reads outputs as Azure DevOps would.
pub fn ado_check(shared: &Path, args: &[&str]) {
    let done = Command::new("python3")
        .arg(shared.join("tools/ado_check.py"))
        .args(args)
        .output()
        .expect("python3 is there: tests/run.sh gets it");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{args:?}\n{said}");
}
