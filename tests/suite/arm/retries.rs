//! Transient faults are retried. Permanent faults are not.

use std::time::{Duration, Instant};

use flexready::inputs::arm::Arm;
use flexready::question::RefusalKind;
use serde_json::json;

use super::{SERVER, arm, ask, given, options, refused};
use crate::support::arm::{ArmEndpoint, Reply};

fn good() -> Reply {
    Reply::json(json!({"id": SERVER}))
}

#[tokio::test]
async fn transient_faults_are_retried() {
    for status in [408, 429, 500, 502, 503, 504] {
        let endpoint = ArmEndpoint::start();
        let fault = Reply::error(status, "Passing", "wait a little");
        endpoint.sequence(SERVER, [fault.clone(), fault, good()]);
        given(ask(&arm(&endpoint), SERVER).await);
        assert_eq!(endpoint.seen().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn permanent_faults_are_not_retried() {
    for status in [400, 403, 404, 409, 410, 301, 204] {
        let endpoint = ArmEndpoint::start();
        endpoint.route(SERVER, Reply::error(status, "Lasting", "no"));
        refused(ask(&arm(&endpoint), SERVER).await);
        assert_eq!(endpoint.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_request_fails_after_five_attempts() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER, Reply::error(503, "ServerBusy", "Try later."));
    let refusal = refused(ask(&arm(&endpoint), SERVER).await);
    assert_eq!(endpoint.seen().len(), 5);
    assert_eq!(refusal.to_string(), "503 ServerBusy: Try later.");
    assert_eq!(refusal.kind, RefusalKind::Server);
}

#[tokio::test]
async fn retry_after_is_respected() {
    let endpoint = ArmEndpoint::start();
    endpoint.sequence(SERVER, [Reply::busy(1), good()]);
    given(ask(&arm(&endpoint), SERVER).await);
    let seen = endpoint.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1));
}

#[tokio::test]
async fn retry_after_in_milliseconds_takes_precedence() {
    let endpoint = ArmEndpoint::start();
    let fault = Reply::busy(30).header("x-ms-retry-after-ms", "20");
    endpoint.sequence(SERVER, [fault, good()]);
    given(ask(&arm(&endpoint), SERVER).await);
    assert_eq!(endpoint.seen().len(), 2);
}

#[tokio::test]
async fn a_retry_after_beyond_the_timeout_fails_immediately() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER, Reply::busy(3_600));
    let arm = arm(&endpoint);
    let started = Instant::now();
    let refusal = refused(ask(&arm, SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Busy);
    assert_eq!(refusal.status.as_deref(), Some("429"));
    assert!(refusal.message.contains("to wait 3600 s"), "{refusal}");
    assert!(refusal.message.contains("`--timeout`"), "{refusal}");
    // Other requests to the same subscription are not sent either.
    let sibling = format!("{SERVER}/databases");
    assert_eq!(refused(ask(&arm, &sibling).await).kind, RefusalKind::Busy);
    assert_eq!(endpoint.seen().len(), 1);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_broken_connection_is_retried() {
    let endpoint = ArmEndpoint::start();
    endpoint.sequence(SERVER, [good().cut_after(5), good().cut_after(0), good()]);
    given(ask(&arm(&endpoint), SERVER).await);
    assert_eq!(endpoint.seen().len(), 3);
}

#[tokio::test]
async fn a_truncated_response_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER, good().cut_after(5));
    let refusal = refused(ask(&arm(&endpoint), SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Unreachable);
    assert!(refusal.message.contains("broke off"), "{refusal}");
}

#[tokio::test]
async fn a_slow_response_times_out() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER, good().trickled(Duration::from_secs(5)));
    let mut options = options(&endpoint);
    options.limits.request = Duration::from_millis(100);
    options.limits.tries = 2;
    let refusal = refused(ask(&Arm::new(options).unwrap(), SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Timeout);
    assert_eq!(endpoint.seen().len(), 2);
}

#[tokio::test]
async fn requests_end_with_the_timeout_of_the_run() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER, good().delayed(Duration::from_secs(20)));
    let mut options = options(&endpoint);
    options.timeout = Duration::from_millis(200);
    let arm = Arm::new(options).unwrap();
    let started = Instant::now();
    let refusal = refused(ask(&arm, SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Timeout);
    assert!(refusal.message.contains("--timeout"), "{refusal}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let endpoint = ArmEndpoint::start();
    let arm = arm(&endpoint);
    drop(endpoint);
    let refusal = refused(ask(&arm, SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Unreachable);
    assert!(refusal.message.contains("no connection"), "{refusal}");
}
