//! Transport of requests: only GET, only one host, compressed responses, one token.

use flexready::backend::Backend;
use flexready::backend::arm::{ArmBackend, ArmError, Cloud};
use flexready::question::{FailureKind, Question, Side};
use serde_json::json;

use super::{
    SERVER_PATH, arm_backend, arm_question, ask_arm, expect_body, expect_failure, test_options,
};
use crate::support::arm::{ArmEndpoint, Reply};

#[tokio::test]
async fn a_request_is_a_get_with_the_expected_headers() {
    let endpoint = ArmEndpoint::start();
    endpoint.route(
        &format!("{SERVER_PATH}/migrations"),
        Reply::json(json!({"value": []})),
    );
    let question = Question::Arm {
        path: format!("{SERVER_PATH}/migrations"),
        api_version: "2025-08-01".to_owned(),
        filter: Some("migrationListFilter=All".to_owned()),
    };
    let answers = arm_backend(&endpoint).ask(&[question]).await;
    expect_body(answers.into_iter().next().unwrap());
    let seen = &endpoint.requests()[0];
    assert_eq!(seen.method, "GET");
    assert_eq!(seen.path, format!("{SERVER_PATH}/migrations"));
    assert_eq!(seen.query, "api-version=2025-08-01&migrationListFilter=All");
    assert_eq!(seen.headers["authorization"], "Bearer a-token");
    assert_eq!(seen.headers["accept"], "application/json");
    assert!(seen.headers["accept-encoding"].contains("gzip"));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(seen.headers["user-agent"], format!("flexready/{version}"));
}

#[tokio::test]
async fn answers_have_the_order_of_the_questions() {
    let endpoint = ArmEndpoint::start();
    let paths: Vec<String> = (0..50).map(|n| format!("{SERVER_PATH}{n}")).collect();
    for path in &paths {
        endpoint.route(path, Reply::json(json!({"id": path})));
    }
    let questions: Vec<Question> = paths.iter().map(|path| arm_question(path)).collect();
    let answers = arm_backend(&endpoint).ask(&questions).await;
    let ids: Vec<_> = answers
        .into_iter()
        .map(|a| expect_body(a).json["id"].clone())
        .collect();
    assert_eq!(ids, paths);
    assert!(endpoint.requests().iter().all(|seen| seen.method == "GET"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let endpoint = ArmEndpoint::start();
    let other = ArmEndpoint::start();
    for status in [301, 302, 307, 308] {
        let reply = Reply::text(status, "text/html", "").with_header("location", &other.url());
        endpoint.route(SERVER_PATH, reply);
        let refusal = expect_failure(ask_arm(&arm_backend(&endpoint), SERVER_PATH).await);
        assert_eq!(refusal.kind, FailureKind::Malformed);
        assert!(
            refusal.message.contains("the token must not go there"),
            "{refusal}"
        );
    }
    assert_eq!(other.requests().len(), 0);
}

#[tokio::test]
async fn a_path_cannot_change_the_host_or_the_query() {
    let endpoint = ArmEndpoint::start();
    let other = ArmEndpoint::start();
    let arm = arm_backend(&endpoint);
    let host = other.url();
    for path in [
        format!("//{host}/x"),
        format!("@{host}/x"),
        format!("{host}/x"),
        "/x?y=1#z".to_owned(),
    ] {
        expect_failure(ask_arm(&arm, &path).await);
    }
    assert_eq!(other.requests().len(), 0);
    let seen = endpoint.requests();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|s| s.query == "api-version=2025-08-01"));
}

#[tokio::test]
async fn other_kinds_of_questions_are_unsupported() {
    let endpoint = ArmEndpoint::start();
    let dns = Question::Dns {
        host: "db.postgres.database.azure.com".to_owned(),
    };
    let connection = Question::Connection {
        side: Side::Source,
        database: "db".to_owned(),
    };
    for answer in arm_backend(&endpoint).ask(&[dns, connection]).await {
        assert_eq!(expect_failure(answer).kind, FailureKind::Unsupported);
    }
    assert_eq!(endpoint.requests().len(), 0);
}

#[test]
fn only_https_and_loopback_endpoints_are_accepted() {
    let endpoint = ArmEndpoint::start();
    let verdict = |url: &str| {
        let mut options = test_options(&endpoint);
        options.endpoint = Some(url.parse().unwrap());
        ArmBackend::new(options).map(drop)
    };
    for good in [
        "https://arm.local",
        "https://arm.local:444/",
        "http://localhost:1",
        "http://[::1]:1",
        "http://127.9.9.9:1",
    ] {
        assert_eq!(verdict(good), Ok(()), "{good}");
    }
    let bad = [
        "http://management.azure.com",
        "http://localhost.evil.com",
        "http://10.0.0.1",
        "ftp://localhost",
        "https://user:canary@arm.local",
        "user:canary@arm.local",
        "https://arm.local/path",
        "https://arm.local?x=1",
    ];
    for url in bad {
        let error = verdict(url).unwrap_err();
        assert!(matches!(error, ArmError::BadEndpoint { .. }), "{url}");
        assert!(
            error.to_string().contains("FLEXREADY_ARM_ENDPOINT"),
            "{error}"
        );
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn clouds_have_the_names_of_the_azure_cli() {
    use clap::ValueEnum;
    let names: Vec<String> = Cloud::value_variants()
        .iter()
        .map(|cloud| cloud.to_possible_value().unwrap().get_name().to_owned())
        .collect();
    assert_eq!(
        names,
        ["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"]
    );
    for cloud in Cloud::value_variants() {
        assert_eq!(
            cloud.arm_scope(),
            format!("{}/.default", cloud.resource_manager_url())
        );
    }
}
