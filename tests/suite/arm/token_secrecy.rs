//! The access token is only sent to the endpoint. It does not appear in logs or debug output.

use std::io::Write;
use std::sync::{Arc, Mutex};

use flexready::backend::arm::{ArmBackend, CredentialConfig, LoginCredential, logs_requests};
use serde_json::json;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::tokens::{SequenceCredential, arm_with_credential};
use super::{SERVER_PATH, ask_arm, expect_body, expect_failure, test_options};
use crate::support::arm::{ArmEndpoint, Reply};

const CANARY: &str = "canary-0f9c2";

#[derive(Clone, Default)]
struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for CapturedLog {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// No log filter: the token is not logged even if the subscriber does not use [`logs_requests`].
#[tokio::test]
async fn the_token_is_not_logged_at_any_level() {
    let log = CapturedLog::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let endpoint = ArmEndpoint::start();
    endpoint.route_sequence(
        SERVER_PATH,
        [Reply::throttled(0), Reply::json(json!({"id": SERVER_PATH}))],
    );
    endpoint.route(
        "/subscriptions/s",
        Reply::error(403, "AuthorizationFailed", "no"),
    );
    let arm = arm_with_credential(
        &endpoint,
        "azure-cli",
        &SequenceCredential::new(&[(CANARY, 60)], ""),
    );
    async {
        expect_body(ask_arm(&arm, SERVER_PATH).await);
        expect_failure(ask_arm(&arm, "/subscriptions/s").await);
    }
    .with_subscriber(subscriber)
    .await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(&format!("GET {SERVER_PATH} 200 in ")), "{log}");
    assert!(log.contains("GET /subscriptions/s 403 in "), "{log}");
    assert!(!log.contains(CANARY), "{log}");
    assert!(!log.to_lowercase().contains("bearer"), "{log}");
    let sent = format!("Bearer {CANARY}");
    assert!(
        endpoint
            .requests()
            .iter()
            .all(|seen| seen.headers["authorization"] == sent)
    );
}

#[tokio::test]
async fn debug_output_does_not_contain_secrets() {
    let endpoint = ArmEndpoint::start();
    let secrets = [
        CredentialConfig::Environment {
            tenant: "t".to_owned(),
            client: "c".to_owned(),
            secret: CANARY.into(),
        },
        CredentialConfig::AzurePipelines {
            tenant: "t".to_owned(),
            client: "c".to_owned(),
            connection: "s".to_owned(),
            access_token: CANARY.into(),
        },
    ];
    for chosen in secrets {
        assert!(!format!("{chosen:?}").contains(CANARY));
        assert!(!format!("{:?}", LoginCredential::Config(chosen)).contains(CANARY));
    }
    let mut options = test_options(&endpoint);
    options.credential = LoginCredential::AccessToken(CANARY.into());
    assert!(!format!("{options:?}").contains(CANARY));
    let arm = ArmBackend::new(options).unwrap();
    assert!(!format!("{arm:?} {:?}", ask_arm(&arm, SERVER_PATH).await).contains(CANARY));
}

#[test]
fn log_targets_that_log_requests_are_detected() {
    for target in [
        "azure_core::http",
        "typespec_client_core::http::policies::logging",
        "hyper_util::client",
        "h2::codec",
        "reqwest",
    ] {
        assert!(logs_requests(target), "{target}");
    }
    for target in [
        "flexready",
        "flexready::inputs::arm",
        "tokio_postgres",
        "h2o",
    ] {
        assert!(!logs_requests(target), "{target}");
    }
}
