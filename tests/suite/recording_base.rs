//! A recording that extends another one: every command reads it, and an unusable base is one error with exit code 2.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::program::{TOKEN, run};
use crate::support::recordings::{complete_copy, fixtures_dir};

/// Every command that reads a recording.
fn reading_commands(path: &str) -> [Vec<&str>; 5] {
    [
        vec!["check", "--from", path],
        vec!["fix", path],
        vec!["audit", "--from", path],
        vec!["diff", path, path],
        vec!["audit", "--resume", path],
    ]
}

/// A copy of the baseline in `folder/base`, and recordings in `folder` that extend others.
struct Recordings {
    folder: tempfile::TempDir,
}

impl Recordings {
    fn new() -> Recordings {
        let folder = tempfile::tempdir().unwrap();
        let baseline = complete_copy(&fixtures_dir().join("baseline"));
        copy_files(baseline.path(), &folder.path().join("base"));
        Recordings { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a recording without answers that extends `base`, and returns its path.
    fn extend(&self, name: &str, base: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        let mut manifest = read_manifest(&self.path("base"));
        manifest["base"] = json!(base);
        manifest["answers"] = json!([]);
        write_manifest(&path, &manifest);
        path.to_str().unwrap().to_owned()
    }

    /// All commands fail with exit code 2 and these words.
    fn assert_unusable(&self, name: &str, words: &str) {
        let path = self.path(name).to_str().unwrap().to_owned();
        for command in reading_commands(&path) {
            run(&command, &[("FLEXREADY_ACCESS_TOKEN", TOKEN)]).assert_usage_error(words);
        }
    }
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn read_manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

fn write_manifest(folder: &Path, manifest: &Value) {
    fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
}

/// The base has a base too. All commands give the same output as for the complete recording.
#[test]
fn every_command_reads_the_answers_of_the_bases() {
    let all = Recordings::new();
    all.extend("middle", "../base");
    let extended = all.extend("deep/extended", "../../middle");
    let complete = all.path("base").to_str().unwrap().to_owned();
    let commands = reading_commands(&complete)
        .into_iter()
        .zip(reading_commands(&extended));
    for (complete, extended) in commands.take(4) {
        let (complete, extended) = (run(&complete, &[]), run(&extended, &[]));
        assert_ne!(complete.code, 2, "{}", complete.stderr);
        assert_eq!(extended.stdout, complete.stdout);
        assert_eq!(extended.code, complete.code);
    }
}

/// The answers of a question come from the first manifest that names it, even if its file is missing.
#[test]
fn an_entry_of_the_recording_replaces_that_of_the_base() {
    let all = Recordings::new();
    let path = all.extend("extended", "../base");
    let entries = read_manifest(&all.path("base"))["answers"].clone();
    let is_settings = |e: &&Value| e["question"].as_str().unwrap().ends_with("/settings");
    let entry = entries
        .as_array()
        .unwrap()
        .iter()
        .find(is_settings)
        .unwrap();
    let mut manifest = read_manifest(&all.path("extended"));
    manifest["answers"] = json!([entry]);
    write_manifest(&all.path("extended"), &manifest);
    let ran = run(&["check", "--from", &path, "--format", "json"], &[]);
    let refusals = ran.json()["migrations"][0]["reads"]["refusals"].clone();
    let file = entry["file"].as_str().unwrap();
    assert!(
        refusals[0]["reason"].as_str().unwrap().contains(file),
        "{refusals}"
    );
    assert_eq!(refusals.as_array().unwrap().len(), 1, "{refusals}");
}

#[test]
fn an_unusable_base_is_one_clear_error() {
    let all = Recordings::new();
    let absolute = all.path("base").to_str().unwrap().to_owned();
    for (base, words) in [
        ("../absent", "which is not a recording"),
        ("..", "which is not a recording"),
        ("", "which is not a relative path"),
        (absolute.as_str(), "which is not a relative path"),
        ("..\\base", "which is not a relative path"),
        (".", "which extends this recording"),
        ("../base.tar.gz", "which is an archive and not a folder"),
    ] {
        all.extend("extended", base);
        all.assert_unusable("extended", words);
    }
}

#[test]
fn recordings_that_extend_each_other_are_refused() {
    let all = Recordings::new();
    all.extend("first", "../second");
    all.extend("second", "../third");
    all.extend("third", "../second");
    all.assert_unusable("first", "which extends this recording");
    all.assert_unusable("second", "which extends this recording");
}

#[test]
fn other_formats_are_refused_also_in_a_base() {
    let all = Recordings::new();
    all.extend("extended", "../base");
    let mut manifest = read_manifest(&all.path("base"));
    for (format, advice) in [(2, "use a newer flexready"), (0, "record again")] {
        manifest["format"] = json!(format);
        write_manifest(&all.path("base"), &manifest);
        let words = format!("manifest.json has format {format}, this version reads 1; {advice}");
        all.assert_unusable("base", &words);
        all.assert_unusable("extended", &words);
    }
    write_manifest(&all.path("base"), &json!({ "format": 1 }));
    all.assert_unusable(
        "extended",
        "base/manifest.json: the manifest is not readable",
    );
}

#[cfg(unix)]
#[test]
fn a_base_behind_a_symbolic_link_is_refused() {
    let all = Recordings::new();
    std::os::unix::fs::symlink(all.path("base"), all.path("link")).unwrap();
    std::os::unix::fs::symlink(all.folder.path(), all.path("all")).unwrap();
    for base in ["../link", "../all/base", "../link/../base"] {
        all.extend("extended", base);
        all.assert_unusable("extended", "which leads through a symbolic link");
    }
}

#[test]
fn an_archive_cannot_have_a_base() {
    let all = Recordings::new();
    let folder = all.extend("extended", "../base");
    let archive = all.path("extended.tar.gz");
    let packed = std::process::Command::new("tar")
        .args(["-czf", archive.to_str().unwrap(), "-C", &folder, "."])
        .status();
    assert!(packed.unwrap().success());
    all.assert_unusable("extended.tar.gz", "which an archive cannot have");
}

/// The new recording contains the answers of the base and does not name it.
#[test]
fn a_resumed_recording_is_complete_without_the_base() {
    let all = Recordings::new();
    let extended = all.extend("extended", "../base");
    let resumed = all.path("resumed").to_str().unwrap().to_owned();
    let target = read_manifest(&all.path("base"))["migrations"][0]["target"]["id"].clone();
    let plan = all.path("plan.toml");
    fs::write(
        &plan,
        format!("[[migration]]\nname = \"orders\"\ntarget = {target}\n"),
    )
    .unwrap();
    let plan = plan.to_str().unwrap();
    let token = [("FLEXREADY_ACCESS_TOKEN", TOKEN)];
    let resume = [
        "audit", "--resume", &extended, "--plan", plan, "--record", &resumed,
    ];
    let ran = run(&resume, &token);
    let manifest = read_manifest(Path::new(&resumed));
    assert!(manifest.get("base").is_none());
    let recorded = manifest["answers"].as_array().unwrap().iter();
    let has_server = recorded.filter(|e| e["file"].is_string()).any(|e| {
        e["question"]
            .as_str()
            .unwrap()
            .contains("/flexibleservers/orders-target?")
    });
    assert!(has_server, "{}{}", ran.stdout, ran.stderr);
}
