//! Fallback when ARM does not support an api-version.

use flexready::question::FailureKind;
use serde_json::{Value, json};

use super::{SERVER_PATH, arm_backend, ask_arm, expect_body, expect_failure};
use crate::support::arm::{ArmEndpoint, Reply};

fn unsupported_version_reply(code: &str, versions: &str) -> Reply {
    let message = format!(
        "No registered resource provider found for location 'x' and API version '2025-08-01' for type 'flexibleServers'. \
         The supported api-versions are '{versions}'. The supported locations are 'x'."
    );
    Reply::error(400, code, &message)
}

fn versioned_path(path: &str, version: &str) -> String {
    format!("{path}?api-version={version}")
}

#[tokio::test]
async fn the_newest_known_stable_version_is_used_and_cached() {
    for code in [
        "NoRegisteredProviderFound",
        "InvalidApiVersionParameter",
        "InvalidResourceType",
    ] {
        let endpoint = ArmEndpoint::start();
        let child = format!("{SERVER_PATH}/databases");
        let listed = "2020-02-14-preview, 2022-12-01, 2024-08-01, 2024-11-01-preview, 2029-01-01";
        for path in [SERVER_PATH, &child] {
            endpoint.route(path, unsupported_version_reply(code, listed));
            endpoint.route(
                &versioned_path(path, "2024-08-01"),
                Reply::json(json!({"id": path})),
            );
        }
        let arm = arm_backend(&endpoint);
        let answer = expect_body(ask_arm(&arm, SERVER_PATH).await);
        assert_eq!(answer.api_version.as_deref(), Some("2024-08-01"));
        let answer = expect_body(ask_arm(&arm, &child.to_uppercase()).await);
        assert_eq!(answer.api_version.as_deref(), Some("2024-08-01"));
        assert_eq!(endpoint.request_count(SERVER_PATH), 2, "{code}");
        assert_eq!(endpoint.request_count(&child), 1, "{code}");
    }
}

#[tokio::test]
async fn a_fallback_in_one_region_does_not_affect_others() {
    let endpoint = ArmEndpoint::start();
    let other = SERVER_PATH.replace("/db", "/other");
    endpoint.route(
        SERVER_PATH,
        unsupported_version_reply("NoRegisteredProviderFound", "2024-08-01"),
    );
    endpoint.route(
        &versioned_path(SERVER_PATH, "2024-08-01"),
        Reply::json(json!({})),
    );
    endpoint.route(
        &versioned_path(&other, "2025-08-01"),
        Reply::json(json!({})),
    );
    let arm = arm_backend(&endpoint);
    assert!(
        expect_body(ask_arm(&arm, SERVER_PATH).await)
            .api_version
            .is_some()
    );
    assert_eq!(expect_body(ask_arm(&arm, &other).await).api_version, None);
}

#[tokio::test]
async fn without_a_fallback_version_the_question_is_unsupported() {
    // The last case lists the requested version: the resource type is not available in the region.
    for listed in ["", "2020-02-14-preview", "2099-01-01", "2025-08-01"] {
        let endpoint = ArmEndpoint::start();
        endpoint.route(
            SERVER_PATH,
            unsupported_version_reply("NoRegisteredProviderFound", listed),
        );
        let refusal = expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
        assert_eq!(refusal.kind, FailureKind::Unsupported, "{listed}");
        assert_eq!(refusal.code.as_deref(), Some("NoRegisteredProviderFound"));
        assert_eq!(endpoint.requests().len(), 1, "{listed}");
    }
}

#[tokio::test]
async fn only_one_fallback_version_is_tried() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(
        SERVER_PATH,
        unsupported_version_reply("NoRegisteredProviderFound", "2024-08-01, 2022-12-01"),
    );
    expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn other_providers_never_get_a_newer_version_than_requested() {
    let endpoint = ArmEndpoint::start();
    let path = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v";
    endpoint.route(
        path,
        unsupported_version_reply(
            "InvalidResourceType",
            "2023-04-01,2024-05-01,2026-01-01,2024-07-01-preview",
        ),
    );
    endpoint.route(&versioned_path(path, "2024-05-01"), Reply::json(json!({})));
    let answer = expect_body(ask_arm(&arm_backend(&endpoint), path).await);
    assert_eq!(answer.api_version.as_deref(), Some("2024-05-01"));
}

/// The recorded error of a real region, and all other recorded answers, are read unchanged.
#[tokio::test]
async fn recorded_answers_are_read_unchanged() {
    let Some(shared) = std::env::var_os("FLEXREADY_SHARED") else {
        println!("not run: FLEXREADY_SHARED is not set");
        return;
    };
    let bodies = std::path::Path::new(&shared).join("arm-corpus/bodies");
    let endpoint = ArmEndpoint::start();
    assert!(endpoint.load_recorded(&bodies) > 40);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(bodies.join(name)).unwrap()).unwrap()
    };
    let error = read("error_400_no_registered_provider.json");
    endpoint.route(SERVER_PATH, Reply::json(error["body"].clone()).status(400));
    let server = read("server_plain_public.json");
    endpoint.route(
        &versioned_path(SERVER_PATH, "2021-06-01"),
        Reply::json(server["body"].clone()),
    );
    let answer = expect_body(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(answer.api_version.as_deref(), Some("2021-06-01"));
    assert_eq!(answer.json, server["body"]);
}
