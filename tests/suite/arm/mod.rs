//! Tests of the ARM backend against an endpoint on this machine.

mod api_version_fallback;
mod credentials;
pub mod database_token_auth;
mod failures;
mod paging;
mod rate_limit;
mod retries;
mod token_secrecy;
mod tokens;
mod transport;

use std::time::Duration;

use flexready::backend::Backend;
use flexready::backend::arm::{ArmBackend, ArmLimits, ArmOptions, Cloud, LoginCredential};
use flexready::question::{Answer, Body, Failure, Question};

use crate::support::arm::ArmEndpoint;

const SERVER_PATH: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/db";

/// Options for this endpoint: a static access token and short retry pauses.
pub fn test_options(endpoint: &ArmEndpoint) -> ArmOptions {
    ArmOptions {
        cloud: Cloud::Public,
        endpoint: Some(endpoint.url().parse().unwrap()),
        authority: None,
        credential: LoginCredential::AccessToken("a-token".into()),
        timeout: Duration::from_secs(60),
        limits: ArmLimits {
            initial_backoff: Duration::from_millis(5),
            ..ArmLimits::default()
        },
    }
}

fn arm_backend(endpoint: &ArmEndpoint) -> ArmBackend {
    ArmBackend::new(test_options(endpoint)).unwrap()
}

fn arm_question(path: &str) -> Question {
    Question::Arm {
        path: path.to_owned(),
        api_version: "2025-08-01".to_owned(),
        filter: None,
    }
}

async fn ask_arm(arm: &ArmBackend, path: &str) -> Answer {
    let mut answers = arm.ask(&[arm_question(path)]).await;
    answers.pop().unwrap()
}

#[track_caller]
fn expect_body(answer: Answer) -> Body {
    match answer {
        Answer::Body(given) => given,
        Answer::Failed(refusal) => panic!("refused: {refusal:?}"),
    }
}

#[track_caller]
fn expect_failure(answer: Answer) -> Failure {
    match answer {
        Answer::Failed(refusal) => refusal,
        Answer::Body(given) => panic!("given: {given:?}"),
    }
}
