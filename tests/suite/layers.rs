//! The module layers: each module imports only modules in lower layers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The modules from left to right. Modules of one layer do not import each other.
const LAYERS: &[(&str, u8)] = &[
    ("config", 0),
    ("plural", 0),
    ("question", 0),
    ("sql_quote", 0),
    ("time_format", 0),
    ("reference", 1),
    ("queries", 2),
    ("backend", 3),
    ("facts", 3),
    ("reachability", 4),
    ("sizing", 4),
    ("commands", 5),
    ("checks", 6),
    ("verdict", 7),
    ("fix", 8),
    ("report", 9),
    ("cli", 10),
];

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn modules_only_import_lower_layers() {
    let levels: BTreeMap<&str, u8> = LAYERS.iter().copied().collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let place = file
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let module = place.split(['/', '.']).next().unwrap().to_owned();
        if ["lib", "main"].contains(&module.as_str()) || place.ends_with("tests.rs") {
            continue;
        }
        let level = levels
            .get(module.as_str())
            .unwrap_or_else(|| panic!("{place} is in no layer: add it to LAYERS"));
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for other in text.split("crate::").skip(1) {
            let other: String = other
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let Some(its) = levels.get(other.as_str()) else {
                continue;
            };
            if other != module && its >= level {
                wrong.push(format!("{place} imports {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Advice that names a command-line option also names the key of the plan file.
#[test]
fn advice_that_names_an_option_also_names_the_plan_key() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let schema: serde_json::Value =
        serde_json::from_str(&flexready::config::plan_file::plan_schema()).unwrap();
    let keys = schema["$defs"]["MigrationOptions"]["properties"]
        .as_object()
        .unwrap();
    let mut files = Vec::new();
    for module in ["facts", "reachability", "sizing", "commands", "checks"] {
        rust_files(&root.join(module), &mut files);
    }
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        let text = lines.collect::<Vec<_>>().join("\n");
        for key in keys.keys() {
            let option = format!("`--{}", key.replace('_', "-"));
            let said = text.match_indices(&option).filter(|(at, _)| {
                let ends = text[at + option.len()..].starts_with(['`', ' ']);
                // A mention of a specified value is not advice.
                ends && !text[..*at].ends_with("named by ")
            });
            for (at, _) in said {
                let after: String = text[at..].chars().take(160).collect();
                let is_named = after.contains("in a plan") && after.contains(&format!("`{key}"));
                assert!(is_named, "{}: {after}", file.display());
            }
        }
    }
}

#[test]
fn only_the_backend_uses_the_network() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    for file in files
        .iter()
        .filter(|f| !f.starts_with(root.join("backend")))
    {
        let text = std::fs::read_to_string(file).unwrap();
        for library in [
            "reqwest::",
            "tokio_postgres::",
            "azure_identity::",
            "tokio::net",
            "std::net::Tcp",
        ] {
            assert!(!text.contains(library), "{} uses {library}", file.display());
        }
    }
}

/// Returns the modules of `report` that a file of `report` imports.
fn internal_imports(text: &str, prefixes: &[&str]) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        let letter = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        text.trim_start().chars().take_while(letter).collect()
    };
    let mut names = BTreeSet::new();
    for prefix in prefixes {
        for rest in text.split(prefix).skip(1) {
            match rest.strip_prefix('{') {
                Some(list) => names.extend(list.split('}').next().unwrap().split(',').map(word)),
                None => drop(names.insert(word(rest))),
            }
        }
    }
    names
}

#[test]
fn report_modules_have_no_import_cycles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let place = file.strip_prefix(&root).unwrap();
        let module = place.components().next().unwrap().as_os_str();
        let module = module.to_string_lossy().replace(".rs", "");
        let is_top = place.components().count() == 1 || place.ends_with("mod.rs");
        if module == "mod" || place.ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let prefixes = ["crate::report::", "super::"];
        let its = internal_imports(text, &prefixes[..1 + usize::from(is_top)]);
        imports.entry(module).or_default().extend(its);
    }
    for (module, its) in &mut imports {
        its.remove(module);
    }
    while let Some(leaf) = imports
        .iter()
        .find(|(_, its)| its.iter().all(|other| !imports.contains_key(other)))
    {
        let leaf = leaf.0.clone();
        imports.remove(&leaf);
    }
    assert!(imports.is_empty(), "in a circle, or on it: {imports:#?}");
}
