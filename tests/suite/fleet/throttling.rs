//! Number and rate of requests, and transient faults that do not change the result.

use std::time::Duration;

use super::{REQUESTS_PER_SERVER, expected_verdicts, join_args, subscription_args, verdicts};
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::fleet::fleet_endpoint;
use crate::support::program::run_with_arm;

fn count_requests(arm: &ArmEndpoint, path: &str) -> usize {
    arm.requests()
        .iter()
        .filter(|s| s.path.to_lowercase().contains(path))
        .count()
}

#[test]
fn a_throttled_fleet_loses_no_server_and_rarely_gets_429() {
    let (subscriptions, servers) = (3, 60);
    let arm = fleet_endpoint(subscriptions, servers, 1000);
    arm.throttle(250.0, 25.0);
    arm.set_latency(Duration::from_millis(30));
    let within = subscription_args(subscriptions);
    let ran = run_with_arm(
        &arm,
        &join_args(&["-v", "audit", "--format", "json"], &within),
        &[],
    );
    assert_eq!(
        verdicts(&ran.json()),
        expected_verdicts(subscriptions, servers),
        "{}",
        ran.stderr
    );
    let all = subscriptions * servers;
    let sent = arm.requests().len();
    let refused = arm.refused();
    assert!(refused * 100 <= sent, "{refused} of {sent} answered 429");
    let own = count_requests(&arm, "/flexibleservers/");
    assert_eq!(
        own - refused,
        all * REQUESTS_PER_SERVER,
        "own requests of {all} servers"
    );
    for shared in [
        "/capabilities",
        "/networksecuritygroups/",
        "/virtualnetworks/vnet-prod",
    ] {
        assert_eq!(
            count_requests(&arm, shared),
            subscriptions,
            "{shared} is asked once"
        );
    }
    assert!(arm.peak_in_flight() <= 16);
}

#[test]
fn one_transient_fault_in_ten_does_not_change_a_verdict() {
    let arm = fleet_endpoint(2, 10, 1000);
    let soon = |reply: Reply| reply.with_header("x-ms-retry-after-ms", "5");
    let faults = vec![
        soon(Reply::error(429, "TooManyRequests", "Slow down.")),
        soon(Reply::text(503, "text/html", "<html>busy</html>")),
    ];
    arm.inject_faults(10, faults);
    let within = subscription_args(2);
    let ran = run_with_arm(
        &arm,
        &join_args(&["audit", "--format", "json"], &within),
        &[],
    );
    assert_eq!(
        verdicts(&ran.json()),
        expected_verdicts(2, 10),
        "{}",
        ran.stderr
    );
}

#[test]
fn resource_graph_is_abandoned_after_five_attempts() {
    let arm = fleet_endpoint(1, 1, 1000);
    let graph = "/providers/Microsoft.ResourceGraph/resources";
    let busy = || Reply::error(503, "ServerBusy", "no").with_header("x-ms-retry-after-ms", "5");
    arm.route(graph, busy());
    let within = subscription_args(1);
    let ran = run_with_arm(
        &arm,
        &join_args(&["audit", "--format", "json"], &within),
        &[],
    );
    assert_eq!(
        (arm.request_count(graph), ran.code),
        (5, 1),
        "then the list of ARM serves"
    );
}

#[test]
fn ndjson_has_one_complete_line_per_server() {
    let arm = fleet_endpoint(1, 5, 1000);
    let within = subscription_args(1);
    let ran = run_with_arm(
        &arm,
        &join_args(&["audit", "--format", "ndjson"], &within),
        &[],
    );
    let lines: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!((lines.len(), ran.code), (6, 1));
    let (of_fleet, lines) = lines.split_last().unwrap();
    assert_eq!(
        (&of_fleet["fleet"]["found"], &of_fleet["exit_code"]),
        (&5.into(), &1.into())
    );
    assert!(of_fleet["migrations"].is_null() && of_fleet["verdict"] == "not_ready");
    for line in lines {
        assert!(line["checks"].as_array().is_some_and(|c| c.len() > 20));
        assert!(line["tool"]["version"].is_string());
    }
}
