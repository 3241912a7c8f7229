//! Fuzz tests of the parsers with mutated text. `damaged_answers` mutates answers and whole recordings, from the folder
//! to the report. Nothing must panic, and the results must be consistent.
//!
//! `FLEXREADY_FUZZ` sets the number of runs per parser, and `FLEXREADY_FUZZ_RECORDINGS` the number of recordings.
//! The defaults are small. The runs are reproducible, because the seed of a run is its number.

mod bodies;

use std::path::Path;

use fastrand::Rng;
use flexready::checks;
use flexready::facts::allowed::Allowed;
use flexready::inputs::postgres::conninfo::Access;
use flexready::plan::file::Plan;
use flexready::plan::{ResourceId, ServerId};

fn runs(variable: &str, few: u64) -> u64 {
    let asked = std::env::var(variable).ok();
    asked.map_or(few, |count| count.parse().expect("a number of runs"))
}

/// Mutates one of the seeds: deletes or repeats a part, inserts one of `tokens` or mixes in another seed.
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
fn mutated_connection_strings_never_panic() {
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
fn mutated_ids_are_safe_in_urls() {
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
fn mutated_plan_files_never_panic() {
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
