//! Hostile input on real servers: names that attack the reader of a report, and servers that fail during a run.
//! Everything that can be read is printed safely. Everything that cannot be read is unknown with its reason.

mod hostile_names;
mod mid_run_failures;

use crate::support::program::{ProgramOutput, run};

/// Checks only the source, with JSON output. Online mode, because it reads the most objects.
fn check_online(port: u16, database: &str, more: &[&str]) -> ProgramOutput {
    let source = format!(
        "host=127.0.0.1 port={port} user=postgres sslmode=disable dbname='{}'",
        escape_conninfo(database)
    );
    let args = [
        "check", "--only", "source", "--mode", "online", "--source", &source, "--format", "json",
    ];
    run(&[&args[..], more].concat(), &[])
}

fn escape_conninfo(database: &str) -> String {
    database.replace('\\', "\\\\").replace('\'', "\\'")
}

/// The questions that failed, with the reason.
fn failed_questions(ran: &ProgramOutput) -> Vec<(String, String)> {
    let report = ran.json();
    let all = report["migrations"][0]["reads"]["refusals"]
        .as_array()
        .unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    all.iter()
        .map(|r| (text(&r["question"]), text(&r["reason"])))
        .collect()
}
