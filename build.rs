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
    let build = env::var("FLEXREADY_BUILD").unwrap_or_else(|_| own());
    println!("cargo:rustc-env=FLEXREADY_BUILD={build}");
}

fn own() -> String {
    let said = |name: &str| env::var(name).unwrap_or_default();
    let (version, profile, target) = (said("CARGO_PKG_VERSION"), said("PROFILE"), said("TARGET"));
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
    let here = env::var("CARGO_MANIFEST_DIR").ok()?;
    let is_same = Path::new(&root).canonicalize().ok()? == Path::new(&here).canonicalize().ok()?;
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).filter(|_| is_same)?;
    let changed = git(&[&["status", "--porcelain", "--"], &SOURCES[..]].concat())?;
    Some(match changed.is_empty() {
        true => commit,
        false => format!("{commit} with changes"),
    })
}

fn git(args: &[&str]) -> Option<String> {
    let done = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| text.trim().to_owned())
}
