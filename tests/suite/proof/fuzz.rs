//! Lies of every shape: texts and bodies that are nearly right, thrown at the parsers, and whole recordings at the program's
//! own path from folder to report. Nothing may panic, and what comes out must hold together.
//!
//! `FLEXREADY_FUZZ` is how many runs each small parser gets, `FLEXREADY_FUZZ_RECORDINGS` how many recordings are judged;
//! without them few, for every day. The runs are the same each time: their seeds are their numbers.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use flexready::checks;
use flexready::facts::Facts;
use flexready::facts::allowed::Allowed;
use flexready::inputs::postgres::conninfo::Access;
use flexready::inputs::recording::Recording;
use flexready::plan::file::Plan;
use flexready::plan::{ResourceId, ServerId};
use flexready::question::Answer;
use flexready::report;
use flexready::verdict::{Policy, judge};
use serde_json::{Value, json};

use super::worlds::recorded;
use crate::fixtures::folder;

fn runs(variable: &str, few: u64) -> u64 {
    let asked = std::env::var(variable).ok();
    asked.map_or(few, |count| count.parse().expect("a number of runs"))
}

/// A text near one of these: cut, doubled, mixed with another and with words that mean something.
fn near(rng: &mut Rng, seeds: &[&str], words: &[&str]) -> String {
    let mut text: Vec<char> = seeds[rng.usize(..seeds.len())].chars().collect();
    for _ in 0..rng.usize(..6) {
        let (from, to) = (rng.usize(..=text.len()), rng.usize(..=text.len()));
        let (from, to) = (from.min(to), from.max(to));
        match rng.u8(..5) {
            0 => drop(text.drain(from..to)),
            1 => {
                let part = text[from..to].to_vec();
                text.splice(from..from, part);
            }
            2 => drop(text.splice(from..from, words[rng.usize(..words.len())].chars())),
            3 => drop(text.splice(from..from, [odd(rng)])),
            _ => {
                let other: Vec<char> = seeds[rng.usize(..seeds.len())].chars().collect();
                text.splice(from.., other[other.len().min(from)..].to_vec());
            }
        }
    }
    text.truncate(4096);
    text.into_iter().collect()
}

fn odd(rng: &mut Rng) -> char {
    let known = [
        '\0', '\n', '\'', '"', '\\', '%', '/', '=', ',', '-', '[', '{', '@', ':', '\u{202e}', 'é',
        '\u{feff}', '9',
    ];
    match rng.bool() {
        true => known[rng.usize(..known.len())],
        false => rng.char(..),
    }
}

fn fuzz(seeds: &[&str], words: &[&str], mut run: impl FnMut(&str)) {
    for number in 0..runs("FLEXREADY_FUZZ", 3_000) {
        run(&near(&mut Rng::with_seed(number), seeds, words));
    }
}

#[test]
fn connection_strings() {
    let seeds = [
        "postgresql://auditor:canary-7@db.example.com:5432/orders?sslmode=verify-full&connect_timeout=5",
        "host=db.example.com,/var/run port=5432,5433 user=auditor dbname='my db' password='canary-7' sslmode=require",
        "postgres://[::1]:5433/%20a?options=-c%20work_mem%3D1&host=%2Ftmp",
        "service=orders hostaddr=127.0.0.1 channel_binding=require target_session_attrs=read-only",
    ];
    let words = [
        "password=",
        "host=",
        "port=",
        "%00",
        "%zz",
        "://",
        "sslrootcert=system",
        "canary-7",
        "''",
        "\\'",
        "?",
        "&",
        "@",
    ];
    fuzz(&seeds, &words, |text| {
        let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
        if let Ok(access) = Access::resolve(Some(text), &env) {
            let told = format!(
                "{} {} {}",
                access.host(),
                access.user(),
                access.for_database("x").database()
            );
            assert!(!told.is_empty() && access.port() > 0, "{text:?}");
        }
    });
}

#[test]
fn ids() {
    let seeds = [
        "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders",
        "11111111-2222-4333-8444-555555555555/rg/orders",
        "orders.postgres.database.azure.com",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n",
    ];
    let words = [
        "..",
        "/",
        "//",
        "?",
        "#",
        "%2f",
        "providers",
        "..%2f..",
        "flexibleServers",
        " ",
    ];
    fuzz(&seeds, &words, |text| {
        if let Ok(id) = text.parse::<ServerId>() {
            let path = id.path();
            assert_eq!(path.parse::<ServerId>().unwrap().path(), path);
            assert!(
                !path.contains(['?', '#', '%', ' ']) && !path.contains("/../"),
                "{text:?} became {path:?}"
            );
        }
        if let Ok(id) = text.parse::<ResourceId>() {
            assert!(
                !id.path().contains(['?', '#', '%', ' ']) && !id.path().contains("/../"),
                "{text:?}"
            );
            let _ = (
                id.name(),
                id.parent(),
                id.resource_group(),
                id.subscription(),
            );
        }
    });
}

#[test]
fn plan_files() {
    let seeds = [
        "[defaults]\nmode = \"offline\"\n\n[[migration]]\nname = \"orders\"\nsource = \"host=h user=u dbname=d\"\ntarget = \"s/g/n\"\n",
        "[[migration]]\nname = \"a\"\ndatabases = [\"x\", \"y\"]\nsource_vcores = 8\nsource_memory_gib = 32.5\noverwrite = true\n",
        "[[waiver]]\ncheck = \"target-locked\"\nreason = \"r\"\nowner = \"o\"\nuntil = 2026-12-24\nobject = \"server\"\n",
        "[severity]\n\"target-locked\" = \"warning\"\n",
    ];
    let words = [
        "[[migration]]",
        "until = 2026-02-30",
        "= ",
        "\"",
        "'''",
        "\n",
        "name",
        "[",
        "]",
        "#",
        "1e999",
        "-9223372036854775808",
    ];
    let ids: Vec<&str> = checks::all().map(|c| c.id).collect();
    fuzz(&seeds, &words, |text| {
        match Plan::of(text, Path::new("flexready.toml"), &ids) {
            Ok(plan) => drop(plan.migration(None)),
            Err(error) => assert!(
                error.to_string().contains("flexready.toml"),
                "{text:?}: {error}"
            ),
        }
    });
}

#[test]
fn allowed_values() {
    let seeds = [
        "on,off",
        "-1-2147483647",
        "0.001-1e+06",
        ",a b,c-d",
        "[a-z]+(?:,[a-z]+)*",
        "utf8|latin1",
        "-1--1",
    ];
    let words = [
        "-", ",", "e+", "(", ")*", "{1000}", "\\", "[^", "1e309", "true",
    ];
    fuzz(&seeds, &words, |text| {
        for kind in [
            "Integer",
            "Numeric",
            "Boolean",
            "Enumeration",
            "Set",
            "String",
            "Novelty",
        ] {
            let allowed = Allowed::parse(Some(kind), Some(text));
            let _ = (
                allowed.admits("on"),
                allowed.admits("-1"),
                allowed.describe(),
                allowed.words().len(),
            );
        }
    });
}

/// One value somewhere in a document becomes another one, goes, or comes twice.
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

/// The target's server as ARM tells it, with some values that are none.
#[test]
fn bodies_of_arm() {
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
    // A fact about the server needs the server alone; the rest of the world would only take time.
    let mut alone =
        flexready::question::Answers::new(world.answers.recorded_at, world.answers.origin);
    world.migration.source = None;
    world.migration.scope = flexready::plan::Scope::Target;
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

/// Recordings on disk with damaged files, judged and written in every format.
#[test]
fn recordings() {
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

/// Most of the time it stays JSON: what is not ends at the parser.
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
        report::json(&report),
        report::ndjson(&report),
        report::csv(&report),
        report::markdown(&report),
        report::html(&report),
        report::junit(&report),
    ];
    assert!(written.iter().all(|text| !text.is_empty()));
    serde_json::from_str::<Value>(&written[1]).unwrap();
}
