//! Runs scripts with stubs of `az` and `psql` that only record their arguments.

use std::process::{Command, Stdio};

/// One call: program, `PGDATABASE`, and arguments as the program received them.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramCall {
    pub program: String,
    pub database: String,
    pub arguments: Vec<String>,
}

/// Writes the number of arguments and each argument, terminated by NUL, so that any name can be parsed.
const STUB_SCRIPT: &str = r#"#!/usr/bin/env bash
{ printf '%s\0' "${0##*/}" "${PGDATABASE-}" "$#" "$@"; } >>"$CALLS"
"#;

/// Runs a script. It must succeed and write nothing to stdout.
pub fn run(script: &str) -> Vec<ProgramCall> {
    let folder = tempfile::tempdir().unwrap();
    for name in ["az", "psql"] {
        let path = folder.path().join(name);
        std::fs::write(&path, STUB_SCRIPT).unwrap();
        let mut mode = std::fs::metadata(&path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
        std::fs::set_permissions(&path, mode).unwrap();
    }
    let calls = folder.path().join("calls");
    std::fs::write(&calls, "").unwrap();
    let file = folder.path().join("script.sh");
    std::fs::write(&file, script).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let output = Command::new("bash")
        .arg(&file)
        .current_dir(folder.path())
        .env_clear()
        .envs([
            ("PATH", path.as_str()),
            ("SOURCE_ADMIN", "postgres"),
            ("TARGET_ADMIN", "pgadmin"),
        ])
        .env("CALLS", &calls)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (said, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && said.is_empty(),
        "{said}{errors}\n{script}"
    );
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["az", "calls", "psql", "script.sh"],
        "a script writes no file"
    );
    parse_calls(&std::fs::read(&calls).unwrap())
}

fn parse_calls(bytes: &[u8]) -> Vec<ProgramCall> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut words = text.split_terminator('\0').map(str::to_owned);
    let mut calls = Vec::new();
    while let Some(program) = words.next() {
        let database = words.next().unwrap();
        let count: usize = words.next().unwrap().parse().unwrap();
        let arguments = words.by_ref().take(count).collect();
        calls.push(ProgramCall {
            program,
            database,
            arguments,
        });
    }
    calls
}

/// Returns the script with every optional command enabled.
pub fn with_optional_commands(script: &str) -> String {
    let taken = script.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest)
            if ["az ", "on_source ", "on_target "]
                .iter()
                .any(|w| rest.starts_with(w)) =>
        {
            rest
        }
        _ => line,
    });
    taken.collect::<Vec<_>>().join("\n") + "\n"
}

/// Returns the output of shellcheck for the files. It is empty for clean files.
pub fn shellcheck(files: &[std::path::PathBuf]) -> String {
    let mut said = String::new();
    for part in files.chunks(100) {
        let output = Command::new("shellcheck")
            .args(["--shell=bash", "--format=gcc"])
            .args(part)
            .output();
        let output = output.expect("shellcheck is installed: tests/run.sh does it");
        said += &String::from_utf8_lossy(&output.stdout);
        said += &String::from_utf8_lossy(&output.stderr);
    }
    said
}
