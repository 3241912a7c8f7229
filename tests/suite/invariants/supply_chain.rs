//! Dependencies: the number of crates, one TLS library, no OpenSSL, and a date and a reason for every ignored advisory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::readme::assert_section;

/// The crates that a build for Linux links or uses at build time, as `name@version`, without flexready.
fn linked_crates() -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--locked", "--offline"]);
    command.args(["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let nodes: BTreeMap<&str, &Value> = nodes
        .iter()
        .map(|n| (n["id"].as_str().unwrap(), n))
        .collect();
    let root = metadata["resolve"]["root"].as_str().unwrap();
    let (mut seen, mut pending) = (BTreeSet::new(), vec![root]);
    while let Some(id) = pending.pop() {
        if seen.insert(id) {
            let needed = nodes[id]["deps"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|d| is_needed(d));
            pending.extend(needed.map(|d| d["pkg"].as_str().unwrap()));
        }
    }
    seen.remove(root);
    let names = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|p| seen.contains(p["id"].as_str().unwrap()));
    names
        .map(|p| {
            format!(
                "{}@{}",
                p["name"].as_str().unwrap(),
                p["version"].as_str().unwrap()
            )
        })
        .collect()
}

fn is_needed(dependency: &Value) -> bool {
    let kinds = dependency["dep_kinds"].as_array().unwrap();
    kinds.iter().any(|kind| kind["kind"] != "dev")
}

#[test]
fn the_readme_has_the_number_of_crates_and_there_is_one_tls_library() {
    let linked = linked_crates();
    let count_of = |name: &str| {
        linked
            .iter()
            .filter(|c| c.split('@').next() == Some(name))
            .count()
    };
    for one in ["rustls", "ring", "tokio", "reqwest", "hyper"] {
        assert_eq!(count_of(one), 1, "{one}: {linked:?}");
    }
    for none in [
        "openssl",
        "openssl-sys",
        "native-tls",
        "aws-lc-rs",
        "aws-lc-sys",
        "schannel",
        "boring",
    ] {
        assert_eq!(count_of(none), 0, "{none}");
    }
    assert_section(
        "crates",
        &format!(
            "{} crates, one TLS (rustls on ring), no OpenSSL.\n",
            linked.len()
        ),
    );
}

#[test]
fn ignored_advisories_have_a_date_and_a_reason() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    let deny: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let denied = deny["bans"]["deny"].as_array().unwrap();
    for name in ["openssl", "openssl-sys", "native-tls", "aws-lc-rs"] {
        assert!(
            denied.iter().any(|d| d["crate"].as_str() == Some(name)),
            "{name}"
        );
    }
    for registry in ["unknown-registry", "unknown-git"] {
        assert_eq!(deny["sources"][registry].as_str(), Some("deny"));
    }
    for ignored in deny["advisories"]["ignore"].as_array().unwrap() {
        let reason = ignored["reason"].as_str().unwrap();
        let (date, explanation) = reason.split_once(": ").unwrap_or_default();
        let format = time::macros::format_description!("[year]-[month]-[day]");
        assert!(
            time::Date::parse(date, format).is_ok() && explanation.len() > 20,
            "{ignored}"
        );
    }
}
