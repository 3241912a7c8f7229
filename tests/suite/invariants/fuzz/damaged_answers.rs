//! Fuzz tests with invalid values in answers and damaged files in recordings.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use flexready::backend::recording::Recording;
use flexready::config::MigrationScope;
use flexready::facts::Facts;
use flexready::question::{Answer, Answers};
use flexready::report;
use flexready::verdict::{Policy, evaluate};
use serde_json::{Value, json};

use super::{mutate_text, run_count};
use crate::invariants::samples::recorded_samples;
use crate::support::recordings::{complete_copy, fixtures_dir};

/// Replaces, removes or duplicates one value somewhere in a document.
fn mutate_value(rng: &mut Rng, value: &mut Value) {
    let descend = rng.u8(..8) > 0;
    match value {
        Value::Object(fields) if descend && !fields.is_empty() => {
            let at = rng.usize(..fields.len());
            if rng.u8(..12) == 0 {
                let name = fields.keys().nth(at).unwrap().clone();
                fields.shift_remove(&name);
            } else if let Some(value) = fields.values_mut().nth(at) {
                mutate_value(rng, value);
            }
        }
        Value::Array(items) if descend && !items.is_empty() => {
            let at = rng.usize(..items.len());
            match rng.u8(..12) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => mutate_value(rng, &mut items[at]),
            }
        }
        Value::String(text) if rng.bool() => {
            *text = mutate_text(
                rng,
                &[text.as_str(), "2026-02-30T25:00:00Z"],
                &["'", "\n", "/", "-1", ","],
            )
        }
        other => *other = invalid_value(rng),
    }
}

fn invalid_value(rng: &mut Rng) -> Value {
    let all = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1e308),
        json!(""),
        json!("NeverHeardOf"),
        json!("10.0.0.0/33"),
        json!([]),
        json!({}),
        json!([[null]]),
    ];
    all[rng.usize(..all.len())].clone()
}

/// Puts invalid values into the ARM body of the target server.
#[test]
fn a_damaged_server_body_never_makes_a_target_ready() {
    let mut sample = recorded_samples().swap_remove(0);
    let is_server = |key: &&String| {
        key.split('?')
            .next()
            .is_some_and(|path| path.ends_with("/flexibleservers/orders-target"))
    };
    let key = sample.keys().iter().find(is_server).unwrap().clone();
    let Some(Answer::Body(body)) = sample
        .answers
        .iter()
        .find(|(k, _)| *k == key)
        .map(|(_, a)| a.clone())
    else {
        panic!("the baseline has a server")
    };
    // Facts about the server need only its own answer. The other answers would only cost time.
    let mut server_answers = Answers::new(sample.answers.recorded_at, sample.answers.origin);
    sample.migration.source = None;
    sample.migration.scope = MigrationScope::Target;
    for number in 0..run_count("FLEXREADY_FUZZ", 3_000) {
        let rng = &mut Rng::with_seed(number);
        let mut body = body.clone();
        for _ in 0..rng.usize(1..4) {
            mutate_value(rng, &mut body.json);
        }
        server_answers.insert(key.clone(), Answer::Body(body));
        let facts = Facts::read(&sample.migration, &server_answers);
        let judgement = evaluate(&facts, &Policy::default());
        assert!(!judgement.is_ready_to_migrate(), "run {number}");
    }
}

/// Checks recordings with damaged files and renders the reports in every format.
#[test]
fn damaged_recordings_never_panic() {
    let names = [
        "recordings/blocked",
        "recordings/cross-version",
        "recordings/no-database-access",
        "baseline",
    ];
    let copies: Vec<tempfile::TempDir> = names
        .iter()
        .map(|name| complete_copy(&fixtures_dir().join(name)))
        .collect();
    for number in 0..run_count("FLEXREADY_FUZZ_RECORDINGS", 60) {
        let rng = &mut Rng::with_seed(number);
        let copy = copies[rng.usize(..copies.len())].path();
        let mut files: Vec<_> = fs::read_dir(copy)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        rng.shuffle(&mut files);
        let damaged: Vec<(&Path, Vec<u8>)> = files[..rng.usize(1..9)]
            .iter()
            .map(|path| (path.as_path(), fs::read(path).unwrap()))
            .collect();
        for (path, text) in &damaged {
            fs::write(path, damage_bytes(rng, text)).unwrap();
        }
        if let Ok(recording) = Recording::open(copy) {
            check_and_render(&recording);
        }
        for (path, text) in damaged {
            fs::write(path, text).unwrap();
        }
    }
}

/// Damages the contents of a file. Most results are still JSON, because anything that is not JSON stops at the parser.
fn damage_bytes(rng: &mut Rng, text: &[u8]) -> Vec<u8> {
    if rng.u8(..4) > 0 {
        let mut json: Value = serde_json::from_slice(text).unwrap();
        for _ in 0..rng.usize(1..6) {
            mutate_value(rng, &mut json);
        }
        return json.to_string().into_bytes();
    }
    let mut text = text.to_vec();
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(..text.len().max(1)).min(text.len());
        if rng.bool() {
            text.truncate(at)
        } else {
            text.insert(at, rng.u8(..))
        }
    }
    text
}

fn check_and_render(recording: &Recording) {
    let Some(migration) = recording.migrations().first() else {
        return;
    };
    let policy = Policy::default();
    let run = flexready::check(migration, recording, recording.empty_answers(), &policy);
    let report = futures::executor::block_on(run).report;
    let written = [
        report::formats::plain::plain(&report, report::formats::plain::PlainLayout { width: 80 }),
        crate::support::report_json(&report),
        report::ndjson(&report),
        report::csv(&report),
        report::markdown(&report),
        report::html(&report),
        report::junit(&report),
    ];
    assert!(written.iter().all(|text| !text.is_empty()));
    serde_json::from_str::<Value>(&written[1]).unwrap();
}
