//! Fleet audits, compared to a plain loop over the same requests without throttling, and to the rate limit with
//! throttling.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::measure::{BenchRow, peak_memory_mb};
use crate::support::arm::ArmEndpoint;
use crate::support::fleet::{fleet_endpoint, subscription_id};
use crate::{LATENCY, program};

const SUBSCRIPTIONS: usize = 3;
const BURST: f64 = 250.0;
const PER_SECOND: f64 = 25.0;
/// Concurrent requests of the program and of the plain loop.
const CONNECTIONS: usize = 16;

fn audit_command(endpoint: &ArmEndpoint, format: &str) -> Command {
    let mut command = program();
    command.args(["audit", "--format", format]);
    for number in 0..SUBSCRIPTIONS {
        command.args(["--subscription", &subscription_id(number)]);
    }
    command
        .env("FLEXREADY_ARM_ENDPOINT", endpoint.url())
        .env("FLEXREADY_ACCESS_TOKEN", "bench.token");
    command
}

/// Prints the rows of this benchmark.
pub fn print_rows() {
    println!("{}", measure_unthrottled());
    measure_throttled();
}

/// Audits 51 servers, few enough to stay below the rate limit.
fn measure_unthrottled() -> BenchRow {
    let (mut floors, mut measured) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let endpoint = fleet_endpoint(SUBSCRIPTIONS, 17, 1000);
        endpoint.set_latency(LATENCY);
        let start = Instant::now();
        audit_command(&endpoint, "json").output().unwrap();
        measured.push(start.elapsed());
        let asked = endpoint.requests();
        let gets = asked.iter().filter(|seen| seen.method == "GET");
        let gets = gets.map(|seen| format!("{}{}?{}", endpoint.url(), seen.path, seen.query));
        floors.push(fetch_all(gets.collect()));
    }
    let middle = |mut all: Vec<Duration>| {
        all.sort();
        all[all.len() / 2]
    };
    BenchRow::new(
        "audit: 51 servers, bucket not spent",
        "the same GETs",
        (middle(floors), middle(measured)),
        "1.5 x",
    )
}

/// Fetches the URLs with concurrent requests and discards the answers.
fn fetch_all(urls: Vec<String>) -> Duration {
    // The second call returns an error because a provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (urls, next) = (Arc::new(urls), Arc::new(AtomicUsize::new(0)));
    let start = Instant::now();
    runtime.block_on(async {
        let loops = (0..CONNECTIONS).map(|_| {
            let (urls, next) = (Arc::clone(&urls), Arc::clone(&next));
            let client = reqwest::Client::builder()
                .no_proxy()
                .gzip(true)
                .build()
                .unwrap();
            tokio::spawn(async move {
                while let Some(url) = urls.get(next.fetch_add(1, Ordering::Relaxed)) {
                    client.get(url).send().await.unwrap().bytes().await.unwrap();
                }
            })
        });
        for running in loops.collect::<Vec<_>>() {
            running.await.unwrap();
        }
    });
    start.elapsed()
}

/// Audits 1,002 servers. The rate limit determines the time, and memory must stay constant.
fn measure_throttled() {
    let endpoint = fleet_endpoint(SUBSCRIPTIONS, 334, 1000);
    endpoint.set_latency(LATENCY);
    endpoint.throttle(BURST, PER_SECOND);
    let start = Instant::now();
    let peak = peak_memory_mb(audit_command(&endpoint, "json"));
    let took = start.elapsed();
    let seen = endpoint.requests();
    let of = |number: usize| {
        let id = subscription_id(number);
        seen.iter()
            .filter(|s| s.subscription().as_deref() == Some(&id))
            .count()
    };
    let most = (0..SUBSCRIPTIONS).map(of).max().unwrap_or_default() - endpoint.refused();
    let floor = Duration::from_secs_f64((most as f64 - BURST) / PER_SECOND);
    let row = BenchRow::new(
        "audit: 1,002 servers, throttled",
        "what the buckets allow",
        (floor, took),
        "1.1 x",
    );
    println!("{row}");
    let servers = SUBSCRIPTIONS * 334;
    println!(
        "{:<36} {peak:>10.1} MB            limit 120 MB",
        "peak memory: 1,002 servers as json"
    );
    println!(
        "{:<36} {:>10.2}               at most 1 % of them answered 429: {}",
        "requests a server, 1,002 servers",
        seen.len() as f64 / servers as f64,
        endpoint.refused()
    );
}
