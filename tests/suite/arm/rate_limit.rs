//! Request rate: the limit of the subscription, and at most 16 requests at a time.

use std::time::{Duration, Instant};

use flexready::backend::Backend;
use flexready::backend::arm::ArmBackend;
use flexready::question::Question;
use serde_json::json;

use super::{arm_question, expect_body, test_options};
use crate::support::arm::{ArmEndpoint, Reply};

/// Questions about `each` resources in every one of `subscriptions` subscriptions.
fn resource_questions(subscriptions: usize, per_subscription: usize) -> Vec<Question> {
    (0..subscriptions)
        .flat_map(|s| {
            (0..per_subscription)
                .map(move |n| arm_question(&format!("/subscriptions/s{s}/resourceGroups/g{n}")))
        })
        .collect()
}

fn serve_all(endpoint: &ArmEndpoint, questions: &[Question]) {
    for question in questions {
        if let Question::Arm { path, .. } = question {
            endpoint.route(path, Reply::json(json!({"id": path})));
        }
    }
}

async fn ask_all(arm: &ArmBackend, questions: &[Question]) {
    for answer in arm.ask(questions).await {
        expect_body(answer);
    }
}

#[tokio::test]
async fn at_most_sixteen_requests_run_at_a_time() {
    let endpoint = ArmEndpoint::start();
    endpoint.set_latency(Duration::from_millis(20));
    let questions = resource_questions(3, 40);
    serve_all(&endpoint, &questions);
    ask_all(&super::arm_backend(&endpoint), &questions).await;
    assert_eq!(endpoint.peak_in_flight(), 16);
    assert_eq!(endpoint.requests().len(), 120);
}

#[tokio::test]
async fn the_rate_limit_is_respected() {
    let endpoint = ArmEndpoint::start();
    endpoint.throttle(20.0, 100.0);
    let questions = resource_questions(2, 60);
    serve_all(&endpoint, &questions);
    let mut options = test_options(&endpoint);
    (options.limits.burst, options.limits.per_second) = (20.0, 100.0);
    let started = Instant::now();
    ask_all(&ArmBackend::new(options).unwrap(), &questions).await;
    assert!(started.elapsed() >= Duration::from_millis(390));
    // A request can overtake another, so the endpoint's bucket can be empty for a moment.
    let refused = endpoint.requests().len() - questions.len();
    assert!(refused <= 4, "{refused} requests were refused");
}

#[tokio::test]
async fn the_remaining_quota_is_read_from_responses() {
    let endpoint = ArmEndpoint::start();
    // Another client has used most of the requests that the default limits assume.
    endpoint.throttle(5.0, 50.0);
    let questions = resource_questions(1, 30);
    serve_all(&endpoint, &questions);
    let mut options = test_options(&endpoint);
    options.limits.per_second = 50.0;
    options.limits.max_in_flight = 1;
    ask_all(&ArmBackend::new(options).unwrap(), &questions).await;
    let refused = endpoint.requests().len() - questions.len();
    assert!(refused <= 2, "{refused} requests were refused");
}

#[tokio::test]
async fn a_throttled_subscription_does_not_delay_another() {
    let endpoint = ArmEndpoint::start();
    let questions = resource_questions(2, 20);
    serve_all(&endpoint, &questions);
    let first = "/subscriptions/s0/resourceGroups/g0";
    endpoint.route_sequence(first, [Reply::throttled(2), Reply::json(json!({}))]);
    ask_all(&super::arm_backend(&endpoint), &questions).await;
    let seen = endpoint.requests();
    let of = |s: &'static str| {
        seen.iter()
            .filter(move |seen| seen.subscription().as_deref() == Some(s))
    };
    let last_of_other = of("s1").next_back().unwrap().received_at;
    let last_of_throttled = of("s0").next_back().unwrap().received_at;
    assert!(last_of_throttled - seen[0].received_at >= Duration::from_secs(2));
    assert!(last_of_other - seen[0].received_at < Duration::from_secs(2));
}
