//! Failures of ARM requests: their kind, the message from ARM, and the advice.

use flexready::question::{Failure, FailureKind};
use serde_json::json;

use super::{SERVER_PATH, arm_backend, ask_arm, expect_body, expect_failure};
use crate::support::arm::{ArmEndpoint, Reply};

async fn failure_for(reply: Reply) -> Failure {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER_PATH, reply);
    expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await)
}

#[track_caller]
fn assert_failure(refusal: &Failure, kind: FailureKind, text: &str) {
    assert_eq!(refusal.kind, kind, "{refusal}");
    assert_eq!(refusal.to_string(), text);
}

#[tokio::test]
async fn a_resource_that_does_not_exist_is_not_found() {
    let words = "The Resource 'x' under resource group 'rg' was not found.";
    let found = failure_for(Reply::error(404, "ResourceNotFound", words)).await;
    let text = "404 ResourceNotFound: The Resource 'x' under resource group 'rg' was not found; check the resource id";
    assert_failure(&found, FailureKind::NotFound, text);

    let found = failure_for(Reply::error(404, "SubscriptionNotFound", "Not found.")).await;
    let text = "404 SubscriptionNotFound: Not found; check the subscription's id, and whether `access-token` signs in to its tenant";
    assert_failure(&found, FailureKind::NotFound, text);
}

#[tokio::test]
async fn a_404_without_an_arm_body_is_malformed() {
    let found = failure_for(Reply::text(404, "text/html", "<h1>Not Found</h1>")).await;
    let text = "404: HTTP 404 with a body that is not JSON; something else than Azure Resource Manager seems to answer \
                at `127.0.0.1`: check the proxy and FLEXREADY_ARM_ENDPOINT";
    assert_failure(&found, FailureKind::Malformed, text);
}

#[tokio::test]
async fn a_missing_permission_is_forbidden() {
    let action = "Microsoft.DBforPostgreSQL/flexibleServers/read";
    let words = format!(
        "The client 'a' with object id 'b' does not have authorization to perform action '{action}' over scope '/x'."
    );
    let found = failure_for(Reply::error(403, "AuthorizationFailed", &words)).await;
    let text = format!(
        "403 AuthorizationFailed: {}; grant the role Reader (the missing action is `{action}`): `az role assignment create \
         --role Reader --assignee <identity> --scope /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg`",
        words.trim_end_matches('.')
    );
    assert_failure(&found, FailureKind::Forbidden, &text);

    let found = failure_for(Reply::error(403, "RequestDisallowedByAzure", "No.")).await;
    assert_failure(
        &found,
        FailureKind::Forbidden,
        "403 RequestDisallowedByAzure: No.",
    );
}

#[tokio::test]
async fn an_invalid_token_is_unauthenticated() {
    let words = "The access token expiry UTC time is earlier than current UTC time.";
    let found = failure_for(Reply::error(401, "ExpiredAuthenticationToken", words)).await;
    assert_eq!(found.kind, FailureKind::Unauthenticated);
    assert!(
        found.message.contains("az account get-access-token"),
        "{found}"
    );
    assert!(found.message.contains("FLEXREADY_ACCESS_TOKEN"), "{found}");

    let found = failure_for(Reply::error(
        401,
        "InvalidAuthenticationTokenTenant",
        "Wrong issuer.",
    ))
    .await;
    assert!(found.message.contains("another tenant"), "{found}");
}

#[tokio::test]
async fn server_errors_are_reported() {
    let html = "<html><body>Our services aren't available right now</body></html>";
    let found = failure_for(Reply::text(503, "text/html", html)).await;
    assert_failure(
        &found,
        FailureKind::Server,
        "503: HTTP 503 with a body that is not JSON",
    );

    let found =
        failure_for(Reply::json(json!({"Message": "An error has occurred."})).status(500)).await;
    assert_failure(&found, FailureKind::Server, "500: An error has occurred.");

    let found = failure_for(Reply::text(502, "text/plain", "")).await;
    assert_failure(
        &found,
        FailureKind::Server,
        "502: HTTP 502 with an empty body",
    );
}

#[tokio::test]
async fn an_error_body_with_status_200_is_a_failure() {
    let failed =
        json!({"name": "x", "status": "Failed", "error": {"code": "", "message": "Not possible."}});
    let found = failure_for(Reply::json(failed)).await;
    assert_failure(&found, FailureKind::Server, "200: Not possible.");

    let found = failure_for(Reply::text(200, "text/html", "<html>Sign in</html>")).await;
    assert_eq!(found.kind, FailureKind::Malformed);
    assert!(found.message.contains("not JSON"), "{found}");

    let found = failure_for(Reply::text(200, "application/json", "")).await;
    assert_failure(
        &found,
        FailureKind::Malformed,
        "HTTP 200 with an empty body",
    );
}

#[tokio::test]
async fn an_error_field_of_a_resource_is_not_a_failure() {
    let endpoint = ArmEndpoint::start();
    let body =
        json!({"id": "x", "error": {"code": "a"}, "properties": {"currentStatus": {"error": "b"}}});
    endpoint.route(SERVER_PATH, Reply::json(body.clone()));
    assert_eq!(
        expect_body(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await).json,
        body
    );
}

#[tokio::test]
async fn request_ids_are_removed_from_messages() {
    let words = "An unexpected error occured.\nTracking ID: 'd668c780-24ba-4c9e-b85a-b9968151aaa1'";
    let reply = Reply::error(500, "InternalServerError", words)
        .with_header("x-ms-request-id", "11111111-2222-3333-4444-555555555555");
    let text = "500 InternalServerError: An unexpected error occured.";
    assert_failure(&failure_for(reply).await, FailureKind::Server, text);
}

#[tokio::test]
async fn long_messages_are_truncated_to_one_line() {
    let found = failure_for(Reply::error(409, "Conflict", &"so\nlong ".repeat(500))).await;
    assert!(found.message.chars().count() <= 601, "{found}");
    assert!(found.message.starts_with("so long so long"), "{found}");
}

#[tokio::test]
async fn a_throttled_request_is_busy() {
    let found = failure_for(
        Reply::error(429, "TooManyRequests", "Slow down.").with_header("retry-after", "0"),
    )
    .await;
    assert_eq!(found.kind, FailureKind::Busy);
    assert!(found.message.starts_with("Slow down; "), "{found}");
}
