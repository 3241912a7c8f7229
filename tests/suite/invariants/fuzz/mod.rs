//! Fuzz tests of the parsers with mutated text. `damaged_answers` mutates answers and whole recordings, from the folder
//! to the report. Nothing must panic, and the results must be consistent.
//!
//! `FLEXREADY_FUZZ` sets the number of runs per parser, and `FLEXREADY_FUZZ_RECORDINGS` the number of recordings.
//! The defaults are small. The runs are reproducible, because the seed of a run is its number.

mod damaged_answers;

use std::path::Path;

use fastrand::Rng;
use flexready::backend::postgres::conninfo::ConnectOptions;
use flexready::checks;
use flexready::config::plan_file::Plan;
use flexready::config::{ResourceId, ServerId};
use flexready::facts::target::allowed_values::AllowedValues;

fn run_count(variable: &str, default: u64) -> u64 {
    let value = std::env::var(variable).ok();
    value.map_or(default, |count| count.parse().expect("a number of runs"))
}

/// Mutates one of the seeds: deletes or repeats a part, inserts one of `tokens` or mixes in another seed.
fn mutate_text(rng: &mut Rng, seeds: &[&str], tokens: &[&str]) -> String {
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
            2 => drop(text.splice(from..from, tokens[rng.usize(..tokens.len())].chars())),
            3 => drop(text.splice(from..from, [random_char(rng)])),
            _ => {
                let other: Vec<char> = seeds[rng.usize(..seeds.len())].chars().collect();
                text.splice(from.., other[other.len().min(from)..].to_vec());
            }
        }
    }
    text.truncate(4096);
    text.into_iter().collect()
}

fn random_char(rng: &mut Rng) -> char {
    let known = [
        '\0', '\n', '\'', '"', '\\', '%', '/', '=', ',', '-', '[', '{', '@', ':', '\u{202e}', 'é',
        '\u{feff}', '9',
    ];
    if rng.bool() {
        known[rng.usize(..known.len())]
    } else {
        rng.char(..)
    }
}

fn fuzz_text(seeds: &[&str], tokens: &[&str], mut run: impl FnMut(&str)) {
    for number in 0..run_count("FLEXREADY_FUZZ", 3_000) {
        run(&mutate_text(&mut Rng::with_seed(number), seeds, tokens));
    }
}

#[test]
fn mutated_connection_strings_never_panic() {
    let seeds = [
        "postgresql://auditor:canary-7@db.example.com:5432/orders?sslmode=verify-full&connect_timeout=5",
        "host=db.example.com,/var/run port=5432,5433 user=auditor dbname='my db' password='canary-7' sslmode=require",
        "postgres://[::1]:5433/%20a?options=-c%20work_mem%3D1&host=%2Ftmp",
        "service=orders hostaddr=127.0.0.1 channel_binding=require target_session_attrs=read-only",
    ];
    let tokens = [
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
    fuzz_text(&seeds, &tokens, |text| {
        let env = |name: &str| (name == "USER").then(|| "nobody".to_owned());
        if let Ok(options) = ConnectOptions::resolve(Some(text), &env) {
            let summary = format!(
                "{} {} {}",
                options.host(),
                options.user(),
                options.for_database("x").database()
            );
            assert!(!summary.is_empty() && options.port() > 0, "{text:?}");
        }
    });
}

#[test]
fn mutated_ids_are_safe_in_urls() {
    let seeds = [
        "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders",
        "11111111-2222-4333-8444-555555555555/rg/orders",
        "orders.postgres.database.azure.com",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n",
    ];
    let tokens = [
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
    fuzz_text(&seeds, &tokens, |text| {
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
fn mutated_plan_files_never_panic() {
    let seeds = [
        "[defaults]\nmode = \"offline\"\n\n[[migration]]\nname = \"orders\"\nsource = \"host=h user=u dbname=d\"\ntarget = \"s/g/n\"\n",
        "[[migration]]\nname = \"a\"\ndatabases = [\"x\", \"y\"]\nsource_vcores = 8\nsource_memory_gib = 32.5\noverwrite = true\n",
        "[[waiver]]\ncheck = \"target-locked\"\nreason = \"r\"\nowner = \"o\"\nuntil = 2026-12-24\nobject = \"server\"\n",
        "[severity]\n\"target-locked\" = \"warning\"\n",
    ];
    let tokens = [
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
    fuzz_text(&seeds, &tokens, |text| {
        match Plan::parse(text, Path::new("flexready.toml"), &ids) {
            Ok(plan) => drop(plan.migration(None)),
            Err(error) => assert!(
                error.to_string().contains("flexready.toml"),
                "{text:?}: {error}"
            ),
        }
    });
}

#[test]
fn mutated_allowed_values_never_panic() {
    let seeds = [
        "on,off",
        "-1-2147483647",
        "0.001-1e+06",
        ",a b,c-d",
        "[a-z]+(?:,[a-z]+)*",
        "utf8|latin1",
        "-1--1",
    ];
    let tokens = [
        "-", ",", "e+", "(", ")*", "{1000}", "\\", "[^", "1e309", "true",
    ];
    fuzz_text(&seeds, &tokens, |text| {
        for kind in [
            "Integer",
            "Numeric",
            "Boolean",
            "Enumeration",
            "Set",
            "String",
            "Novelty",
        ] {
            let allowed = AllowedValues::parse(Some(kind), Some(text));
            let _ = (
                allowed.allows("on"),
                allowed.allows("-1"),
                allowed.describe(),
                allowed.values().len(),
            );
        }
    });
}
