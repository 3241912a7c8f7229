//! Every ARM answer with every kind of fault: each fault only affects the checks that need the answer.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use flexready::facts::Facts;
use flexready::inputs::Source;
use flexready::inputs::arm::Arm;
use flexready::inputs::recording::Recording;
use flexready::plan::Migration;
use flexready::question::{Answer, Answers, Question};
use flexready::verdict::{Policy, Status, judge};
use serde_json::{Value, json};

use super::drift::migration;
use super::network::{arm, capitals, start};
use crate::check::healthy_arm;
use crate::fixtures::folder;
use crate::support::arm::{ArmEndpoint, Reply};

/// Path suffixes, and the checks of a pair that need that answer. Nearly all checks need the answer for the server
/// itself.
const NEEDED: &[(&str, &[&str])] = &[
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
type Fault = Box<dyn Fn(&Value, &ArmEndpoint, &str) -> Reply>;

fn always(reply: Reply) -> Fault {
    Box::new(move |_, _, _| reply.clone())
}

/// Every fault that refuses or corrupts an answer. 404 is not included, because it is an answer.
fn faults() -> Vec<(&'static str, Fault)> {
    let error = |status| {
        always(Reply::error(status, "Fault", "made by the test").header("retry-after", "0"))
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
        ("an HTML 503", always(Reply::text(503, "text/html", html))),
        ("an HTML 200", always(Reply::text(200, "text/html", html))),
        ("empty", always(Reply::text(200, "application/json", ""))),
        (
            "truncated",
            Box::new(|body, _, _| Reply::json(body.clone()).cut_after(30)),
        ),
        (
            "half a text",
            Box::new(|body, _, _| {
                let text = body.to_string();
                let half = text.char_indices().nth(text.chars().count() / 2).unwrap().0;
                Reply::text(200, "application/json", &text.as_bytes()[..half])
            }),
        ),
        ("{}", always(Reply::json(json!({})))),
        ("[]", always(Reply::json(json!([])))),
        ("null", always(Reply::json(Value::Null))),
        ("an error with status 200", always(Reply::json(with_error))),
        (
            "a list of another thing",
            always(Reply::json(json!({ "value": [7, "x"], "properties": [] }))),
        ),
        (
            "a circle",
            Box::new(move |body, endpoint, path| {
                let version = "api-version=2025-08-01";
                linked(
                    &as_list(body),
                    format!("{}{path}?{version}", endpoint.url()),
                )
            }),
        ),
        (
            "a foreign host",
            Box::new(move |body, _, _| {
                linked(&as_list(body), "https://127.0.0.1:1/next".to_owned())
            }),
        ),
    ]
}

/// Keeps a list unchanged. Wraps a resource into a list with one item, which is equally wrong.
fn as_list(body: &Value) -> Value {
    match body.get("value") {
        Some(_) => body.clone(),
        None => json!({ "value": [body] }),
    }
}

/// The ARM paths that were answered, with their answers.
fn asked(answers: &Answers) -> Vec<(String, Value)> {
    let of_arm = answers.iter().filter(|(key, _)| key.starts_with("arm:"));
    let given = of_arm.filter_map(|(key, answer)| match answer {
        Answer::Given(given) => Some((key, given.json.clone())),
        Answer::Refused(_) => None,
    });
    given
        .map(|(key, json)| {
            let path = key.strip_prefix("arm:").unwrap().split('?').next();
            (path.unwrap().to_owned(), json)
        })
        .collect()
}

fn statuses(migration: &Migration, answers: &Answers) -> BTreeMap<&'static str, Status> {
    let judgement = judge(&Facts::read(migration, answers), &Policy::default());
    let all = judgement.outcomes.iter();
    all.map(|o| (o.check.id, o.status)).collect()
}

/// Answers ARM questions from the endpoint, and all other questions from the recorded baseline.
struct Beside(Arm, Recording);

#[async_trait]
impl Source for Beside {
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

async fn run(endpoint: &ArmEndpoint, migration: &Migration) -> Answers {
    let baseline = Recording::open(&folder().join("baseline")).unwrap();
    let source = Beside(arm(endpoint), baseline);
    flexready::gather(migration, &source, start()).await.0
}

fn pair() -> Migration {
    migration("2025-08-01")
}

#[tokio::test]
async fn a_faulty_answer_only_affects_the_checks_that_need_it() {
    let migration = pair();
    let healthy = run(&healthy_arm(), &migration).await;
    let fine = statuses(&migration, &healthy);
    let asked = asked(&healthy);
    for (part, _) in NEEDED {
        assert!(
            asked.iter().any(|(path, _)| path.ends_with(part)),
            "{part} is not asked"
        );
    }
    let own = migration.target.as_ref().unwrap().id.path().to_lowercase();
    let mut wrong = Vec::new();
    for (path, body) in &asked {
        for (fault, reply) in faults() {
            let endpoint = healthy_arm();
            endpoint.route(path, reply(body, &endpoint, path));
            let answers = run(&endpoint, &migration).await;
            let now = statuses(&migration, &answers);
            let context = format!("{fault} for {path}");
            assert_others_stay(&healthy, &answers, path, &context);
            let lost: BTreeSet<&str> = fine
                .iter()
                .filter(|(id, status)| now.get(*id) != Some(status))
                .map(|(id, _)| *id)
                .collect();
            assert!(
                lost.iter().all(|id| now[id] == Status::Unknown),
                "{context}: {lost:?}"
            );
            match NEEDED.iter().find(|(part, _)| path.ends_with(part)) {
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
fn assert_others_stay(healthy: &Answers, now: &Answers, path: &str, context: &str) {
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
    let migration = pair();
    let healthy = run(&healthy_arm(), &migration).await;
    let fine = statuses(&migration, &healthy);
    for (path, _) in asked(&healthy) {
        let endpoint = healthy_arm();
        endpoint.route(&path, Reply::not_found());
        let now = statuses(&migration, &run(&endpoint, &migration).await);
        let is_server = path.ends_with("/orders-target");
        for (id, status) in now.iter().filter(|(id, _)| of_target(id)) {
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

fn of_target(id: &str) -> bool {
    flexready::checks::find(id).unwrap().needs == flexready::checks::Needs::Target
}

/// A valid answer with 10 MB of padding does not change a status. Pages with one item do not either.
#[tokio::test]
async fn large_answers_and_many_pages_do_not_change_a_status() {
    let migration = pair();
    let healthy = run(&healthy_arm(), &migration).await;
    let fine = statuses(&migration, &healthy);
    let large = healthy_arm();
    let paged = healthy_arm();
    for (path, body) in asked(&healthy) {
        let mut padded = body.clone();
        padded["padding"] = "x".repeat(10 << 20).into();
        large.route(&path, Reply::json(padded));
        if let Some(items) = body["value"].as_array().filter(|items| items.len() > 1) {
            pages(&paged, &path, items);
        }
    }
    assert_eq!(statuses(&migration, &run(&large, &migration).await), fine);
    assert_eq!(statuses(&migration, &run(&paged, &migration).await), fine);
    assert!(paged.seen().len() > large.seen().len(), "there were pages");
}

/// Serves the items of a list in at most three pages.
fn pages(endpoint: &ArmEndpoint, path: &str, items: &[Value]) {
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
    let migration = pair();
    let healthy = run(&healthy_arm(), &migration).await;
    let loud = healthy_arm();
    for (path, mut body) in asked(&healthy) {
        capitals(&mut body);
        loud.route(&path, Reply::json(body));
    }
    let answers = run(&loud, &migration).await;
    assert_eq!(
        answers.iter().count(),
        healthy.iter().count(),
        "the same questions"
    );
    assert_eq!(
        statuses(&migration, &answers),
        statuses(&migration, &healthy)
    );
}
