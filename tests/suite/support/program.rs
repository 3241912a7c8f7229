//! Runs the compiled program with a controlled environment.

use std::path::Path;
use std::process::{Command, Output};

use super::arm::ArmEndpoint;

/// The access token of the tests. It is a canary: it must not appear in any output.
pub const TOKEN: &str =
    "eyJhbGciOiJub25lIn0.eyJ1cG4iOiJhdWRpdG9yQGNvbnRvc28uZXhhbXBsZSJ9.canary-token-3f9c";

/// All values of `--format`.
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

/// The formats for people and their tools, which only contain text from the report.
pub fn text_formats() -> impl Iterator<Item = &'static str> {
    FORMATS.into_iter().filter(|f| !f.ends_with("json"))
}

/// The output and the exit code of a run.
pub struct ProgramOutput {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl ProgramOutput {
    fn new(output: Output) -> ProgramOutput {
        ProgramOutput {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().expect("it ended by itself"),
        }
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The status of a check in the first migration.
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

    /// Asserts a usage error: exit code 2, nothing on stdout, a message that contains `message`, no backtrace.
    pub fn assert_usage_error(&self, message: &str) {
        assert_eq!(self.code, 2, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        assert!(self.stderr.contains(message), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }
}

/// Runs the program with only `env` in its environment.
/// If the test has no ARM endpoint, the endpoint is a local port without a listener.
pub fn run(args: &[&str], env: &[(&str, &str)]) -> ProgramOutput {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flexready"));
    command
        .args(args)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env("FLEXREADY_ARM_ENDPOINT", "http://127.0.0.1:1");
    command.envs(env.iter().copied());
    ProgramOutput::new(command.output().unwrap())
}

/// Runs the program against the ARM endpoint of a test.
pub fn run_with_arm(endpoint: &ArmEndpoint, args: &[&str], env: &[(&str, &str)]) -> ProgramOutput {
    let url = endpoint.url();
    let mut all = vec![
        ("FLEXREADY_ARM_ENDPOINT", url.as_str()),
        ("FLEXREADY_ACCESS_TOKEN", TOKEN),
    ];
    all.extend(env);
    run(args, &all)
}

/// The files in a folder, name and text.
pub fn read_files(folder: &Path) -> Vec<(String, String)> {
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
