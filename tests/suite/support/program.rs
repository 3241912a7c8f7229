//! The built program, run with an environment of its own.

use std::path::Path;
use std::process::{Command, Output};

use super::arm::ArmEndpoint;

/// The token that tests bring. A canary: it must appear in no output.
pub const TOKEN: &str =
    "eyJhbGciOiJub25lIn0.eyJ1cG4iOiJhdWRpdG9yQGNvbnRvc28uZXhhbXBsZSJ9.canary-token-3f9c";

/// All that `--format` takes.
pub const FORMATS: [&str; 9] = [
    "plain",
    "json",
    "ndjson",
    "csv",
    "junit",
    "sarif",
    "markdown",
    "html",
    "azure-pipelines",
];

/// The formats that are for people and their tools, who see no more of the report than is said in words.
pub fn worded() -> impl Iterator<Item = &'static str> {
    FORMATS.into_iter().filter(|f| !f.ends_with("json"))
}

/// What a run printed, and its exit code.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Ran {
    fn new(output: Output) -> Ran {
        Ran {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().expect("it ended by itself"),
        }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The status of a check of the first migration.
    pub fn status(&self, id: &str) -> String {
        let report = self.json();
        let checks = report["migrations"][0]["checks"]
            .as_array()
            .unwrap()
            .clone();
        let check = checks
            .iter()
            .find(|c| c["id"] == id)
            .unwrap_or_else(|| panic!("no {id}"));
        check["status"].as_str().unwrap().to_owned()
    }

    /// A usage error: exit 2, nothing on stdout, one message that says `words`, no backtrace.
    pub fn assert_refused(&self, words: &str) {
        assert_eq!(self.code, 2, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        assert!(self.stderr.contains(words), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}

/// Runs the program with nothing in its environment but `env`. Without an endpoint of the test, Azure is a port of this
/// machine that nobody listens to.
pub fn run(args: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flexready"));
    command
        .args(args)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env("FLEXREADY_ARM_ENDPOINT", "http://127.0.0.1:1");
    command.envs(env.iter().copied());
    Ran::new(command.output().unwrap())
}

/// Runs the program against a test's ARM endpoint.
pub fn run_with_arm(endpoint: &ArmEndpoint, args: &[&str], env: &[(&str, &str)]) -> Ran {
    let url = endpoint.url();
    let mut all = vec![
        ("FLEXREADY_ARM_ENDPOINT", url.as_str()),
        ("FLEXREADY_ACCESS_TOKEN", TOKEN),
    ];
    all.extend(env);
    run(args, &all)
}

/// Every file below a folder, with its text.
pub fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        all.push((
            name,
            String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned(),
        ));
    }
    all.sort();
    all
}
