//! Benchmarks of the whole program: `cargo bench` prints one table.
//!
//! Each row compares a measurement with its floor in the same run. Both are medians of interleaved repetitions, so that
//! load on the machine affects both. A slow result never fails: limits are part of the table, and tests assert counts.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod fleet_audit;
mod large_source;
mod measure;
mod report_formats;
#[path = "../suite/support/mod.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod support;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use measure::{BenchRow, instructions, interleaved_medians, peak_memory_mb};
use support::arm::ArmEndpoint;
use support::healthy_target::{TARGET, healthy_arm_endpoint};

const LATENCY: Duration = Duration::from_millis(30);

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flexready"));
    command.env_clear().env("COLUMNS", "100");
    command
}

fn replay_command() -> Command {
    let recording = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recordings/blocked");
    let mut command = program();
    command.arg("check").arg("--from").arg(recording);
    command
}

/// Returns the report of `replay_command` as JSON.
fn report_json() -> Vec<u8> {
    let mut command = replay_command();
    command.args(["--format", "json"]);
    command.output().unwrap().stdout
}

fn version_command() -> Command {
    let mut command = program();
    command.arg("--version");
    command
}

fn empty_command() -> Command {
    Command::new("true")
}

/// Starts the healthy scenario with a latency of 30 ms for each request.
fn healthy_endpoint() -> ArmEndpoint {
    let endpoint = healthy_arm_endpoint();
    endpoint.set_latency(LATENCY);
    endpoint
}

fn target_command(endpoint: &ArmEndpoint) -> Command {
    let mut command = program();
    command.args(["check", "--only", "target", "--target", TARGET]);
    command
        .env("FLEXREADY_ARM_ENDPOINT", endpoint.url())
        .env("FLEXREADY_ACCESS_TOKEN", "bench.token");
    command
}

/// All benchmarks. Arguments select some of them: `cargo bench --bench bench -- fleet`.
const BENCHMARKS: [(&str, fn()); 4] = [
    ("one", print_single_runs),
    ("findings", || report_formats::print_rows(&report_json())),
    ("scale", large_source::print_rows),
    ("fleet", fleet_audit::print_rows),
];

fn main() {
    println!(
        "{:<36} {:>10} {:>10} {:>7}  limit",
        "what", "median ms", "floor ms", "ratio"
    );
    // Cargo adds `--bench`.
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let asked: Vec<&String> = asked.iter().filter(|a| !a.starts_with("--")).collect();
    for (name, measure) in BENCHMARKS {
        if asked.is_empty() || asked.iter().any(|a| *a == name) {
            measure();
        }
    }
}

/// Measures the smallest runs: start, replay, and one live target.
fn print_single_runs() {
    let endpoint = healthy_endpoint();
    let live = || target_command(&endpoint);
    for row in [
        BenchRow::new(
            "start: --version",
            "true",
            interleaved_medians(40, empty_command, version_command),
            "10 ms over",
        ),
        BenchRow::new(
            "replay: blocked",
            "true",
            interleaved_medians(40, empty_command, replay_command),
            "30 ms over",
        ),
        BenchRow::new(
            "one live target, 30 ms a request",
            "one round",
            interleaved_medians(10, || sleep_command(LATENCY), live),
            "3 rounds + set-up",
        ),
    ] {
        println!("{row}");
    }
    let binary = std::fs::metadata(env!("CARGO_BIN_EXE_flexready")).unwrap();
    print_size("binary", binary.len() as f64 / 1e6, 12);
    print_size("peak memory: replay", peak_memory_mb(replay_command()), 50);
    print_size("peak memory: one live target", peak_memory_mb(live()), 50);
    for (name, command) in [
        ("instructions: --version", version_command()),
        ("instructions: replay", replay_command()),
    ] {
        match instructions(command) {
            Some(count) => println!("{name:<36} {:>10.1} million", count as f64 / 1e6),
            None => println!("{name:<36}        not counted: valgrind is not installed"),
        }
    }
}

fn print_size(what: &str, mb: f64, limit: u32) {
    println!("{what:<36} {mb:>10.1} MB            limit {limit} MB");
}

/// A floor that only waits.
fn sleep_command(time: Duration) -> Command {
    let mut command = Command::new("sleep");
    command.arg(time.as_secs_f64().to_string());
    command
}
