//! The Azure network: recorded bodies of the network provider, the number of requests, and bodies with wrong types.

use std::path::Path;

use flexready::checks;
use flexready::facts::Facts;
use flexready::facts::path::{peering, route_table, security_group, subnet, zone};
use flexready::inputs::recording::Recording;
use flexready::network::drawn::draw;
use flexready::network::hop::State;
use flexready::plan::{Migration, ResourceId, Scope};
use flexready::question::{Answers, Question};
use flexready::verdict::{Policy, Status, judge};
use serde_json::{Value, json};

use crate::fixtures::folder;
use crate::fixtures::overlay::patch;

/// Reads a recorded body of the shared corpus and its resource ID. Returns `None` without the corpus.
fn corpus(name: &str) -> Option<(String, Value)> {
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

fn id(text: &str) -> ResourceId {
    text.parse().unwrap()
}

fn answered(question: &Question, body: Value) -> Answers {
    let clock = time::OffsetDateTime::UNIX_EPOCH;
    let mut answers = Answers::new(clock, flexready::question::Origin::Recorded);
    answers.insert(question.key(), body.into());
    answers
}

#[test]
fn recorded_networks_are_read() {
    let Some((path, body)) = corpus("net_vnet_with_subnets.json") else {
        return assert_without_corpus();
    };
    let network = id(&path);
    let answers = answered(&subnet::question(&network), body);
    let network = subnet::read(&network, &answers).unwrap();
    assert_eq!(network.space.unwrap().len(), 2);
    assert!(network.peerings.unwrap().is_empty());
    assert!(network.dns_servers.unwrap().is_empty());
    let subnets = network.subnets.unwrap();
    let own = &subnets[0];
    assert_eq!(own.prefixes.as_ref().unwrap()[0].to_string(), "10.0.0.0/24");
    assert_eq!(
        own.delegations.as_ref().unwrap(),
        &["Microsoft.DBforPostgreSQL/flexibleServers"]
    );
    assert_eq!(own.security_group, Ok(None));
}

#[test]
fn recorded_peerings_are_read() {
    let Some((path, body)) = corpus("net_vnet_with_subnets.json") else {
        return assert_without_corpus();
    };
    for (file, connected) in [
        ("net_vnet_peering_list.json", true),
        ("net_peering_get.json", false),
    ] {
        let (_, peering) = corpus(file).unwrap();
        let all = peering
            .get("value")
            .cloned()
            .unwrap_or_else(|| json!([peering]));
        let mut body = body.clone();
        body["properties"]["virtualNetworkPeerings"] = all;
        let network = id(&path);
        let answers = answered(&subnet::question(&network), body);
        let read = subnet::read(&network, &answers).unwrap().peerings.unwrap();
        let peering: &peering::Peering = &read[0];
        assert_eq!(peering.is_connected(), Ok(connected), "{file}");
        assert_eq!(peering.allows_access, Ok(false));
        assert_eq!(peering.allows_gateway_transit, Ok(true));
        assert_eq!(peering.remote.as_ref().unwrap().name(), "vnet1");
        assert_eq!(peering.remote_space.as_ref().unwrap().len(), 1);
    }
}

#[test]
fn recorded_rules_routes_and_links_are_read() {
    let Some((path, body)) = corpus("net_nsg_with_rule_and_defaults.json") else {
        return assert_without_corpus();
    };
    let group = id(&path);
    let answers = answered(&security_group::question(&group), body);
    let rules = security_group::read(&group, &answers).unwrap().outbound;
    let names: Vec<&str> = rules.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "AllowVnetOutBound",
            "AllowInternetOutBound",
            "DenyAllOutBound"
        ]
    );

    let (path, body) = corpus("net_route_table.json").unwrap();
    let table = id(&path);
    let answers = answered(&route_table::question(&table), body);
    let table = route_table::read(&table, &answers).unwrap();
    assert_eq!(table.takes_gateway_routes, Ok(false));
    assert_eq!(table.routes[0].next_hop, route_table::NextHop::Nowhere);

    let (path, body) = corpus("net_vnet_links_list.json").unwrap();
    let zone = id(path.trim_end_matches("/virtualNetworkLinks"));
    let answers = answered(&zone::links_question(&zone), body);
    let links = zone::read(&zone, &answers).links.unwrap().unwrap();
    assert_eq!(links[0].network.name(), "vnetgrouptestvnet");
    assert_eq!(links[0].state, Ok("Completed".to_owned()));
}

/// Runs the same readers on the bodies of the baseline, for when the corpus is not available.
fn assert_without_corpus() {
    let (migration, answers) = baseline();
    let facts = Facts::read(&migration, &answers);
    let inside = facts
        .path
        .as_ref()
        .unwrap()
        .inside
        .as_ref()
        .unwrap()
        .as_ref()
        .unwrap();
    assert!(inside.network.is_ok() && inside.routes.is_ok());
}

/// The answers of the baseline, without SQL queries and target parameters.
fn baseline() -> (Migration, Answers) {
    let recording = Recording::open(&folder().join("baseline")).unwrap();
    let migration = recording.migrations()[0].clone();
    let start = recording.start();
    let (all, _) = futures::executor::block_on(flexready::gather(&migration, &recording, start));
    let mut answers = Answers::new(all.recorded_at, all.origin);
    let wanted = |key: &str| !key.starts_with("sql:") && !key.contains("/configurations");
    for (key, answer) in all.iter().filter(|(key, _)| wanted(key)) {
        answers.insert(key.to_owned(), answer.clone());
    }
    (migration, answers)
}

#[test]
fn a_target_in_a_virtual_network_needs_at_most_three_rounds() {
    let recording = Recording::open(&folder().join("baseline")).unwrap();
    let migration = Migration {
        scope: Scope::Target,
        ..recording.migrations()[0].clone()
    };
    let start = recording.start();
    let (answers, rounds) =
        futures::executor::block_on(flexready::gather(&migration, &recording, start));
    assert!(rounds.0 <= 3, "{} rounds", rounds.0);
    let asked: Vec<&str> = answers.iter().map(|(key, _)| key).collect();
    let peered = asked
        .iter()
        .filter(|k| k.contains("/virtualnetworks/vnet-hub"))
        .count();
    assert_eq!(peered, 1);
    assert!(asked.len() <= 18 + peered, "{asked:#?}");
}

#[test]
fn the_network_path_lists_every_hop() {
    let (migration, answers) = baseline();
    let path = draw(&Facts::read(&migration, &answers)).unwrap();
    assert_eq!(path.to, "10.20.0.5:5432");
    let hops: Vec<(&str, State)> = path
        .hops
        .iter()
        .map(|h| (h.name.as_str(), h.state))
        .collect();
    assert_eq!(
        hops,
        [
            ("network guide", State::Open),
            ("subnet snet-postgres", State::Open),
            ("security group nsg-postgres", State::Open),
            ("route table rt-postgres", State::Open),
            ("peering prod-to-hub to vnet-hub", State::Open),
            ("gateway in vnet-hub", State::Unknown),
            ("name orders-db.corp.example", State::Unknown),
            // The answers contain no SQL
            ("pg_hba.conf of the source", State::Unknown),
            ("source", State::Unknown),
        ]
    );
    let one_side = Migration {
        scope: Scope::Target,
        ..migration
    };
    assert_eq!(draw(&Facts::read(&one_side, &answers)), None);
}

fn status(check: &str, migration: &Migration, answers: &Answers) -> Status {
    let policy = Policy {
        only: vec![check.to_owned()],
        ..Policy::default()
    };
    assert!(checks::find(check).is_some());
    judge(&Facts::read(migration, answers), &policy).outcomes[0].status
}

/// Collects the JSON pointers to all values within `json`.
fn places(json: &Value, at: &str, found: &mut Vec<String>) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push(format!("{at}/{name}"));
                places(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                found.push(format!("{at}/{index}"));
                places(value, &format!("{at}/{index}"), found);
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
    for (check, part, change) in cases {
        let (migration, answers) = baseline();
        let (key, mut body) = answers
            .iter()
            .find_map(|(key, answer)| match answer {
                flexready::question::Answer::Given(g) if key.contains(part) => {
                    Some((key.to_owned(), g.json.clone()))
                }
                _ => None,
            })
            .unwrap();
        patch(&mut body, &change);
        let mut all = Vec::new();
        places(&body, "", &mut all);
        assert!(all.len() > 10);
        for wrong in [json!(7), json!("x"), json!({}), json!([]), json!([7])] {
            for place in &all {
                let mut body = body.clone();
                let value = body.pointer_mut(place).unwrap();
                if same_type(value, &wrong) {
                    continue;
                }
                *value = wrong.clone();
                let mut answers = answers.clone();
                answers.replace(&key, body.into());
                let status = status(check, &migration, &answers);
                assert!(
                    matches!(status, Status::Fail | Status::Unknown),
                    "{check}: {place} = {wrong} makes it {status:?}"
                );
            }
        }
    }
}

fn same_type(a: &Value, b: &Value) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}
