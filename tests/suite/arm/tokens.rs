//! Tokens: requested once, renewed in time, and the failure when there is no token.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::time::OffsetDateTime;
use flexready::backend::Backend;
use flexready::backend::arm::{ArmBackend, LoginCredential};
use flexready::question::{FailureKind, Question};
use serde_json::json;

use super::{SERVER_PATH, arm_question, ask_arm, expect_body, expect_failure, test_options};
use crate::support::arm::{ArmEndpoint, Reply};

/// Returns the tokens in order, each valid for its number of minutes. Then it fails with `failure`.
#[derive(Debug)]
pub struct SequenceCredential {
    tokens: Mutex<Vec<(&'static str, i64)>>,
    failure: &'static str,
    pub request_count: AtomicUsize,
}

impl SequenceCredential {
    pub fn new(tokens: &[(&'static str, i64)], failure: &'static str) -> Arc<Self> {
        Arc::new(SequenceCredential {
            tokens: Mutex::new(tokens.iter().rev().copied().collect()),
            failure,
            request_count: AtomicUsize::new(0),
        })
    }
}

#[async_trait::async_trait]
impl TokenCredential for SequenceCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, ["https://management.azure.com/.default"]);
        self.request_count.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        match self.tokens.lock().unwrap().pop() {
            Some((token, minutes)) => {
                let ends = OffsetDateTime::now_utc() + Duration::from_secs(60 * minutes as u64);
                Ok(AccessToken::new(token, ends))
            }
            None => Err(Error::with_message(ErrorKind::Credential, self.failure)),
        }
    }
}

pub fn arm_with_credential(
    endpoint: &ArmEndpoint,
    name: &'static str,
    fake: &Arc<SequenceCredential>,
) -> ArmBackend {
    let mut options = test_options(endpoint);
    options.credential = LoginCredential::Prebuilt(name, Arc::clone(fake) as _);
    ArmBackend::new(options).unwrap()
}

fn endpoint_with_server() -> ArmEndpoint {
    let endpoint = ArmEndpoint::start();
    endpoint.route(SERVER_PATH, Reply::json(json!({"id": SERVER_PATH})));
    endpoint
}

fn forty_questions() -> Vec<Question> {
    (0..40).map(|_| arm_question(SERVER_PATH)).collect()
}

#[tokio::test]
async fn one_token_is_used_for_the_whole_run() {
    let endpoint = endpoint_with_server();
    let fake = SequenceCredential::new(&[("one", 60)], "");
    let arm = arm_with_credential(&endpoint, "azure-cli", &fake);
    assert_eq!(fake.request_count.load(Ordering::SeqCst), 0);
    for _ in 0..2 {
        for answer in arm.ask(&forty_questions()).await {
            expect_body(answer);
        }
    }
    assert_eq!(fake.request_count.load(Ordering::SeqCst), 1);
    assert_eq!(
        endpoint.requests()[79].headers["authorization"],
        "Bearer one"
    );
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let endpoint = endpoint_with_server();
    let fake = SequenceCredential::new(&[("short", 4), ("long", 60)], "");
    let arm = arm_with_credential(&endpoint, "azure-cli", &fake);
    expect_body(ask_arm(&arm, SERVER_PATH).await);
    for answer in arm.ask(&forty_questions()).await {
        expect_body(answer);
    }
    assert_eq!(fake.request_count.load(Ordering::SeqCst), 2);
    let seen = endpoint.requests();
    assert_eq!(seen[0].headers["authorization"], "Bearer short");
    assert_eq!(seen[1].headers["authorization"], "Bearer long");
}

#[tokio::test]
async fn a_renewal_without_effect_is_not_repeated_for_every_request() {
    let endpoint = endpoint_with_server();
    let fake = SequenceCredential::new(&[("kept", 4), ("kept", 3)], "no more");
    let arm = arm_with_credential(&endpoint, "azure-cli", &fake);
    for _ in 0..2 {
        for answer in arm.ask(&forty_questions()).await {
            expect_body(answer);
        }
    }
    assert_eq!(fake.request_count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_failed_renewal_keeps_the_valid_token() {
    let endpoint = endpoint_with_server();
    let fake = SequenceCredential::new(&[("short", 4)], "no");
    let arm = arm_with_credential(&endpoint, "azure-cli", &fake);
    expect_body(ask_arm(&arm, SERVER_PATH).await);
    expect_body(ask_arm(&arm, SERVER_PATH).await);
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all_requests() {
    let endpoint = endpoint_with_server();
    endpoint.expect_token("second");
    let fake = SequenceCredential::new(&[("first", 60), ("second", 60)], "");
    let arm = arm_with_credential(&endpoint, "azure-cli", &fake);
    for answer in arm.ask(&forty_questions()).await {
        expect_body(answer);
    }
    assert_eq!(fake.request_count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_second_401_is_a_failure() {
    let endpoint = endpoint_with_server();
    endpoint.expect_token("other");
    let fake = SequenceCredential::new(&[("first", 60), ("second", 60), ("third", 60)], "");
    let arm = arm_with_credential(&endpoint, "azure-cli", &fake);
    let refusal = expect_failure(ask_arm(&arm, SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Unauthenticated);
    assert_eq!(refusal.status.as_deref(), Some("401"));
    assert!(refusal.message.contains("`az login`"), "{refusal}");
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn a_static_token_is_not_renewed() {
    let endpoint = endpoint_with_server();
    endpoint.expect_token("other");
    let refusal = expect_failure(ask_arm(&super::arm_backend(&endpoint), SERVER_PATH).await);
    assert_eq!(refusal.kind, FailureKind::Unauthenticated);
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn a_failed_sign_in_keeps_the_message_of_the_credential() {
    let endpoint = endpoint_with_server();
    let failure = "AzureCliCredential authentication failed. ERROR: AADSTS700082: The refresh token has expired\ndue to inactivity. \
                   Trace ID: 1234 Correlation ID: 5678 Timestamp: 2026-01-01 00:00:00Z\n\
                   To troubleshoot, visit https://aka.ms/azsdk/rust/identity/troubleshoot#azure-cli";
    let fake = SequenceCredential::new(&[], failure);
    let arm = arm_with_credential(&endpoint, "azure-cli", &fake);
    for answer in arm.ask(&forty_questions()).await {
        let refusal = expect_failure(answer);
        assert_eq!(refusal.kind, FailureKind::Unauthenticated);
        assert_eq!(
            refusal.to_string(),
            "AADSTS700082: signing in with the credential `azure-cli` failed: ERROR: AADSTS700082: The refresh token has expired \
             due to inactivity; sign in again: `az login` (`az login --tenant <tenant>` for another tenant)"
        );
    }
    // Forty questions cause one sign-in attempt, and no request is sent without a token.
    assert_eq!(fake.request_count.load(Ordering::SeqCst), 1);
    assert_eq!(endpoint.requests().len(), 0);
}

/// A token in the format of Microsoft Entra ID, with these claims and without a valid signature.
fn unsigned_token(claims: &serde_json::Value) -> String {
    let part = |text: &str| azure_core::base64::encode_url_safe(text);
    format!("{}.{}.x", part("{}"), part(&claims.to_string()))
}

#[tokio::test]
async fn the_identity_is_read_from_the_token() {
    let endpoint = endpoint_with_server();
    let cases = [
        (
            json!({"upn": "dba@contoso.com", "oid": "o"}),
            Some("dba@contoso.com"),
        ),
        (
            json!({"unique_name": "guest@x", "appid": "a"}),
            Some("guest@x"),
        ),
        (
            json!({"appid": "an-application", "oid": "o"}),
            Some("an-application"),
        ),
        (json!({"oid": "an-object"}), Some("an-object")),
        (json!({}), None),
    ];
    for (claims, identity) in cases {
        let mut options = test_options(&endpoint);
        options.credential = LoginCredential::AccessToken(unsigned_token(&claims).into());
        let asker = ArmBackend::new(options).unwrap().caller();
        assert_eq!(asker.azure_credential.as_deref(), Some("access-token"));
        assert_eq!(asker.azure_identity.as_deref(), identity);
    }
    let token: &'static str = unsigned_token(&json!({"upn": "dba@contoso.com"})).leak();
    let arm = arm_with_credential(
        &endpoint,
        "azure-cli",
        &SequenceCredential::new(&[(token, 60)], ""),
    );
    assert_eq!(arm.caller().azure_identity, None);
    expect_body(ask_arm(&arm, SERVER_PATH).await);
    assert_eq!(
        arm.caller().azure_identity.as_deref(),
        Some("dba@contoso.com")
    );
    assert_eq!(arm.caller().azure_credential.as_deref(), Some("azure-cli"));
    assert_eq!(super::arm_backend(&endpoint).caller().azure_identity, None);
}
