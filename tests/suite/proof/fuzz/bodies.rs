//! Fuzz tests with invalid values in answers and damaged files in recordings.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use flexready::facts::Facts;
use flexready::inputs::recording::Recording;
use flexready::plan::Scope;
use flexready::question::{Answer, Answers};
use flexready::report;
use flexready::verdict::{Policy, judge};
use serde_json::{Value, json};

use super::{near, runs};
use crate::fixtures::folder;
use crate::proof::worlds::recorded;

/// Replaces, removes or duplicates one value somewhere in a document.
fn change(rng: &mut Rng, value: &mut Value) {
    let deeper = rng.u8(..8) > 0;
    match value {
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let at = rng.usize(..fields.len());
            if rng.u8(..12) == 0 {
                let name = fields.keys().nth(at).unwrap().clone();
                fields.shift_remove(&name);
            } else if let Some(value) = fields.values_mut().nth(at) {
                change(rng, value);
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = rng.usize(..items.len());
            match rng.u8(..12) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => change(rng, &mut items[at]),
            }
        }
        Value::String(text) if rng.bool() => {
            *text = near(
                rng,
                &[text.as_str(), "2026-02-30T25:00:00Z"],
                &["'", "\n", "/", "-1", ","],
            )
        }
        other => *other = strange(rng),
    }
}

fn strange(rng: &mut Rng) -> Value {
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
    let mut world = recorded().swap_remove(0);
    let of_server = |key: &&String| {
        key.split('?')
            .next()
            .is_some_and(|path| path.ends_with("/flexibleservers/orders-target"))
    };
    let key = world.keys().iter().find(of_server).unwrap().clone();
    let Some(Answer::Given(body)) = world
        .answers
        .iter()
        .find(|(k, _)| *k == key)
        .map(|(_, a)| a.clone())
    else {
        panic!("the baseline has a server")
    };
    // Facts about the server need only its own answer. The other answers would only cost time.
    let mut alone = Answers::new(world.answers.recorded_at, world.answers.origin);
    world.migration.source = None;
    world.migration.scope = Scope::Target;
    for number in 0..runs("FLEXREADY_FUZZ", 3_000) {
        let rng = &mut Rng::with_seed(number);
        let mut body = body.clone();
        for _ in 0..rng.usize(1..4) {
            change(rng, &mut body.json);
        }
        alone.insert(key.clone(), Answer::Given(body));
        let facts = Facts::read(&world.migration, &alone);
        let judged = judge(&facts, &Policy::default());
        assert!(!judged.is_ready_to_migrate(), "run {number}");
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
        .map(|name| copied(&folder().join(name)))
        .collect();
    for number in 0..runs("FLEXREADY_FUZZ_RECORDINGS", 60) {
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
            fs::write(path, damage(rng, text)).unwrap();
        }
        if let Ok(recording) = Recording::open(copy) {
            judge_and_write(&recording);
        }
        for (path, text) in damaged {
            fs::write(path, text).unwrap();
        }
    }
}

fn copied(from: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

/// Damages the contents of a file. Most results are still JSON, because anything that is not JSON stops at the parser.
fn damage(rng: &mut Rng, text: &[u8]) -> Vec<u8> {
    if rng.u8(..4) > 0 {
        let mut json: Value = serde_json::from_slice(text).unwrap();
        for _ in 0..rng.usize(1..6) {
            change(rng, &mut json);
        }
        return json.to_string().into_bytes();
    }
    let mut text = text.to_vec();
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(..text.len().max(1)).min(text.len());
        match rng.bool() {
            true => text.truncate(at),
            false => text.insert(at, rng.u8(..)),
        }
    }
    text
}

fn judge_and_write(recording: &Recording) {
    let Some(migration) = recording.migrations().first() else {
        return;
    };
    let policy = Policy::default();
    let run = flexready::check(migration, recording, recording.start(), &policy);
    let report = futures::executor::block_on(run).report;
    let written = [
        report::plain::plain(&report, report::plain::Layout { width: 80 }),
        crate::support::json(&report),
        report::ndjson(&report),
        report::csv(&report),
        report::markdown(&report),
        report::html(&report),
        report::junit(&report),
    ];
    assert!(written.iter().all(|text| !text.is_empty()));
    serde_json::from_str::<Value>(&written[1]).unwrap();
}
