//! Lists in pages: either a complete list or a failure.

use flexready::inputs::arm::{Arm, Limits};
use flexready::question::{Refusal, RefusalKind};
use serde_json::{Value, json};

use super::{SERVER, arm, ask, given, options, refused};
use crate::support::arm::{ArmEndpoint, Reply};

fn page(items: &[u32], next: Value) -> Reply {
    Reply::json(json!({"value": items, "count": 7, "nextLink": next}))
}

/// Asks for a list whose first page has this `nextLink`, and returns the failure.
async fn with_next(endpoint: &ArmEndpoint, next: Value) -> Refusal {
    endpoint.route(SERVER, page(&[1], next));
    refused(ask(&arm(endpoint), SERVER).await)
}

#[tokio::test]
async fn pages_are_merged_into_one_list() {
    let endpoint = ArmEndpoint::start();
    let next = format!(
        "{}/next?api-version=2020-01-01&$skiptoken=a%2Fb",
        endpoint.url()
    );
    endpoint.route(SERVER, page(&[1, 2], json!(next)));
    endpoint.route(
        "/next",
        page(&[3], json!(format!("{}/last?page=3", endpoint.url()))),
    );
    endpoint.route("/last", page(&[4], json!("")));
    let answer = given(ask(&arm(&endpoint), SERVER).await);
    assert_eq!(answer.json, json!({"value": [1, 2, 3, 4], "count": 7}));
    assert_eq!(answer.api_version, None);
    let seen = endpoint.seen();
    assert_eq!(seen[0].query, "api-version=2025-08-01");
    assert_eq!(seen[1].query, "api-version=2020-01-01&$skiptoken=a%2Fb");
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn an_empty_next_link_ends_the_list() {
    let endpoint = ArmEndpoint::start();
    let arm = arm(&endpoint);
    for next in [json!(null), json!("")] {
        endpoint.route(SERVER, page(&[1], next));
        let answer = given(ask(&arm, SERVER).await);
        assert_eq!(answer.json, json!({"value": [1], "count": 7}));
    }
    endpoint.route(SERVER, Reply::json(json!({"value": []})));
    assert_eq!(given(ask(&arm, SERVER).await).json, json!({"value": []}));
}

#[tokio::test]
async fn other_bodies_are_returned_unchanged() {
    let endpoint = ArmEndpoint::start();
    let arm = arm(&endpoint);
    for body in [
        json!({}),
        json!([]),
        json!("text"),
        json!({"name": "db", "properties": {"nextLink": "x"}}),
    ] {
        endpoint.route(SERVER, Reply::json(body.clone()));
        assert_eq!(given(ask(&arm, SERVER).await).json, body);
    }
}

#[tokio::test]
async fn a_cycle_of_next_links_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    let link = format!("{}{SERVER}?api-version=2025-08-01", endpoint.url());
    let refusal = with_next(&endpoint, json!(link)).await;
    assert_eq!(refusal.kind, RefusalKind::Malformed);
    assert!(refusal.message.contains("circle"), "{refusal}");
    assert_eq!(endpoint.seen().len(), 1);
}

#[tokio::test]
async fn an_endless_list_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    let base = endpoint.url();
    let mut n = 0;
    endpoint.route_with(SERVER, move |_| {
        n += 1;
        page(&[n], json!(format!("{base}{SERVER}?page={n}")))
    });
    let mut options = options(&endpoint);
    options.limits = Limits {
        pages: 20,
        ..options.limits
    };
    let refusal = refused(ask(&Arm::new(options).unwrap(), SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Malformed);
    assert_eq!(endpoint.seen().len(), 20);
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
        let refusal = with_next(&endpoint, json!(link)).await;
        assert_eq!(refusal.kind, RefusalKind::Malformed, "{link}");
        assert!(
            refusal.message.contains("token must not go there"),
            "{refusal}"
        );
    }
    for link in [json!("/relative"), json!(17)] {
        assert_eq!(
            with_next(&endpoint, link).await.kind,
            RefusalKind::Malformed
        );
    }
    assert_eq!(endpoint.count("/next"), 0);
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn a_failed_page_fails_the_whole_list() {
    let endpoint = ArmEndpoint::start();
    let next = json!(format!("{}/next", endpoint.url()));
    let failing = [
        (
            Reply::error(403, "AuthorizationFailed", "no"),
            RefusalKind::Forbidden,
        ),
        (Reply::not_found(), RefusalKind::NotFound),
        (Reply::json(json!({})), RefusalKind::Malformed),
        (Reply::json(json!({"value": null})), RefusalKind::Malformed),
        (
            Reply::json(json!({"error": {"code": "X", "message": "m"}})),
            RefusalKind::Server,
        ),
        (
            Reply::text(200, "text/html", "<html>"),
            RefusalKind::Malformed,
        ),
    ];
    for (reply, kind) in failing {
        endpoint.route("/next", reply);
        assert_eq!(with_next(&endpoint, next.clone()).await.kind, kind);
    }
}

#[tokio::test]
async fn a_next_link_without_a_list_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    let link = format!("{}/next", endpoint.url());
    endpoint.route(SERVER, Reply::json(json!({"nextLink": link})));
    let refusal = refused(ask(&arm(&endpoint), SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Malformed);
}

#[tokio::test]
async fn a_response_over_the_size_limit_is_a_failure() {
    let endpoint = ArmEndpoint::start();
    // The compressed body is small: the limit applies to the decompressed size.
    let next = json!(format!("{}/next", endpoint.url()));
    endpoint.route(
        SERVER,
        Reply::json(json!({"value": ["x".repeat(600)], "nextLink": next})),
    );
    endpoint.route("/next", Reply::json(json!({"value": ["x".repeat(600)]})));
    let mut options = options(&endpoint);
    options.limits.answer_bytes = 1_000;
    let refusal = refused(ask(&Arm::new(options).unwrap(), SERVER).await);
    assert_eq!(refusal.kind, RefusalKind::Malformed);
    assert!(refusal.message.contains("larger"), "{refusal}");
}
