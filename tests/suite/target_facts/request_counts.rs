//! Rounds and requests for a target, counted in the log of the endpoint.

use std::collections::BTreeSet;

use flexready::backend::arm::ArmBackend;
use flexready::backend::collect;
use flexready::config::{Migration, MigrationScope};
use flexready::facts;
use flexready::question::{Answers, Origin};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::api_version_drift::baseline_migration;
use crate::arm::test_options;
use crate::check::healthy_arm_endpoint;
use crate::support::arm::{ArmEndpoint, Reply};

/// A target-only migration of the healthy target, whose virtual network is peered with a hub.
pub(crate) fn target_migration() -> Migration {
    Migration {
        scope: MigrationScope::Target,
        ..baseline_migration("2025-08-01")
    }
}

pub(crate) fn arm_backend(endpoint: &ArmEndpoint) -> ArmBackend {
    ArmBackend::new(test_options(endpoint)).unwrap()
}

pub(crate) fn empty_answers() -> Answers {
    Answers::new(OffsetDateTime::UNIX_EPOCH, Origin::Recorded)
}

fn target_path(migration: &Migration) -> String {
    migration.target.as_ref().unwrap().id.path()
}

/// The body of the healthy target for a path with this suffix.
fn healthy_body(end: &str) -> Value {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/healthy/arm");
    let bodies = std::fs::read_dir(folder).unwrap().map(|entry| {
        let text = std::fs::read(entry.unwrap().path()).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()
    });
    let is_it = |file: &Value| file["path"].as_str().unwrap().ends_with(end);
    bodies.into_iter().find(is_it).unwrap()["body"].clone()
}

/// Adds three read replicas to the target. The list only contains stubs, as in real answers.
fn add_replicas(endpoint: &ArmEndpoint, target: &str) {
    let name = |n: usize| format!("{target}-read-{n}");
    let stub = |n| json!({ "id": name(n), "name": name(n).rsplit('/').next(), "location": "", "sku": { "name": "" } });
    let list = json!({ "value": [stub(1), stub(2), stub(3)] });
    endpoint.route(&format!("{target}/replicas"), Reply::json(list));
    for n in 1..=3 {
        let mut body = healthy_body("/flexibleServers/orders-target");
        body["id"] = name(n).into();
        endpoint.route(&name(n), Reply::json(body));
    }
}

/// Asserts that no request was repeated and that all requests are GET.
fn assert_no_repeated_requests(endpoint: &ArmEndpoint) {
    let seen = endpoint.requests();
    let distinct: BTreeSet<String> = seen
        .iter()
        .map(|s| format!("{}?{}", s.path.to_lowercase(), s.query))
        .collect();
    assert_eq!(distinct.len(), seen.len(), "{distinct:#?}");
    assert!(seen.iter().all(|s| s.method == "GET"));
}

#[tokio::test]
async fn a_target_in_a_network_needs_three_rounds_and_eighteen_requests() {
    let endpoint = healthy_arm_endpoint();
    let migration = target_migration();
    let (_, rounds) =
        flexready::collect_answers(&migration, &arm_backend(&endpoint), empty_answers()).await;
    assert!(rounds.0 <= 3, "{} rounds", rounds.0);
    let plain = endpoint.requests().len();
    let peered = endpoint
        .requests()
        .iter()
        .filter(|s| s.path.to_lowercase().ends_with("/virtualnetworks/vnet-hub"))
        .count();
    assert_eq!(peered, 1);
    assert!(plain <= 18 + peered, "{plain} requests");
    assert_no_repeated_requests(&endpoint);

    let endpoint = healthy_arm_endpoint();
    add_replicas(&endpoint, &target_path(&migration));
    let (_, rounds) =
        flexready::collect_answers(&migration, &arm_backend(&endpoint), empty_answers()).await;
    assert!(rounds.0 <= 3, "{} rounds", rounds.0);
    assert_eq!(
        endpoint.requests().len(),
        plain + 3,
        "one more for each replica"
    );
    assert_no_repeated_requests(&endpoint);
}

/// Fifty targets. Every other target has uppercase ids of shared resources, as ARM can return them.
#[tokio::test]
async fn resources_shared_by_fifty_targets_are_read_once() {
    let endpoint = healthy_arm_endpoint();
    let model = target_migration();
    let own = target_path(&model);
    let mut fleet = Vec::new();
    for n in 0..50 {
        let mut migration = model.clone();
        let target = migration.target.as_mut().unwrap();
        target.id = format!("{own}-{n}").parse().unwrap();
        for child in [
            "",
            "/configurations",
            "/databases",
            "/replicas",
            "/migrations",
        ] {
            let mut body = healthy_body(&format!("/flexibleServers/orders-target{child}"));
            if n % 2 == 1 && child.is_empty() {
                uppercase_ids(&mut body["properties"]["network"]);
            }
            endpoint.route(&format!("{own}-{n}{child}"), Reply::json(body));
        }
        for child in ["locks", "permissions"] {
            let end = format!("/providers/Microsoft.Authorization/{child}");
            endpoint.route(&format!("{own}-{n}{end}"), Reply::json(healthy_body(&end)));
        }
        fleet.push(migration);
    }
    let next = |answers: &Answers| {
        let questions = fleet.iter().flat_map(|m| facts::next_questions(m, answers));
        questions.collect::<Vec<_>>()
    };
    let (_, rounds) = collect(&arm_backend(&endpoint), empty_answers(), next).await;
    assert!(rounds.0 <= 3, "{} rounds for all", rounds.0);
    assert_no_repeated_requests(&endpoint);
    let (mine, shared): (Vec<_>, Vec<_>) = endpoint
        .requests()
        .into_iter()
        .partition(|s| s.path.to_lowercase().contains("/orders-target-"));
    assert_eq!(mine.len(), 50 * 7);
    assert!(shared.len() <= 11, "{} shared requests", shared.len());
    for part in [
        "/capabilities",
        "/vnet-prod",
        "/vnet-hub",
        "/nsg-postgres",
        "/rt-postgres",
    ] {
        let count = shared
            .iter()
            .filter(|s| s.path.to_lowercase().ends_with(part));
        assert_eq!(count.count(), 1, "{part}");
    }
}

/// Converts every resource id in the JSON to uppercase.
pub(crate) fn uppercase_ids(json: &mut Value) {
    match json {
        Value::String(text) if text.starts_with("/subscriptions/") => *text = text.to_uppercase(),
        Value::Array(items) => items.iter_mut().for_each(uppercase_ids),
        Value::Object(fields) => fields.values_mut().for_each(uppercase_ids),
        _ => {}
    }
}
