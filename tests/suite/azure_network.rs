//! The Azure network: recorded bodies of the network provider, the number of requests, and bodies with wrong types.

use std::path::Path;

use flexready::backend::recording::Recording;
use flexready::checks;
use flexready::config::{Migration, MigrationScope, ResourceId};
use flexready::facts::Facts;
use flexready::facts::network::azure_network::{
    private_dns, route_table, security_group, virtual_network, vnet_peering,
};
use flexready::question::{Answers, Question};
use flexready::reachability::path::{HopState, trace_path};
use flexready::verdict::{Policy, Status, evaluate};
use serde_json::{Value, json};

use crate::fixtures::overlay::merge_patch;
use crate::support::recordings::fixtures_dir;

/// Reads a recorded body of the shared corpus and its resource ID. Returns `None` without the corpus.
fn corpus_body(name: &str) -> Option<(String, Value)> {
    let shared = std::env::var_os("FLEXREADY_SHARED")?;
    let path = Path::new(&shared).join("arm-corpus/bodies").join(name);
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let url = file["url"].as_str().unwrap();
    let path = url
        .split("azure.com")
        .nth(1)
        .unwrap()
        .split('?')
        .next()
        .unwrap();
    Some((path.to_owned(), file["body"].clone()))
}

fn resource_id(text: &str) -> ResourceId {
    text.parse().unwrap()
}

fn answers_with(question: &Question, body: Value) -> Answers {
    let clock = time::OffsetDateTime::UNIX_EPOCH;
    let mut answers = Answers::new(clock, flexready::question::Origin::Recorded);
    answers.insert(question.key(), body.into());
    answers
}

#[test]
fn recorded_networks_are_read() {
    let Some((path, body)) = corpus_body("net_vnet_with_subnets.json") else {
        return assert_baseline_is_read();
    };
    let network = resource_id(&path);
    let answers = answers_with(&virtual_network::question(&network), body);
    let network = virtual_network::read(&network, &answers).unwrap();
    assert_eq!(network.address_space.unwrap().len(), 2);
    assert!(network.peerings.unwrap().is_empty());
    assert!(network.dns_servers.unwrap().is_empty());
    let subnets = network.subnets.unwrap();
    let first_subnet = &subnets[0];
    assert_eq!(
        first_subnet.prefixes.as_ref().unwrap()[0].to_string(),
        "10.0.0.0/24"
    );
    assert_eq!(
        first_subnet.delegations.as_ref().unwrap(),
        &["Microsoft.DBforPostgreSQL/flexibleServers"]
    );
    assert_eq!(first_subnet.security_group, Ok(None));
}

#[test]
fn recorded_peerings_are_read() {
    let Some((path, body)) = corpus_body("net_vnet_with_subnets.json") else {
        return assert_baseline_is_read();
    };
    for (file, connected) in [
        ("net_vnet_peering_list.json", true),
        ("net_peering_get.json", false),
    ] {
        let (_, peering) = corpus_body(file).unwrap();
        let all = peering
            .get("value")
            .cloned()
            .unwrap_or_else(|| json!([peering]));
        let mut body = body.clone();
        body["properties"]["virtualNetworkPeerings"] = all;
        let network = resource_id(&path);
        let answers = answers_with(&virtual_network::question(&network), body);
        let read = virtual_network::read(&network, &answers)
            .unwrap()
            .peerings
            .unwrap();
        let peering: &vnet_peering::Peering = &read[0];
        assert_eq!(peering.is_connected(), Ok(connected), "{file}");
        assert_eq!(peering.allows_vnet_access, Ok(false));
        assert_eq!(peering.allows_gateway_transit, Ok(true));
        assert_eq!(peering.remote_vnet_id.as_ref().unwrap().name(), "vnet1");
        assert_eq!(peering.remote_address_space.as_ref().unwrap().len(), 1);
    }
}

#[test]
fn recorded_rules_routes_and_links_are_read() {
    let Some((path, body)) = corpus_body("net_nsg_with_rule_and_defaults.json") else {
        return assert_baseline_is_read();
    };
    let group = resource_id(&path);
    let answers = answers_with(&security_group::question(&group), body);
    let rules = security_group::read(&group, &answers)
        .unwrap()
        .outbound_rules;
    let names: Vec<&str> = rules.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "AllowVnetOutBound",
            "AllowInternetOutBound",
            "DenyAllOutBound"
        ]
    );

    let (path, body) = corpus_body("net_route_table.json").unwrap();
    let table = resource_id(&path);
    let answers = answers_with(&route_table::question(&table), body);
    let table = route_table::read(&table, &answers).unwrap();
    assert_eq!(table.propagates_gateway_routes, Ok(false));
    assert_eq!(table.routes[0].next_hop, route_table::NextHop::Dropped);

    let (path, body) = corpus_body("net_vnet_links_list.json").unwrap();
    let zone = resource_id(path.trim_end_matches("/virtualNetworkLinks"));
    let answers = answers_with(&private_dns::links_question(&zone), body);
    let links = private_dns::read(&zone, &answers).links.unwrap().unwrap();
    assert_eq!(links[0].vnet_id.name(), "vnetgrouptestvnet");
    assert_eq!(links[0].state, Ok("Completed".to_owned()));
}

/// Runs the same readers on the bodies of the baseline, for when the corpus is not available.
fn assert_baseline_is_read() {
    let (migration, answers) = baseline_without_sql();
    let facts = Facts::read(&migration, &answers);
    let placement = facts
        .azure_network
        .as_ref()
        .unwrap()
        .placement
        .as_ref()
        .unwrap()
        .as_ref()
        .unwrap();
    assert!(placement.vnet.is_ok() && placement.route_table.is_ok());
}

/// The answers of the baseline, without SQL queries and target parameters.
fn baseline_without_sql() -> (Migration, Answers) {
    let recording = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let migration = recording.migrations()[0].clone();
    let start = recording.empty_answers();
    let (all, _) =
        futures::executor::block_on(flexready::collect_answers(&migration, &recording, start));
    let mut answers = Answers::new(all.recorded_at, all.origin);
    let is_kept = |key: &str| !key.starts_with("sql:") && !key.contains("/configurations");
    for (key, answer) in all.iter().filter(|(key, _)| is_kept(key)) {
        answers.insert(key.to_owned(), answer.clone());
    }
    (migration, answers)
}

#[test]
fn a_target_in_a_virtual_network_needs_at_most_three_rounds() {
    let recording = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let migration = Migration {
        scope: MigrationScope::Target,
        ..recording.migrations()[0].clone()
    };
    let start = recording.empty_answers();
    let (answers, rounds) =
        futures::executor::block_on(flexready::collect_answers(&migration, &recording, start));
    assert!(rounds.0 <= 3, "{} rounds", rounds.0);
    let question_keys: Vec<&str> = answers.iter().map(|(key, _)| key).collect();
    let hub_questions = question_keys
        .iter()
        .filter(|k| k.contains("/virtualnetworks/vnet-hub"))
        .count();
    assert_eq!(hub_questions, 1);
    assert!(
        question_keys.len() <= 18 + hub_questions,
        "{question_keys:#?}"
    );
}

#[test]
fn the_network_path_lists_every_hop() {
    let (migration, answers) = baseline_without_sql();
    let path = trace_path(&Facts::read(&migration, &answers)).unwrap();
    assert_eq!(path.to, "10.20.0.5:5432");
    let hops: Vec<(&str, HopState)> = path
        .hops
        .iter()
        .map(|h| (h.name.as_str(), h.state))
        .collect();
    assert_eq!(
        hops,
        [
            ("network guide", HopState::Open),
            ("subnet snet-postgres", HopState::Open),
            ("security group nsg-postgres", HopState::Open),
            ("route table rt-postgres", HopState::Open),
            ("peering prod-to-hub to vnet-hub", HopState::Open),
            ("gateway in vnet-hub", HopState::Unknown),
            ("name orders-db.corp.example", HopState::Unknown),
            // The answers contain no SQL
            ("pg_hba.conf of the source", HopState::Unknown),
            ("source", HopState::Unknown),
        ]
    );
    let one_side = Migration {
        scope: MigrationScope::Target,
        ..migration
    };
    assert_eq!(trace_path(&Facts::read(&one_side, &answers)), None);
}

fn check_status(check: &str, migration: &Migration, answers: &Answers) -> Status {
    let policy = Policy {
        only: vec![check.to_owned()],
        ..Policy::default()
    };
    assert!(checks::find(check).is_some());
    evaluate(&Facts::read(migration, answers), &policy).outcomes[0].status
}

/// Collects the JSON pointers to all values within `json`.
fn collect_pointers(json: &Value, prefix: &str, pointers: &mut Vec<String>) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                pointers.push(format!("{prefix}/{name}"));
                collect_pointers(value, &format!("{prefix}/{name}"), pointers);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers.push(format!("{prefix}/{index}"));
                collect_pointers(value, &format!("{prefix}/{index}"), pointers);
            }
        }
        _ => {}
    }
}

/// A check that fails on a body still does not pass when one value of the body has another type.
#[test]
fn a_value_of_the_wrong_type_never_makes_a_check_pass() {
    let deny = json!({ "properties": { "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "*",
        "destinationPortRange": "*", "destinationAddressPrefix": "*", "access": "Deny", "priority": 150, "direction": "Outbound" } });
    let drop = json!({ "properties": { "addressPrefix": "10.20.0.5/32", "nextHopType": "None" } });
    let cases = [
        (
            "nsg-blocks-source",
            "/nsg-postgres?",
            json!({ "properties": { "securityRules": { "deny": deny } } }),
        ),
        (
            "route-diverts-source",
            "/rt-postgres?",
            json!({ "properties": { "routes": { "drop": drop } } }),
        ),
        (
            "subnet-not-delegated",
            "/vnet-prod?",
            json!({ "properties": { "subnets": { "snet-postgres": { "properties": { "delegations": [] } } } } }),
        ),
        (
            "private-dns-zone-unlinked",
            "/virtualnetworklinks?",
            json!({ "value": { "to-vnet-prod": { "properties": { "virtualNetworkLinkState": "InProgress" } } } }),
        ),
    ];
    for (check, key_part, change) in cases {
        let (migration, answers) = baseline_without_sql();
        let (key, mut body) = answers
            .iter()
            .find_map(|(key, answer)| match answer {
                flexready::question::Answer::Body(g) if key.contains(key_part) => {
                    Some((key.to_owned(), g.json.clone()))
                }
                _ => None,
            })
            .unwrap();
        merge_patch(&mut body, &change);
        let mut pointers = Vec::new();
        collect_pointers(&body, "", &mut pointers);
        assert!(pointers.len() > 10);
        for wrong in [json!(7), json!("x"), json!({}), json!([]), json!([7])] {
            for pointer in &pointers {
                let mut body = body.clone();
                let value = body.pointer_mut(pointer).unwrap();
                if is_same_type(value, &wrong) {
                    continue;
                }
                *value = wrong.clone();
                let mut answers = answers.clone();
                answers.replace(&key, body.into());
                let status = check_status(check, &migration, &answers);
                assert!(
                    matches!(status, Status::Fail | Status::Unknown),
                    "{check}: {pointer} = {wrong} makes it {status:?}"
                );
            }
        }
    }
}

fn is_same_type(a: &Value, b: &Value) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}
