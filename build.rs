//! Sets the output of `--version`: version, source commit, build profile and platform.
//!
//! `.ci/release` sets FLEXREADY_BUILD; otherwise git provides the commit. Without git or a repository, as in an
//! unpacked archive, the commit is unknown and the build continues. Git runs again only when the sources change, so the
//! text matches the compiled sources. A release build also runs it when a different commit is checked out.
#![allow(clippy::print_stdout, reason = "this is how cargo is told")]

use std::env;
use std::path::Path;
use std::process::Command;

/// The paths that determine the compiled program.
const SOURCES: [&str; 4] = ["src", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() {
    println!("cargo:rerun-if-env-changed=FLEXREADY_BUILD");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    let build = env::var("FLEXREADY_BUILD").unwrap_or_else(|_| build_description());
    println!("cargo:rustc-env=FLEXREADY_BUILD={build}");
}

fn build_description() -> String {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let (version, profile, target) = (
        variable("CARGO_PKG_VERSION"),
        variable("PROFILE"),
        variable("TARGET"),
    );
    let commit = commit().unwrap_or_else(|| "unknown commit".to_owned());
    if profile == "release"
        && let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && Path::new(&log).exists()
    {
        println!("cargo:rerun-if-changed={log}");
    }
    format!("{version} ({commit}, {profile}, {target})")
}

/// The commit of this repository. A repository that only contains this folder does not count.
fn commit() -> Option<String> {
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let manifest_dir = env::var("CARGO_MANIFEST_DIR").ok()?;
    let is_own_repository =
        Path::new(&root).canonicalize().ok()? == Path::new(&manifest_dir).canonicalize().ok()?;
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).filter(|_| is_own_repository)?;
    let changed = git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat())?;
    Some(if changed.is_empty() {
        commit
    } else {
        format!("{commit} with changes")
    })
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
