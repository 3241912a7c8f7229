//! Tests of the ARM backend against an endpoint on this machine.

mod credentials;
mod pace;
mod paging;
mod refusals;
mod retries;
mod secrets;
mod tokens;
mod transport;
mod versions;

use std::time::Duration;

use flexready::inputs::Source;
use flexready::inputs::arm::{Arm, Cloud, Limits, Options, SignIn};
use flexready::question::{Answer, Given, Question, Refusal};

use crate::support::arm::ArmEndpoint;

const SERVER: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/db";

/// Options for this endpoint: a static access token and short retry pauses.
pub fn options(endpoint: &ArmEndpoint) -> Options {
    Options {
        cloud: Cloud::Public,
        endpoint: Some(endpoint.url().parse().unwrap()),
        authority: None,
        sign_in: SignIn::Token("a-token".into()),
        timeout: Duration::from_secs(60),
        limits: Limits {
            first_pause: Duration::from_millis(5),
            ..Limits::default()
        },
    }
}

fn arm(endpoint: &ArmEndpoint) -> Arm {
    Arm::new(options(endpoint)).unwrap()
}

fn question(path: &str) -> Question {
    Question::Arm {
        path: path.to_owned(),
        api_version: "2025-08-01".to_owned(),
        filter: None,
    }
}

async fn ask(arm: &Arm, path: &str) -> Answer {
    let mut answers = arm.ask(&[question(path)]).await;
    answers.pop().unwrap()
}

#[track_caller]
fn given(answer: Answer) -> Given {
    match answer {
        Answer::Given(given) => given,
        Answer::Refused(refusal) => panic!("refused: {refusal:?}"),
    }
}

#[track_caller]
fn refused(answer: Answer) -> Refusal {
    match answer {
        Answer::Refused(refusal) => refusal,
        Answer::Given(given) => panic!("given: {given:?}"),
    }
}
