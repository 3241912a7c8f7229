//! Request rate: the limit of the subscription, and at most 16 requests at a time.

use std::time::{Duration, Instant};

use flexready::inputs::Source;
use flexready::inputs::arm::Arm;
use flexready::question::Question;
use serde_json::json;

use super::{given, options, question};
use crate::support::arm::{ArmEndpoint, Reply};

/// Questions about `each` resources in every one of `subscriptions` subscriptions.
fn questions(subscriptions: usize, each: usize) -> Vec<Question> {
    (0..subscriptions)
        .flat_map(|s| {
            (0..each).map(move |n| question(&format!("/subscriptions/s{s}/resourceGroups/g{n}")))
        })
        .collect()
}

fn serve(endpoint: &ArmEndpoint, questions: &[Question]) {
    for question in questions {
        if let Question::Arm { path, .. } = question {
            endpoint.route(path, Reply::json(json!({"id": path})));
        }
    }
}

async fn ask_all(arm: &Arm, questions: &[Question]) {
    for answer in arm.ask(questions).await {
        given(answer);
    }
}

#[tokio::test]
async fn at_most_sixteen_requests_run_at_a_time() {
    let endpoint = ArmEndpoint::start();
    endpoint.latency(Duration::from_millis(20));
    let questions = questions(3, 40);
    serve(&endpoint, &questions);
    ask_all(&super::arm(&endpoint), &questions).await;
    assert_eq!(endpoint.most_in_flight(), 16);
    assert_eq!(endpoint.seen().len(), 120);
}

#[tokio::test]
async fn the_rate_limit_is_respected() {
    let endpoint = ArmEndpoint::start();
    endpoint.bucket(20.0, 100.0);
    let questions = questions(2, 60);
    serve(&endpoint, &questions);
    let mut options = options(&endpoint);
    (options.limits.burst, options.limits.per_second) = (20.0, 100.0);
    let started = Instant::now();
    ask_all(&Arm::new(options).unwrap(), &questions).await;
    assert!(started.elapsed() >= Duration::from_millis(390));
    // A request can overtake another, so the endpoint's bucket can be empty for a moment.
    let refused = endpoint.seen().len() - questions.len();
    assert!(refused <= 4, "{refused} requests were refused");
}

#[tokio::test]
async fn the_remaining_quota_is_read_from_responses() {
    let endpoint = ArmEndpoint::start();
    // Another client has used most of the requests that the default limits assume.
    endpoint.bucket(5.0, 50.0);
    let questions = questions(1, 30);
    serve(&endpoint, &questions);
    let mut options = options(&endpoint);
    options.limits.per_second = 50.0;
    options.limits.in_flight = 1;
    ask_all(&Arm::new(options).unwrap(), &questions).await;
    let refused = endpoint.seen().len() - questions.len();
    assert!(refused <= 2, "{refused} requests were refused");
}

#[tokio::test]
async fn a_throttled_subscription_does_not_delay_another() {
    let endpoint = ArmEndpoint::start();
    let questions = questions(2, 20);
    serve(&endpoint, &questions);
    let first = "/subscriptions/s0/resourceGroups/g0";
    endpoint.sequence(first, [Reply::busy(2), Reply::json(json!({}))]);
    ask_all(&super::arm(&endpoint), &questions).await;
    let seen = endpoint.seen();
    let of = |s: &'static str| {
        seen.iter()
            .filter(move |seen| seen.subscription().as_deref() == Some(s))
    };
    let last_of_other = of("s1").next_back().unwrap().at;
    let last_of_throttled = of("s0").next_back().unwrap().at;
    assert!(last_of_throttled - seen[0].at >= Duration::from_secs(2));
    assert!(last_of_other - seen[0].at < Duration::from_secs(2));
}
