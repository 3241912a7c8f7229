//! Bad input on real servers: names that attack whoever shows them, and servers that fail in the middle of a run. What can
//! be had is had and shown safely; everything else is unknown with its reason.

mod moments;
mod names;

use crate::support::program::{Ran, run};

/// A run on the source alone, in JSON; online, as that mode looks at the most objects.
fn check(port: u16, database: &str, more: &[&str]) -> Ran {
    let source = format!(
        "host=127.0.0.1 port={port} user=postgres sslmode=disable dbname='{}'",
        quoted(database)
    );
    let args = [
        "check", "--only", "source", "--mode", "online", "--source", &source, "--format", "json",
    ];
    run(&[&args[..], more].concat(), &[])
}

fn quoted(database: &str) -> String {
    database.replace('\\', "\\\\").replace('\'', "\\'")
}

/// The questions that were not answered, with the reason.
fn refusals(ran: &Ran) -> Vec<(String, String)> {
    let report = ran.json();
    let all = report["migrations"][0]["reads"]["refusals"]
        .as_array()
        .unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    all.iter()
        .map(|r| (text(&r["question"]), text(&r["reason"])))
        .collect()
}
