//! Lists in pages: either a complete list or a failure.

use flexready::backend::arm::{ArmBackend, ArmLimits};
use flexready::question::{Failure, FailureKind};
use serde_json::{Value, json};

use super::{SERVER_PATH, arm_backend, ask_arm, expect_body, expect_failure, test_options};
use crate::support::arm::{ArmEndpoint, Reply};

fn list_page(items: &[u32], next: Value) -> Reply {
    Reply::json(json!({"value": items, "count": 7, "nextLink": next}))
}

/// Asks for a list whose first page has this `nextLink`, and returns the failure.
async fn failure_with_next_link(endpoint: &ArmEndpoint, next: Value) -> Failure {
    endpoint.route(SERVER_PATH, list_page(&[1], next));
    expect_failure(ask_arm(&arm_backend(endpoint), SERVER_PATH).await)
}

#[tokio::test]
async fn pages_are_merged_into_one_list() {
    let endpoint = ArmEndpoint::start();
    let next = format!(
        "{}/next?api-version=2020-01-01&$skiptoken=a%2Fb",
        endpoint.url()
    );
    endpoint.route(SERVER_PATH, list_page(&[1, 2], json!(next)));
    endpoint.route(
        "/next",
        list_page(&[3], json!(format!("{}/last?page=3", endpoint.url()))),
    );
    endpoint.route("/last", list_page(&[4], json!("")));
    let answer = expect_body(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(answer.json, json!({"value": [1, 2, 3, 4], "count": 7}));
    assert_eq!(answer.api_version, None);
    let seen = endpoint.requests();
    assert_eq!(seen[0].query, "api-version=2025-08-01");
    assert_eq!(seen[1].query, "api-version=2020-01-01&$skiptoken=a%2Fb");
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn an_empty_next_link_ends_the_list() {
    let endpoint = ArmEndpoint::start();
    let arm = arm_backend(&endpoint);
    for next in [json!(null), json!("")] {
        endpoint.route(SERVER_PATH, list_page(&[1], next));
        let answer = expect_body(ask_arm(&arm, SERVER_PATH).await);
        assert_eq!(answer.json, json!({"value": [1], "count": 7}));
    }
    endpoint.route(SERVER_PATH, Reply::json(json!({"value": []})));
    assert_eq!(
        expect_body(ask_arm(&arm, SERVER_PATH).await).json,
        json!({"value": []})
    );
}

#[tokio::test]
async fn other_bodies_are_returned_unchanged() {
    let endpoint = ArmEndpoint::start();
    let arm = arm_backend(&endpoint);
    for body in [
        json!({}),
        json!([]),
        json!("text"),
        json!({"name": "db", "properties": {"nextLink": "x"}}),
    ] {
        endpoint.route(SERVER_PATH, Reply::json(body.clone()));
        assert_eq!(expect_body(ask_arm(&arm, SERVER_PATH).await).json, body);
    }
}

#[tokio::test]
async fn a_cycle_of_next_links_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    let link = format!("{}{SERVER_PATH}?api-version=2025-08-01", endpoint.url());
    let refusal = failure_with_next_link(&endpoint, json!(link)).await;
    assert_eq!(refusal.kind, FailureKind::Malformed);
    assert!(refusal.message.contains("circle"), "{refusal}");
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn an_endless_list_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    let base = endpoint.url();
    let mut n = 0;
    endpoint.route_with(SERVER_PATH, move |_| {
        n += 1;
        list_page(&[n], json!(format!("{base}{SERVER_PATH}?page={n}")))
    });
    let mut options = test_options(&endpoint);
    options.limits = ArmLimits {
        max_pages: 20,
        ..options.limits
    };
    let refusal = expect_failure(ask_arm(&ArmBackend::new(options).unwrap(), SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Malformed);
    assert_eq!(endpoint.requests().len(), 20);
}

#[tokio::test]
async fn a_next_link_to_another_host_is_not_followed() {
    let endpoint = ArmEndpoint::start();
    let other = ArmEndpoint::start();
    let elsewhere = [
        format!("{}/next", other.url()),
        format!("{}/next", endpoint.url().replace("http", "https")),
        endpoint.url().replace("http://", "http://user@") + "/next",
        endpoint.url().replace("127.0.0.1", "localhost") + "/next",
    ];
    for link in elsewhere {
        let refusal = failure_with_next_link(&endpoint, json!(link)).await;
        assert_eq!(refusal.kind, FailureKind::Malformed, "{link}");
        assert!(
            refusal.message.contains("token must not go there"),
            "{refusal}"
        );
    }
    for link in [json!("/relative"), json!(17)] {
        assert_eq!(
            failure_with_next_link(&endpoint, link).await.kind,
            FailureKind::Malformed
        );
    }
    assert_eq!(endpoint.request_count("/next"), 0);
    assert_eq!(other.requests().len(), 0);
}

#[tokio::test]
async fn a_failed_page_fails_the_whole_list() {
    let endpoint = ArmEndpoint::start();
    let next = json!(format!("{}/next", endpoint.url()));
    let failing = [
        (
            Reply::error(403, "AuthorizationFailed", "no"),
            FailureKind::Forbidden,
        ),
        (Reply::not_found(), FailureKind::NotFound),
        (Reply::json(json!({})), FailureKind::Malformed),
        (Reply::json(json!({"value": null})), FailureKind::Malformed),
        (
            Reply::json(json!({"error": {"code": "X", "message": "m"}})),
            FailureKind::Server,
        ),
        (
            Reply::text(200, "text/html", "<html>"),
            FailureKind::Malformed,
        ),
    ];
    for (reply, kind) in failing {
        endpoint.route("/next", reply);
        assert_eq!(
            failure_with_next_link(&endpoint, next.clone()).await.kind,
            kind
        );
    }
}

#[tokio::test]
async fn a_next_link_without_a_list_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    let link = format!("{}/next", endpoint.url());
    endpoint.route(SERVER_PATH, Reply::json(json!({"nextLink": link})));
    let refusal = expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Malformed);
}

#[tokio::test]
async fn a_response_over_the_size_limit_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    // The compressed body is small: the limit applies to the decompressed size.
    let next = json!(format!("{}/next", endpoint.url()));
    endpoint.route(
        SERVER_PATH,
        Reply::json(json!({"value": ["x".repeat(600)], "nextLink": next})),
    );
    endpoint.route("/next", Reply::json(json!({"value": ["x".repeat(600)]})));
    let mut options = test_options(&endpoint);
    options.limits.max_answer_bytes = 1_000;
    let refusal = expect_failure(ask_arm(&ArmBackend::new(options).unwrap(), SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Malformed);
    assert!(refusal.message.contains("larger"), "{refusal}");
}
