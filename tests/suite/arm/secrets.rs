//! The access token is only sent to the endpoint. It does not appear in logs or debug output.

use std::io::Write;
use std::sync::{Arc, Mutex};

use flexready::inputs::arm::{Arm, Chosen, SignIn, is_loud_target};
use serde_json::json;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::tokens::{Fake, signed_in_by};
use super::{SERVER, ask, given, options, refused};
use crate::support::arm::{ArmEndpoint, Reply};

const CANARY: &str = "canary-0f9c2";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// No log filter: the token is not logged even if the subscriber does not use [`logs_requests`].
#[tokio::test]
async fn the_token_is_not_logged_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let endpoint = ArmEndpoint::start();
    endpoint.sequence(SERVER, [Reply::busy(0), Reply::json(json!({"id": SERVER}))]);
    endpoint.route(
        "/subscriptions/s",
        Reply::error(403, "AuthorizationFailed", "no"),
    );
    let arm = signed_in_by(&endpoint, "azure-cli", &Fake::new(&[(CANARY, 60)], ""));
    async {
        given(ask(&arm, SERVER).await);
        refused(ask(&arm, "/subscriptions/s").await);
    }
    .with_subscriber(subscriber)
    .await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(&format!("GET {SERVER} 200 in ")), "{log}");
    assert!(log.contains("GET /subscriptions/s 403 in "), "{log}");
    assert!(!log.contains(CANARY), "{log}");
    assert!(!log.to_lowercase().contains("bearer"), "{log}");
    let sent = format!("Bearer {CANARY}");
    assert!(
        endpoint
            .seen()
            .iter()
            .all(|seen| seen.headers["authorization"] == sent)
    );
}

#[tokio::test]
async fn debug_output_does_not_contain_secrets() {
    let endpoint = ArmEndpoint::start();
    let secrets = [
        Chosen::Environment {
            tenant: "t".to_owned(),
            client: "c".to_owned(),
            secret: CANARY.into(),
        },
        Chosen::AzurePipelines {
            tenant: "t".to_owned(),
            client: "c".to_owned(),
            connection: "s".to_owned(),
            access_token: CANARY.into(),
        },
    ];
    for chosen in secrets {
        assert!(!format!("{chosen:?}").contains(CANARY));
        assert!(!format!("{:?}", SignIn::Chosen(chosen)).contains(CANARY));
    }
    let mut options = options(&endpoint);
    options.sign_in = SignIn::Token(CANARY.into());
    assert!(!format!("{options:?}").contains(CANARY));
    let arm = Arm::new(options).unwrap();
    assert!(!format!("{arm:?} {:?}", ask(&arm, SERVER).await).contains(CANARY));
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
        assert!(is_loud_target(target), "{target}");
    }
    for target in [
        "flexready",
        "flexready::inputs::arm",
        "tokio_postgres",
        "h2o",
    ] {
        assert!(!is_loud_target(target), "{target}");
    }
}
