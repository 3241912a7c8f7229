//! Every ARM answer with every kind of fault: each fault only affects the checks that need the answer.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use flexready::backend::Backend;
use flexready::backend::arm::ArmBackend;
use flexready::backend::recording::Recording;
use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::question::{Answer, Answers, Question};
use flexready::verdict::{Policy, Status, evaluate};
use serde_json::{Value, json};

use super::api_version_drift::baseline_migration;
use super::request_counts::{arm_backend, empty_answers, uppercase_ids};
use crate::check::healthy_arm_endpoint;
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::recordings::fixtures_dir;

/// Path suffixes, and the checks of a pair that need that answer. Nearly all checks need the answer for the server
/// itself.
const CHECKS_BY_PATH: &[(&str, &[&str])] = &[
    (
        "/capabilities",
        &["compute-below-source", "iops-below-source"],
    ),
    (
        "/configurations",
        &[
            "connections-below-source",
            "extension-not-allowed",
            "idle-timeout-cuts-copy",
            "load-settings-untuned",
            "locks-capacity-low",
            "migration-skips-data",
            "parameter-differs",
            "parameter-not-settable",
            "password-hashes-rejected",
            "target-restart-pending",
        ],
    ),
    (
        "/databases",
        &["storage-too-small", "target-database-exists"],
    ),
    (
        "/migrations",
        &["migration-in-progress", "service-validation-failed"],
    ),
    ("/replicas", &["target-has-read-replicas"]),
    ("/locks", &["target-locked"]),
    ("/permissions", &["target-identity-lacks-rights"]),
    (
        "/nsg-postgres",
        &["nsg-blocks-platform", "nsg-blocks-source"],
    ),
    ("/rt-postgres", &["route-diverts-source"]),
    (
        "/vnet-prod",
        &[
            "nsg-blocks-platform",
            "nsg-blocks-source",
            "route-diverts-source",
            "source-hba-rejects-target",
            "subnet-not-delegated",
            "vnet-address-overlap",
        ],
    ),
    // The hub's side of the peering shows whether the hub allows gateway transit.
    ("/vnet-hub", &["route-diverts-source"]),
    ("/virtualnetworklinks", &["private-dns-zone-unlinked"]),
];

/// Builds the faulty reply from the answer, the endpoint and the path.
type FaultReply = Box<dyn Fn(&Value, &ArmEndpoint, &str) -> Reply>;

fn constant_reply(reply: Reply) -> FaultReply {
    Box::new(move |_, _, _| reply.clone())
}

/// Every fault that refuses or corrupts an answer. 404 is not included, because it is an answer.
fn all_faults() -> Vec<(&'static str, FaultReply)> {
    let error = |status| {
        constant_reply(
            Reply::error(status, "Fault", "made by the test").with_header("retry-after", "0"),
        )
    };
    let html = "<html><body>Our services aren't available right now</body></html>";
    let with_error =
        json!({ "error": { "code": "InternalServerError", "message": "with status 200" } });
    let linked = |body: &Value, link: String| {
        let mut body = body.clone();
        body["nextLink"] = link.into();
        Reply::json(body)
    };
    vec![
        ("401", error(401)),
        ("403", error(403)),
        ("409", error(409)),
        ("429", error(429)),
        ("500", error(500)),
        (
            "an HTML 503",
            constant_reply(Reply::text(503, "text/html", html)),
        ),
        (
            "an HTML 200",
            constant_reply(Reply::text(200, "text/html", html)),
        ),
        (
            "empty",
            constant_reply(Reply::text(200, "application/json", "")),
        ),
        (
            "truncated",
            Box::new(|body, _, _| Reply::json(body.clone()).truncated_after(30)),
        ),
        (
            "half a text",
            Box::new(|body, _, _| {
                let text = body.to_string();
                let half = text.char_indices().nth(text.chars().count() / 2).unwrap().0;
                Reply::text(200, "application/json", &text.as_bytes()[..half])
            }),
        ),
        ("{}", constant_reply(Reply::json(json!({})))),
        ("[]", constant_reply(Reply::json(json!([])))),
        ("null", constant_reply(Reply::json(Value::Null))),
        (
            "an error with status 200",
            constant_reply(Reply::json(with_error)),
        ),
        (
            "a list of another thing",
            constant_reply(Reply::json(json!({ "value": [7, "x"], "properties": [] }))),
        ),
        (
            "a circle",
            Box::new(move |body, endpoint, path| {
                let version = "api-version=2025-08-01";
                linked(
                    &into_list(body),
                    format!("{}{path}?{version}", endpoint.url()),
                )
            }),
        ),
        (
            "a foreign host",
            Box::new(move |body, _, _| {
                linked(&into_list(body), "https://127.0.0.1:1/next".to_owned())
            }),
        ),
    ]
}

/// Keeps a list unchanged. Wraps a resource into a list with one item, which is equally wrong.
fn into_list(body: &Value) -> Value {
    match body.get("value") {
        Some(_) => body.clone(),
        None => json!({ "value": [body] }),
    }
}

/// The ARM paths that were answered, with their answers.
fn answered_paths(answers: &Answers) -> Vec<(String, Value)> {
    let of_arm = answers.iter().filter(|(key, _)| key.starts_with("arm:"));
    let given = of_arm.filter_map(|(key, answer)| match answer {
        Answer::Body(given) => Some((key, given.json.clone())),
        Answer::Failed(_) => None,
    });
    given
        .map(|(key, json)| {
            let path = key.strip_prefix("arm:").unwrap().split('?').next();
            (path.unwrap().to_owned(), json)
        })
        .collect()
}

fn check_statuses(migration: &Migration, answers: &Answers) -> BTreeMap<&'static str, Status> {
    let judgement = evaluate(&Facts::read(migration, answers), &Policy::default());
    let all = judgement.outcomes.iter();
    all.map(|o| (o.check.id, o.status)).collect()
}

/// Answers ARM questions from the endpoint, and all other questions from the recorded baseline.
struct LiveArmBackend(ArmBackend, Recording);

#[async_trait]
impl Backend for LiveArmBackend {
    async fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        let is_arm = |q: &Question| matches!(q, Question::Arm { .. });
        let (of_arm, others): (Vec<_>, Vec<_>) = questions.iter().cloned().partition(is_arm);
        let (arm, source) = (self.0.ask(&of_arm).await, self.1.ask(&others).await);
        let asked = of_arm.iter().chain(&others).map(Question::key);
        let mut answers: BTreeMap<String, Answer> =
            asked.zip(arm.into_iter().chain(source)).collect();
        let own = questions.iter().map(|q| answers.remove(&q.key()));
        own.map(Option::unwrap).collect()
    }
}

async fn gather_from(endpoint: &ArmEndpoint, migration: &Migration) -> Answers {
    let baseline = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let source = LiveArmBackend(arm_backend(endpoint), baseline);
    flexready::collect_answers(migration, &source, empty_answers())
        .await
        .0
}

fn baseline_pair() -> Migration {
    baseline_migration("2025-08-01")
}

#[tokio::test]
async fn a_faulty_answer_only_affects_the_checks_that_need_it() {
    let migration = baseline_pair();
    let healthy = gather_from(&healthy_arm_endpoint(), &migration).await;
    let fine = check_statuses(&migration, &healthy);
    let asked = answered_paths(&healthy);
    for (part, _) in CHECKS_BY_PATH {
        assert!(
            asked.iter().any(|(path, _)| path.ends_with(part)),
            "{part} is not asked"
        );
    }
    let own = migration.target.as_ref().unwrap().id.path().to_lowercase();
    let mut wrong = Vec::new();
    for (path, body) in &asked {
        for (fault, reply) in all_faults() {
            let endpoint = healthy_arm_endpoint();
            endpoint.route(path, reply(body, &endpoint, path));
            let answers = gather_from(&endpoint, &migration).await;
            let now = check_statuses(&migration, &answers);
            let context = format!("{fault} for {path}");
            assert_other_answers_are_unchanged(&healthy, &answers, path, &context);
            let lost: BTreeSet<&str> = fine
                .iter()
                .filter(|(id, status)| now.get(*id) != Some(status))
                .map(|(id, _)| *id)
                .collect();
            assert!(
                lost.iter().all(|id| now[id] == Status::Unknown),
                "{context}: {lost:?}"
            );
            match CHECKS_BY_PATH.iter().find(|(part, _)| path.ends_with(part)) {
                Some((_, needed)) => {
                    let needed: BTreeSet<&str> = needed.iter().copied().collect();
                    if lost != needed {
                        wrong.push(format!("{context}: {lost:?}"));
                    }
                }
                None => assert_eq!(*path, own, "{path} is in no row of NEEDED"),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Asserts that the other answers are unchanged. Answers that depend on the changed answer can be absent.
fn assert_other_answers_are_unchanged(healthy: &Answers, now: &Answers, path: &str, context: &str) {
    let healthy: BTreeMap<&str, &Answer> = healthy.iter().collect();
    for (key, answer) in now
        .iter()
        .filter(|(key, _)| !key.contains(&format!(":{path}?")))
    {
        assert_eq!(Some(&answer), healthy.get(key), "{context}: {key}");
    }
}

/// A server that does not exist only fails its own check. Checks that depend on it do not apply.
#[tokio::test]
async fn a_404_is_an_answer() {
    let migration = baseline_pair();
    let healthy = gather_from(&healthy_arm_endpoint(), &migration).await;
    let fine = check_statuses(&migration, &healthy);
    for (path, _) in answered_paths(&healthy) {
        let endpoint = healthy_arm_endpoint();
        endpoint.route(&path, Reply::not_found());
        let now = check_statuses(&migration, &gather_from(&endpoint, &migration).await);
        let is_server = path.ends_with("/orders-target");
        for (id, status) in now.iter().filter(|(id, _)| needs_target_only(id)) {
            let expected = match (*id, is_server) {
                ("target-not-deployed", true) => [Status::Fail; 2],
                (_, true) => [Status::NotApplicable; 2],
                (_, false) => [fine[id], Status::Unknown],
            };
            let zone_is_gone = *id == "private-dns-zone-unlinked" && *status == Status::Fail;
            assert!(
                expected.contains(status) || zone_is_gone,
                "{id} without {path}: {status:?}"
            );
        }
    }
}

fn needs_target_only(id: &str) -> bool {
    flexready::checks::find(id).unwrap().needs == flexready::checks::Needs::Target
}

/// A valid answer with 10 MB of padding does not change a status. Pages with one item do not either.
#[tokio::test]
async fn large_answers_and_many_pages_do_not_change_a_status() {
    let migration = baseline_pair();
    let healthy = gather_from(&healthy_arm_endpoint(), &migration).await;
    let fine = check_statuses(&migration, &healthy);
    let large = healthy_arm_endpoint();
    let paged = healthy_arm_endpoint();
    for (path, body) in answered_paths(&healthy) {
        let mut padded = body.clone();
        padded["padding"] = "x".repeat(10 << 20).into();
        large.route(&path, Reply::json(padded));
        if let Some(items) = body["value"].as_array().filter(|items| items.len() > 1) {
            serve_in_pages(&paged, &path, items);
        }
    }
    assert_eq!(
        check_statuses(&migration, &gather_from(&large, &migration).await),
        fine
    );
    assert_eq!(
        check_statuses(&migration, &gather_from(&paged, &migration).await),
        fine
    );
    assert!(
        paged.requests().len() > large.requests().len(),
        "there were pages"
    );
}

/// Serves the items of a list in at most three pages.
fn serve_in_pages(endpoint: &ArmEndpoint, path: &str, items: &[Value]) {
    let size = items.len().div_ceil(3);
    let chunks: Vec<&[Value]> = items.chunks(size).collect();
    for (n, chunk) in chunks.iter().enumerate() {
        let at = |n| format!("/page/{n}{path}");
        let next = (n + 1 < chunks.len()).then(|| format!("{}{}", endpoint.url(), at(n + 1)));
        let here = if n == 0 { path.to_owned() } else { at(n) };
        endpoint.route(
            &here,
            Reply::json(json!({ "value": chunk, "nextLink": next })),
        );
    }
}

#[tokio::test]
async fn resource_ids_are_case_insensitive() {
    let migration = baseline_pair();
    let healthy = gather_from(&healthy_arm_endpoint(), &migration).await;
    let loud = healthy_arm_endpoint();
    for (path, mut body) in answered_paths(&healthy) {
        uppercase_ids(&mut body);
        loud.route(&path, Reply::json(body));
    }
    let answers = gather_from(&loud, &migration).await;
    assert_eq!(
        answers.iter().count(),
        healthy.iter().count(),
        "the same questions"
    );
    assert_eq!(
        check_statuses(&migration, &answers),
        check_statuses(&migration, &healthy)
    );
}
