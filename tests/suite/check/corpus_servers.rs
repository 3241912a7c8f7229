//! Real response bodies through the whole program: the recorded servers of the corpus and examples of the
//! specification.
//! Needs `FLEXREADY_SHARED`, the folder that contains `arm-corpus`. Without it, the tests print a notice and return.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::program::{ProgramOutput, run_with_arm};

fn corpus_dir() -> Option<PathBuf> {
    let shared = std::env::var_os("FLEXREADY_SHARED");
    if shared.is_none() {
        eprintln!("not run: FLEXREADY_SHARED does not name the folder of recorded answers");
    }
    shared.map(|s| Path::new(&s).join("arm-corpus"))
}

/// Checks one server body. Child lists that are not in `lists` are answered with 404.
fn check_server_body(server: &Value, lists: &[(&str, &Value)]) -> ProgramOutput {
    let arm = ArmEndpoint::start();
    let id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/group/providers/Microsoft.DBforPostgreSQL/flexibleServers/server-under-test";
    arm.route(id, Reply::json(server.clone()));
    for (child, read_json) in lists {
        arm.route(&format!("{id}/{child}"), Reply::json((*read_json).clone()));
    }
    run_with_arm(
        &arm,
        &[
            "check", "--only", "target", "--target", id, "--format", "json",
        ],
        &[],
    )
}

fn read_json(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn recorded_servers_get_the_status_of_their_properties() {
    let Some(corpus_dir) = corpus_dir() else {
        return;
    };
    let configurations =
        read_json(&corpus_dir.join("bodies/configurations_list_2024-11-01-preview.json"))["body"]
            .clone();
    let empty = read_json(&corpus_dir.join("bodies/replicas_list_empty.json"))["body"].clone();
    let mut seen = 0;
    for entry in std::fs::read_dir(corpus_dir.join("bodies")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("server_") {
            continue;
        }
        seen += 1;
        let server = read_json(&path)["body"].clone();
        let ran = check_server_body(
            &server,
            &[
                ("configurations", &configurations),
                ("replicas", &empty),
                ("databases", &serde_json::json!({ "value": [] })),
            ],
        );
        assert_ne!(ran.code, 2, "{name}: {}", ran.stderr);
        let properties = &server["properties"];
        let expect = |id: &str, problem: bool| {
            assert_eq!(
                ran.status(id),
                if problem { "fail" } else { "pass" },
                "{name}: {id}"
            );
        };
        expect("target-not-deployed", false);
        expect("target-not-ready", properties["state"] != "Ready");
        expect(
            "target-high-availability-on",
            properties["highAvailability"]["mode"] != "Disabled",
        );
        expect(
            "target-is-replica",
            properties["replicationRole"] == "AsyncReplica",
        );
        expect("target-burstable", server["sku"]["tier"] == "Burstable");
        expect("target-has-read-replicas", false);
        expect("target-restart-pending", false);
        let target = &ran.json()["migrations"][0]["target"];
        assert_eq!(target["sku"], server["sku"]["name"], "{name}");
        assert_eq!(target["location"], server["location"], "{name}");
        let version = target["version"].as_str().unwrap();
        assert!(
            version.starts_with(properties["version"].as_str().unwrap()),
            "{name}: {version}"
        );
    }
    assert!(seen >= 12, "{seen} recorded servers");
}

#[test]
fn a_replica_list_of_stubs_names_the_replicas() {
    let Some(corpus_dir) = corpus_dir() else {
        return;
    };
    let server = read_json(&corpus_dir.join("bodies/server_plain_public.json"))["body"].clone();
    let replicas = read_json(&corpus_dir.join("bodies/replicas_list_sparse.json"))["body"].clone();
    let ran = check_server_body(&server, &[("replicas", &replicas)]);
    assert_eq!(ran.status("target-has-read-replicas"), "fail");
}

#[test]
fn servers_of_every_api_version_are_read_or_unknown() {
    let Some(corpus_dir) = corpus_dir() else {
        return;
    };
    for example in [
        "2021-06-01/ServerGet",
        "2021-06-01/ServerGetWithVnet",
        "2025-08-01/ServersGet",
        "2025-08-01/ServersGetWithVnet",
        "2026-10-01/ServersGet",
    ] {
        let server =
            read_json(&corpus_dir.join(format!("spec-examples/{example}.json")))["responses"]["200"]["body"]
                .clone();
        let ran = check_server_body(&server, &[]);
        assert!(
            [1, 3].contains(&ran.code),
            "{example}: lists were refused, so it is not ready\n{}{}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(ran.status("target-not-deployed"), "pass", "{example}");
        assert_eq!(
            ran.status("target-burstable"),
            if server["sku"]["tier"] == "Burstable" {
                "fail"
            } else {
                "pass"
            },
            "{example}"
        );
    }
}
