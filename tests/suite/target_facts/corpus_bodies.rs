//! Reads every corpus body and specification example of a kind that flexready uses.
//! Only fields that the api-version does not have are missing.
//! Needs `FLEXREADY_SHARED`. Without it, the test prints a notice and returns.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::facts::network::azure_network::{
    private_dns, route_table, security_group, virtual_network, vnet_peering,
};
use flexready::question::Question;
use serde_json::{Value, json};

use super::api_version_drift::{baseline_migration, server_question, synthetic_answers};

/// The kind of a body by the prefix of its file name, longest prefix first.
const BODY_KINDS: &[(&str, BodyKind)] = &[
    ("AdministratorsMicrosoftEntraList", BodyKind::Administrators),
    ("CapabilitiesByLocation", BodyKind::Capabilities),
    ("ConfigurationListByServer", BodyKind::Configurations),
    ("DatabasesListByServer", BodyKind::Databases),
    ("FirewallRuleListByServer", BodyKind::Firewall),
    ("MaintenanceEventsListByServer", BodyKind::Maintenance),
    ("MigrationsGet", BodyKind::Migration),
    ("ReplicasListByServer", BodyKind::Replicas),
    ("ServerList", BodyKind::Servers),
    ("ServersList", BodyKind::Servers),
    ("administrators_list_empty", BodyKind::Administrators),
    ("capabilities_", BodyKind::Capabilities),
    ("configurations_list", BodyKind::Configurations),
    ("databases_list", BodyKind::Databases),
    ("firewall_rules_list", BodyKind::Firewall),
    ("locks_list", BodyKind::Locks),
    ("lock_readonly", BodyKind::Lock),
    ("migration_get", BodyKind::Migration),
    ("migrations_list", BodyKind::Migrations),
    ("replicas_list", BodyKind::Replicas),
    ("servers_list", BodyKind::Servers),
    ("server_", BodyKind::Server),
    ("net_nsg", BodyKind::SecurityGroup),
    ("net_route_table", BodyKind::RouteTable),
    ("net_vnet_with_subnets", BodyKind::Network),
    ("net_vnet_links_list", BodyKind::Links),
];

/// Examples whose body is a server, from operations that flexready does not use.
const SERVER_EXAMPLES: [&str; 6] = [
    "ServerCreate",
    "ServerCreatePointInTimeRestore",
    "ServerGet",
    "ServerUpdate",
    "ServersGet",
    "ServerUpdateWithCustomerMaintenanceWindow",
];

/// Bodies that flexready does not request, or that are part of another body.
/// Peerings and subnets are part of their virtual network, and are tested in `azure_network`.
const UNUSED_BODIES: &[&str] = &[
    "CheckNameAvailability",
    "ConfigurationGet",
    "ConfigurationUpdate",
    "DatabaseCreate",
    "DatabaseDelete",
    "DatabaseGet",
    "FirewallRuleCreate",
    "FirewallRuleDelete",
    "FirewallRuleGet",
    "GetPrivateDnsZoneSuffix",
    "MajorVersionUpgradePrecheck",
    "NameAvailabilityCheck",
    "OperationList",
    "PrivateDnsZoneSuffixGet",
    "QuotaUsages",
    "ServerDelete",
    "ServerRestart",
    "ServerStart",
    "ServerStop",
    "VirtualEndpoints",
    "VirtualNetworkSubnetUsage",
    "arg_",
    "async_operation",
    "backups_list",
    "check_name",
    "configuration_get",
    "error_",
    "ltr_backup",
    "major_version",
    "net_dns_",
    "net_peering_get",
    "net_private_dns_zone",
    "net_private_endpoint",
    "net_subnet_",
    "net_vnet_peering_list",
    "private_dns_zone_suffix",
    "private_endpoint_connections_list",
    "private_link_resources",
    "threat_protection",
];

#[derive(Clone, Copy, Debug)]
enum BodyKind {
    Administrators,
    Capabilities,
    Configurations,
    Databases,
    Firewall,
    Links,
    Lock,
    Locks,
    Maintenance,
    Migration,
    Migrations,
    Network,
    Replicas,
    RouteTable,
    SecurityGroup,
    Server,
    Servers,
}

#[test]
fn every_corpus_body_is_understood() {
    let Some(shared) = std::env::var_os("FLEXREADY_SHARED") else {
        eprintln!("not run: FLEXREADY_SHARED does not name the folder of recorded answers");
        return;
    };
    let corpus = Path::new(&shared).join("arm-corpus");
    let mut read = 0;
    for (version, path) in corpus_files(&corpus) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let is_server = SERVER_EXAMPLES
            .iter()
            .any(|s| name == *s || name == format!("{s}WithVnet"));
        let kind = BODY_KINDS.iter().find(|(start, _)| name.starts_with(start));
        let kind = match (is_server, kind) {
            (true, _) => BodyKind::Server,
            (false, Some((_, kind))) => *kind,
            (false, None) => {
                let known = UNUSED_BODIES.iter().any(|start| name.starts_with(start));
                assert!(known, "{name}: is it asked or not?");
                continue;
            }
        };
        for (version, body) in response_bodies(&file, version.as_deref()) {
            read += 1;
            assert_understood(kind, &name, &version, body);
        }
    }
    assert!(read > 50, "{read} bodies");
}

/// Every file with the api-version of its folder. Recordings contain the api-version in their URL.
fn corpus_files(corpus: &Path) -> Vec<(Option<String>, PathBuf)> {
    let list = |folder: PathBuf| {
        let entries =
            std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        entries.map(|e| e.unwrap().path()).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = list(corpus.join("bodies"))
        .into_iter()
        .map(|p| (None, p))
        .collect();
    for folder in list(corpus.join("spec-examples")) {
        let version = folder.file_name().unwrap().to_string_lossy().into_owned();
        all.extend(list(folder).into_iter().map(|p| (Some(version.clone()), p)));
    }
    all.sort();
    all
}

/// The response bodies of a file, each with its api-version.
fn response_bodies(file: &Value, version: Option<&str>) -> Vec<(String, Value)> {
    let Some(version) = version else {
        let url = file["url"].as_str().unwrap();
        let version = url
            .split("api-version=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap();
        return vec![(version.to_owned(), file["body"].clone())];
    };
    let responses = file["responses"].as_object().unwrap().values();
    let bodies = responses
        .map(|r| r["body"].clone())
        .filter(Value::is_object);
    bodies.map(|body| (version.to_owned(), body)).collect()
}

fn assert_understood(kind: BodyKind, name: &str, version: &str, body: Value) {
    let target = baseline_migration(version);
    let list = |path: &str| server_question(&target, path, None);
    let network = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";
    match kind {
        BodyKind::Server => assert_server_is_known(name, &target, body),
        BodyKind::Servers => {
            for one in body["value"].as_array().unwrap() {
                assert_server_is_known(name, &target, one.clone());
            }
        }
        BodyKind::Databases => assert_fact_is_known(name, &target, list("/databases"), body, |f| {
            f.target_databases.clone()
        }),
        BodyKind::Configurations => {
            assert_fact_is_known(name, &target, list("/configurations"), body, |f| {
                f.target_parameters.as_ref().map(drop).map_err(Clone::clone)
            });
        }
        BodyKind::Replicas => assert_replicas_are_known(name, &target, body),
        BodyKind::Firewall => {
            let server = (
                list(""),
                json!({ "location": "x", "sku": {}, "properties": { "network": { "publicNetworkAccess": "Enabled" } } }),
            );
            let answers = synthetic_answers(&[server, (list("/firewallRules"), body.clone())]);
            let facts = Facts::read(&target, &answers);
            let rules = facts.azure_network.unwrap().firewall_rules.unwrap();
            assert_eq!(rules.len(), item_count(&body), "{name}");
        }
        BodyKind::Capabilities => assert_capabilities_are_known(name, &target, body),
        BodyKind::Migration => {
            assert_migrations_are_known(name, &target, json!({ "value": [body] }))
        }
        BodyKind::Migrations => assert_migrations_are_known(name, &target, body),
        BodyKind::Administrators => {
            let auth = json!({ "authConfig": { "activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled" } });
            let server = (
                list(""),
                json!({ "location": "x", "sku": {}, "properties": auth }),
            );
            let answers = synthetic_answers(&[server, (list("/administrators"), body.clone())]);
            let names = Facts::read(&target, &answers)
                .service
                .unwrap()
                .administrators;
            assert_eq!(names.unwrap().len(), item_count(&body), "{name}");
        }
        BodyKind::Maintenance => {
            let server = (
                list(""),
                json!({ "location": "x", "sku": {}, "properties": {} }),
            );
            let answers = synthetic_answers(&[server, (list("/maintenanceEvents"), body)]);
            let read = Facts::read(&target, &answers).service.unwrap().maintenance;
            assert_eq!(missing_reasons(&read), [] as [String; 0], "{name}");
        }
        BodyKind::Lock => assert_locks_are_known(name, &target, json!({ "value": [body] })),
        BodyKind::Locks => assert_locks_are_known(name, &target, body),
        BodyKind::SecurityGroup => {
            let id = format!("{network}/networkSecurityGroups/n")
                .parse()
                .unwrap();
            let read = security_group::read(
                &id,
                &synthetic_answers(&[(security_group::question(&id), body)]),
            );
            assert_eq!(missing_reasons(&read), [] as [String; 0], "{name}");
        }
        BodyKind::RouteTable => {
            let id = format!("{network}/routeTables/r").parse().unwrap();
            let read = route_table::read(
                &id,
                &synthetic_answers(&[(route_table::question(&id), body)]),
            );
            assert_eq!(missing_reasons(&read), [] as [String; 0], "{name}");
        }
        BodyKind::Network => {
            let id = format!("{network}/virtualNetworks/v").parse().unwrap();
            let read = virtual_network::read(
                &id,
                &synthetic_answers(&[(virtual_network::question(&id), body)]),
            )
            .unwrap();
            let _: &Vec<vnet_peering::Peering> = read.peerings.as_ref().unwrap();
            assert_eq!(missing_reasons(&read), [] as [String; 0], "{name}");
        }
        BodyKind::Links => {
            let id = format!("{network}/privateDnsZones/z").parse().unwrap();
            let read = private_dns::read(
                &id,
                &synthetic_answers(&[(private_dns::links_question(&id), body)]),
            );
            assert_eq!(missing_reasons(&read.links), [] as [String; 0], "{name}");
        }
    }
}

/// Asserts that one answer makes the fact known.
fn assert_fact_is_known<T: Debug>(
    name: &str,
    migration: &Migration,
    question: Question,
    body: Value,
    fact: impl Fn(&Facts) -> flexready::facts::Fact<T>,
) {
    let server = (
        server_question(migration, "", None),
        json!({ "location": "x", "sku": {}, "properties": {} }),
    );
    let answers = synthetic_answers(&[server, (question, body)]);
    let facts = Facts::read(migration, &answers);
    assert_eq!(missing_reasons(&fact(&facts)), [] as [String; 0], "{name}");
}

/// Asserts that a server is known, except for fields that its api-version does not have or that an example omits.
fn assert_server_is_known(name: &str, migration: &Migration, body: Value) {
    let answers = synthetic_answers(&[(server_question(migration, "", None), body)]);
    let server = Facts::read(migration, &answers).server;
    let server = server.unwrap_or_else(|m| panic!("{name}: {}", m.reason));
    let unexpected: Vec<String> = missing_reasons(&server)
        .into_iter()
        .filter(|why| !why.contains("exists since api-version"))
        .filter(|why| !is_omitted_by_example(name, why))
        .collect();
    assert_eq!(unexpected, [] as [String; 0], "{name}");
    assert!(server.version.is_ok() && server.sku.is_ok(), "{name}");
}

/// Some examples of the specification omit fields that a real answer always has.
fn is_omitted_by_example(name: &str, why: &str) -> bool {
    let is_example = !name.starts_with("server");
    // With a service-managed key, ARM does not report the key status.
    let no_key = why.contains("primaryEncryptionKeyStatus");
    no_key || (is_example && why.starts_with("the answer has no `"))
}

fn assert_replicas_are_known(name: &str, migration: &Migration, body: Value) {
    let list = (server_question(migration, "/replicas", None), body.clone());
    let mut pairs = vec![
        (
            server_question(migration, "", None),
            json!({ "location": "x", "sku": {}, "properties": {} }),
        ),
        list,
    ];
    let start = synthetic_answers(&pairs);
    let ids = Facts::read(migration, &start).replicas.unwrap();
    assert_eq!(ids.len(), item_count(&body), "{name}");
    for (replica, own) in ids.iter().zip(body["value"].as_array().unwrap()) {
        let target = migration.target.as_ref().unwrap();
        pairs.push((
            flexready::facts::target::replicas::replica_question(target, &replica.id),
            own.clone(),
        ));
    }
    let all = synthetic_answers(&pairs);
    let read = Facts::read(migration, &all).replicas;
    let unexpected: Vec<_> = missing_reasons(&read)
        .into_iter()
        .filter(|w| !w.contains("exists since"))
        .collect();
    assert_eq!(unexpected, [] as [String; 0], "{name}");
}

fn assert_capabilities_are_known(name: &str, migration: &Migration, body: Value) {
    let target = migration.target.as_ref().unwrap();
    let question = Question::Arm {
        path: format!(
            "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/locations/westus/capabilities",
            target.id.subscription
        ),
        api_version: target.api_version.clone(),
        filter: None,
    };
    let server = json!({ "location": "West US", "sku": {}, "properties": {} });
    let answers = synthetic_answers(&[
        (server_question(migration, "", None), server),
        (question, body),
    ]);
    let offered = Facts::read(migration, &answers).capabilities;
    let offered = offered.unwrap_or_else(|m| panic!("{name}: {}", m.reason));
    assert!(
        !offered.skus.is_empty() && !offered.storage_sizes.is_empty(),
        "{name}"
    );
    assert!(
        offered
            .skus
            .iter()
            .all(|s| s.vcores > 0 && s.memory_gib > 0.0),
        "{name}"
    );
}

fn assert_migrations_are_known(name: &str, migration: &Migration, body: Value) {
    let list = server_question(migration, "/migrations", Some("migrationListFilter=All"));
    let server = json!({ "location": "x", "sku": {}, "properties": {} });
    let answers = synthetic_answers(&[
        (server_question(migration, "", None), server),
        (list, body.clone()),
    ]);
    let runs = Facts::read(migration, &answers)
        .service
        .unwrap()
        .migrations
        .unwrap();
    assert_eq!(runs.len(), item_count(&body), "{name}");
    assert_eq!(missing_reasons(&runs), [] as [String; 0], "{name}");
}

fn assert_locks_are_known(name: &str, migration: &Migration, body: Value) {
    let question =
        flexready::facts::target::service::locks::question(migration.target.as_ref().unwrap());
    let server = json!({ "location": "x", "sku": {}, "properties": {} });
    let answers = synthetic_answers(&[
        (server_question(migration, "", None), server),
        (question, body.clone()),
    ]);
    let locks = Facts::read(migration, &answers).service.unwrap().locks;
    assert_eq!(locks.unwrap().len(), item_count(&body), "{name}");
}

fn item_count(body: &Value) -> usize {
    body["value"].as_array().unwrap().len()
}

/// The reasons of all missing facts in a value, taken from its debug output.
fn missing_reasons(fact: &impl Debug) -> Vec<String> {
    let text = format!("{fact:?}");
    let parts = text.split("reason: \"").skip(1);
    parts
        .map(|part| part.split("\", remedy").next().unwrap().to_owned())
        .collect()
}
