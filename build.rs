//! What `--version` says: the version, the commit that the sources are of, the kind of build and its platform.
//!
//! `.ci/release` says it all in FLEXREADY_BUILD; else git is asked. Where there is no git or no repository, as with an unpacked
//! archive, the commit is unknown and the build goes on. It is asked again only when the sources change, so that the words are
//! true of what was compiled; for a release also when another commit is checked out.
#![allow(clippy::print_stdout, reason = "this is how cargo is told")]

use std::env;
use std::path::Path;
use std::process::Command;

/// What a program is made of.
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

/// The commit of this repository; that of another one that this folder lies in says nothing.
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
