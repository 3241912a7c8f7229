//! Transient faults are retried. Permanent faults are not.

use std::time::{Duration, Instant};

use flexready::backend::arm::ArmBackend;
use flexready::question::FailureKind;
use serde_json::json;

use super::{SERVER_PATH, arm_backend, ask_arm, expect_body, expect_failure, test_options};
use crate::support::arm::{ArmEndpoint, Reply};

fn success_reply() -> Reply {
    Reply::json(json!({"id": SERVER_PATH}))
}

#[tokio::test]
async fn transient_faults_are_retried() {
    for status in [408, 429, 500, 502, 503, 504] {
        let endpoint = ArmEndpoint::start();
        let fault = Reply::error(status, "Passing", "wait a little");
        endpoint.route_sequence(SERVER_PATH, [fault.clone(), fault, success_reply()]);
        expect_body(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
        assert_eq!(endpoint.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn permanent_faults_are_not_retried() {
    for status in [400, 403, 404, 409, 410, 301, 204] {
        let endpoint = ArmEndpoint::start();
        endpoint.route(SERVER_PATH, Reply::error(status, "Lasting", "no"));
        expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
        assert_eq!(endpoint.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_request_fails_after_five_attempts() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER_PATH, Reply::error(503, "ServerBusy", "Try later."));
    let refusal = expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(endpoint.requests().len(), 5);
    assert_eq!(refusal.to_string(), "503 ServerBusy: Try later.");
    assert_eq!(refusal.kind, FailureKind::Server);
}

#[tokio::test]
async fn retry_after_is_respected() {
    let endpoint = ArmEndpoint::start();
    endpoint.route_sequence(SERVER_PATH, [Reply::throttled(1), success_reply()]);
    expect_body(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    let seen = endpoint.requests();
    assert_eq!(seen.len(), 2);
    assert!(seen[1].received_at - seen[0].received_at >= Duration::from_secs(1));
}

#[tokio::test]
async fn retry_after_in_milliseconds_takes_precedence() {
    let endpoint = ArmEndpoint::start();
    let fault = Reply::throttled(30).with_header("x-ms-retry-after-ms", "20");
    endpoint.route_sequence(SERVER_PATH, [fault, success_reply()]);
    expect_body(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn a_retry_after_beyond_the_timeout_fails_immediately() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER_PATH, Reply::throttled(3_600));
    let arm = arm_backend(&endpoint);
    let started = Instant::now();
    let refusal = expect_failure(ask_arm(&arm, SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Busy);
    assert_eq!(refusal.status.as_deref(), Some("429"));
    assert!(refusal.message.contains("to wait 3600 s"), "{refusal}");
    assert!(refusal.message.contains("`--timeout`"), "{refusal}");
    // Other requests to the same subscription are not sent either.
    let sibling = format!("{SERVER_PATH}/databases");
    assert_eq!(
        expect_failure(ask_arm(&arm, &sibling).await).kind,
        FailureKind::Busy
    );
    assert_eq!(endpoint.requests().len(), 1);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_broken_connection_is_retried() {
    let endpoint = ArmEndpoint::start();
    endpoint.route_sequence(
        SERVER_PATH,
        [
            success_reply().truncated_after(5),
            success_reply().truncated_after(0),
            success_reply(),
        ],
    );
    expect_body(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(endpoint.requests().len(), 3);
}

#[tokio::test]
async fn a_truncated_response_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER_PATH, success_reply().truncated_after(5));
    let refusal = expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Unreachable);
    assert!(refusal.message.contains("broke off"), "{refusal}");
}

#[tokio::test]
async fn a_slow_response_times_out() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(
        SERVER_PATH,
        success_reply().with_pauses(Duration::from_secs(5)),
    );
    let mut options = test_options(&endpoint);
    options.limits.request_timeout = Duration::from_millis(100);
    options.limits.max_tries = 2;
    let refusal = expect_failure(ask_arm(&ArmBackend::new(options).unwrap(), SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Timeout);
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn requests_end_with_the_timeout_of_the_run() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(
        SERVER_PATH,
        success_reply().with_delay(Duration::from_secs(20)),
    );
    let mut options = test_options(&endpoint);
    options.timeout = Duration::from_millis(200);
    let arm = ArmBackend::new(options).unwrap();
    let started = Instant::now();
    let refusal = expect_failure(ask_arm(&arm, SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Timeout);
    assert!(refusal.message.contains("--timeout"), "{refusal}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let endpoint = ArmEndpoint::start();
    let arm = arm_backend(&endpoint);
    drop(endpoint);
    let refusal = expect_failure(ask_arm(&arm, SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Unreachable);
    assert!(refusal.message.contains("no connection"), "{refusal}");
}
