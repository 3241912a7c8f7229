//! Reads every corpus body and specification example of a kind that flexready uses.
//! Only fields that the api-version does not have are missing.
//! Needs `FLEXREADY_SHARED`. Without it, the test prints a notice and returns.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use flexready::facts::Facts;
use flexready::facts::path::{peering, route_table, security_group, subnet, zone};
use flexready::plan::Migration;
use flexready::question::Question;
use serde_json::{Value, json};

use super::drift::{answers, below, migration};

/// The kind of a body by the prefix of its file name, longest prefix first.
const KINDS: &[(&str, Kind)] = &[
    ("AdministratorsMicrosoftEntraList", Kind::Administrators),
    ("CapabilitiesByLocation", Kind::Capabilities),
    ("ConfigurationListByServer", Kind::Configurations),
    ("DatabasesListByServer", Kind::Databases),
    ("FirewallRuleListByServer", Kind::Firewall),
    ("MaintenanceEventsListByServer", Kind::Maintenance),
    ("MigrationsGet", Kind::Migration),
    ("ReplicasListByServer", Kind::Replicas),
    ("ServerList", Kind::Servers),
    ("ServersList", Kind::Servers),
    ("administrators_list_empty", Kind::Administrators),
    ("capabilities_", Kind::Capabilities),
    ("configurations_list", Kind::Configurations),
    ("databases_list", Kind::Databases),
    ("firewall_rules_list", Kind::Firewall),
    ("locks_list", Kind::Locks),
    ("lock_readonly", Kind::Lock),
    ("migration_get", Kind::Migration),
    ("migrations_list", Kind::Migrations),
    ("replicas_list", Kind::Replicas),
    ("servers_list", Kind::Servers),
    ("server_", Kind::Server),
    ("net_nsg", Kind::SecurityGroup),
    ("net_route_table", Kind::RouteTable),
    ("net_vnet_with_subnets", Kind::Network),
    ("net_vnet_links_list", Kind::Links),
];

/// Examples whose body is a server, from operations that flexready does not use.
const SERVERS: [&str; 6] = [
    "ServerCreate",
    "ServerCreatePointInTimeRestore",
    "ServerGet",
    "ServerUpdate",
    "ServersGet",
    "ServerUpdateWithCustomerMaintenanceWindow",
];

/// Bodies that flexready does not request, or that are part of another body.
/// Peerings and subnets are part of their virtual network, and are tested in `azure_network`.
const NOT_ASKED: &[&str] = &[
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
enum Kind {
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
    for (version, path) in files(&corpus) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let is_server = SERVERS
            .iter()
            .any(|s| name == *s || name == format!("{s}WithVnet"));
        let kind = KINDS.iter().find(|(start, _)| name.starts_with(start));
        let kind = match (is_server, kind) {
            (true, _) => Kind::Server,
            (false, Some((_, kind))) => *kind,
            (false, None) => {
                let known = NOT_ASKED.iter().any(|start| name.starts_with(start));
                assert!(known, "{name}: is it asked or not?");
                continue;
            }
        };
        for (version, body) in bodies(&file, version.as_deref()) {
            read += 1;
            understood(kind, &name, &version, body);
        }
    }
    assert!(read > 50, "{read} bodies");
}

/// Every file with the api-version of its folder. Recordings contain the api-version in their URL.
fn files(corpus: &Path) -> Vec<(Option<String>, PathBuf)> {
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
fn bodies(file: &Value, version: Option<&str>) -> Vec<(String, Value)> {
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

fn understood(kind: Kind, name: &str, version: &str, body: Value) {
    let target = migration(version);
    let list = |path: &str| below(&target, path, None);
    let network = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";
    match kind {
        Kind::Server => server(name, &target, body),
        Kind::Servers => {
            for one in body["value"].as_array().unwrap() {
                server(name, &target, one.clone());
            }
        }
        Kind::Databases => whole(name, &target, list("/databases"), body, |f| {
            f.target_databases.clone()
        }),
        Kind::Configurations => {
            whole(name, &target, list("/configurations"), body, |f| {
                f.configurations.as_ref().map(drop).map_err(Clone::clone)
            });
        }
        Kind::Replicas => replicas(name, &target, body),
        Kind::Firewall => {
            let server = (
                list(""),
                json!({ "location": "x", "sku": {}, "properties": { "network": { "publicNetworkAccess": "Enabled" } } }),
            );
            let answers = answers(&[server, (list("/firewallRules"), body.clone())]);
            let facts = Facts::read(&target, &answers);
            let rules = facts.path.unwrap().firewall.unwrap();
            assert_eq!(rules.len(), count(&body), "{name}");
        }
        Kind::Capabilities => capabilities(name, &target, body),
        Kind::Migration => migrations(name, &target, json!({ "value": [body] })),
        Kind::Migrations => migrations(name, &target, body),
        Kind::Administrators => {
            let auth = json!({ "authConfig": { "activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled" } });
            let server = (
                list(""),
                json!({ "location": "x", "sku": {}, "properties": auth }),
            );
            let answers = answers(&[server, (list("/administrators"), body.clone())]);
            let names = Facts::read(&target, &answers)
                .service
                .unwrap()
                .administrators;
            assert_eq!(names.unwrap().len(), count(&body), "{name}");
        }
        Kind::Maintenance => {
            let server = (
                list(""),
                json!({ "location": "x", "sku": {}, "properties": {} }),
            );
            let answers = answers(&[server, (list("/maintenanceEvents"), body)]);
            let read = Facts::read(&target, &answers).service.unwrap().maintenance;
            assert_eq!(reasons(&read), [] as [String; 0], "{name}");
        }
        Kind::Lock => locks(name, &target, json!({ "value": [body] })),
        Kind::Locks => locks(name, &target, body),
        Kind::SecurityGroup => {
            let id = format!("{network}/networkSecurityGroups/n")
                .parse()
                .unwrap();
            let read =
                security_group::read(&id, &answers(&[(security_group::question(&id), body)]));
            assert_eq!(reasons(&read), [] as [String; 0], "{name}");
        }
        Kind::RouteTable => {
            let id = format!("{network}/routeTables/r").parse().unwrap();
            let read = route_table::read(&id, &answers(&[(route_table::question(&id), body)]));
            assert_eq!(reasons(&read), [] as [String; 0], "{name}");
        }
        Kind::Network => {
            let id = format!("{network}/virtualNetworks/v").parse().unwrap();
            let read = subnet::read(&id, &answers(&[(subnet::question(&id), body)])).unwrap();
            let _: &Vec<peering::Peering> = read.peerings.as_ref().unwrap();
            assert_eq!(reasons(&read), [] as [String; 0], "{name}");
        }
        Kind::Links => {
            let id = format!("{network}/privateDnsZones/z").parse().unwrap();
            let read = zone::read(&id, &answers(&[(zone::links_question(&id), body)]));
            assert_eq!(reasons(&read.links), [] as [String; 0], "{name}");
        }
    }
}

/// Asserts that one answer makes the fact known.
fn whole<T: Debug>(
    name: &str,
    migration: &Migration,
    question: Question,
    body: Value,
    fact: impl Fn(&Facts) -> flexready::facts::Fact<T>,
) {
    let server = (
        below(migration, "", None),
        json!({ "location": "x", "sku": {}, "properties": {} }),
    );
    let answers = answers(&[server, (question, body)]);
    let facts = Facts::read(migration, &answers);
    assert_eq!(reasons(&fact(&facts)), [] as [String; 0], "{name}");
}

/// Asserts that a server is known, except for fields that its api-version does not have or that an example omits.
fn server(name: &str, migration: &Migration, body: Value) {
    let answers = answers(&[(below(migration, "", None), body)]);
    let server = Facts::read(migration, &answers).server;
    let server = server.unwrap_or_else(|m| panic!("{name}: {}", m.reason));
    let odd: Vec<String> = reasons(&server)
        .into_iter()
        .filter(|why| !why.contains("exists since api-version"))
        .filter(|why| !left_out(name, why))
        .collect();
    assert_eq!(odd, [] as [String; 0], "{name}");
    assert!(server.version.is_ok() && server.sku.is_ok(), "{name}");
}

/// Some examples of the specification omit fields that a real answer always has.
fn left_out(name: &str, why: &str) -> bool {
    let is_example = !name.starts_with("server");
    // With a service-managed key, ARM does not report the key status.
    let no_key = why.contains("primaryEncryptionKeyStatus");
    no_key || (is_example && why.starts_with("the answer has no `"))
}

fn replicas(name: &str, migration: &Migration, body: Value) {
    let list = (below(migration, "/replicas", None), body.clone());
    let mut pairs = vec![
        (
            below(migration, "", None),
            json!({ "location": "x", "sku": {}, "properties": {} }),
        ),
        list,
    ];
    let start = answers(&pairs);
    let ids = Facts::read(migration, &start).replicas.unwrap();
    assert_eq!(ids.len(), count(&body), "{name}");
    for (replica, own) in ids.iter().zip(body["value"].as_array().unwrap()) {
        let target = migration.target.as_ref().unwrap();
        pairs.push((
            flexready::facts::replicas::question_of(target, &replica.id),
            own.clone(),
        ));
    }
    let all = answers(&pairs);
    let read = Facts::read(migration, &all).replicas;
    let odd: Vec<_> = reasons(&read)
        .into_iter()
        .filter(|w| !w.contains("exists since"))
        .collect();
    assert_eq!(odd, [] as [String; 0], "{name}");
}

fn capabilities(name: &str, migration: &Migration, body: Value) {
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
    let answers = answers(&[(below(migration, "", None), server), (question, body)]);
    let offered = Facts::read(migration, &answers).capabilities;
    let offered = offered.unwrap_or_else(|m| panic!("{name}: {}", m.reason));
    assert!(
        !offered.skus.is_empty() && !offered.disks.is_empty(),
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

fn migrations(name: &str, migration: &Migration, body: Value) {
    let list = below(migration, "/migrations", Some("migrationListFilter=All"));
    let server = json!({ "location": "x", "sku": {}, "properties": {} });
    let answers = answers(&[(below(migration, "", None), server), (list, body.clone())]);
    let runs = Facts::read(migration, &answers)
        .service
        .unwrap()
        .migrations
        .unwrap();
    assert_eq!(runs.len(), count(&body), "{name}");
    assert_eq!(reasons(&runs), [] as [String; 0], "{name}");
}

fn locks(name: &str, migration: &Migration, body: Value) {
    let question = flexready::facts::service::locks::question(migration.target.as_ref().unwrap());
    let server = json!({ "location": "x", "sku": {}, "properties": {} });
    let answers = answers(&[
        (below(migration, "", None), server),
        (question, body.clone()),
    ]);
    let locks = Facts::read(migration, &answers).service.unwrap().locks;
    assert_eq!(locks.unwrap().len(), count(&body), "{name}");
}

fn count(body: &Value) -> usize {
    body["value"].as_array().unwrap().len()
}

/// The reasons of all missing facts in a value, taken from its debug output.
fn reasons(fact: &impl Debug) -> Vec<String> {
    let text = format!("{fact:?}");
    let parts = text.split("reason: \"").skip(1);
    parts
        .map(|part| part.split("\", remedy").next().unwrap().to_owned())
        .collect()
}
