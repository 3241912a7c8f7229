//! Plans with several migrations: targets by host name, and migrations into the same target.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::arm::ArmEndpoint;
use crate::support::fleet::{fleet_endpoint, subscription_id};
use crate::support::program::{ProgramOutput, run, run_with_arm};
use crate::support::recordings::{complete_copy, fixtures_dir};

fn write_plan_file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Audits a plan and a subscription together.
fn audit_plan(arm: &ArmEndpoint, plan: &str, id: &str) -> ProgramOutput {
    let places = ["--plan", plan, "--subscription", id];
    run_with_arm(
        arm,
        &[&["audit", "--format", "json"], &places[..]].concat(),
        &[],
    )
}

#[test]
fn a_plan_and_a_subscription_together_list_each_server_once() {
    let folder = tempfile::tempdir().unwrap();
    let arm = fleet_endpoint(1, 3, 1000);
    let id = subscription_id(0);
    let text = format!(
        "[[migration]]\nname = \"orders\"\ntarget = \"{id}/rg-orders-prod/PG-0-0001\"\n\
         [[migration]]\nname = \"by-name\"\ntarget = \"pg-0-0002.postgres.database.azure.com\"\n\
         [[migration]]\nname = \"gone\"\ntarget = \"gone.postgres.database.azure.com\"\n"
    );
    let plan = write_plan_file(folder.path(), "flexready.toml", &text);
    let ran = audit_plan(&arm, &plan, &id);
    let found = super::verdicts(&ran.json());
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("by-name", "ready"),
            ("gone", "incomplete"),
            ("orders", "ready"),
            ("pg-0-0000", "not_ready")
        ],
        "{}",
        ran.stderr
    );
    let unread = ran.json()["fleet"]["unread"].to_string();
    assert!(
        unread.contains("target gone.postgres.database.azure.com"),
        "{unread}"
    );
    assert!(ran.json()["migrations"][3]["plan_line"].is_number());
}

#[test]
fn a_migration_name_that_equals_a_server_name_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let arm = fleet_endpoint(1, 2, 1000);
    let id = subscription_id(0);
    let unnamed = format!("\n[[migration]]\ntarget = \"{id}/rg-orders-prod/pg-0-0001\"\n");
    let plan = write_plan_file(folder.path(), "unnamed.toml", &unnamed);
    let lines = audit_plan(&arm, &plan, &id).json()["migrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["name"].clone(), m["plan_line"].clone()))
        .collect::<Vec<_>>();
    assert_eq!(
        lines,
        [
            (json!("pg-0-0000"), Value::Null),
            (json!("pg-0-0001"), json!(2))
        ]
    );
    let text = format!(
        "[[migration]]\nname = \"pg-0-0000\"\ntarget = \"{id}/rg-orders-prod/pg-0-0001\"\n"
    );
    let plan = write_plan_file(folder.path(), "flexready.toml", &text);
    let report = audit_plan(&arm, &plan, &id).json();
    let of = |name: &str| {
        let all = report["migrations"].as_array().unwrap().iter();
        all.clone().find(|m| m["name"] == name).unwrap().clone()
    };
    let (planned, shown) = (of("pg-0-0000"), of("pg-0-0000-2"));
    assert!(planned["target"]["id"].to_string().contains("pg-0-0001"));
    assert!(shown["target"]["id"].to_string().contains("pg-0-0000"));
    assert_eq!(planned["plan_line"], 1);
    assert_eq!(shown["plan_line"], Value::Null, "the plan does not name it");
}

/// Turns a recording of one migration into a fleet of migrations `a` and `b` with the same answers.
fn duplicate_migration(recording: &Path) {
    let path = recording.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let names = ["a", "b"];
    let one = manifest["migrations"][0].clone();
    let migrations = names.map(|name| {
        let mut migration = one.clone();
        migration["name"] = json!(name);
        migration
    });
    let mut answers = Vec::new();
    for entry in manifest["answers"].as_array().unwrap() {
        let question = entry["question"].as_str().unwrap();
        if !question.starts_with("sql:") && !question.starts_with("connection:") {
            answers.push(entry.clone());
            continue;
        }
        answers.extend(names.map(|name| {
            let mut entry = entry.clone();
            entry["migration"] = json!(name);
            entry
        }));
    }
    manifest["migrations"] = json!(migrations);
    manifest["answers"] = json!(answers);
    manifest["fleet"] = json!({"scope": ["plan two.toml"], "found": 2, "meant": 2});
    std::fs::write(&path, manifest.to_string()).unwrap();
}

#[test]
fn two_migrations_into_the_same_target_database_collide() {
    let folder = complete_copy(&fixtures_dir().join("recordings/ready"));
    let path = folder.path().to_str().unwrap();
    let alone = run(&["check", "--from", path, "--format", "json"], &[]).json();
    let databases = alone["migrations"][0]["databases"]
        .as_array()
        .unwrap()
        .len();
    duplicate_migration(folder.path());
    let ran = run(&["audit", "--from", path, "--format", "json"], &[]);
    let report = ran.json();
    assert_eq!(
        (ran.code, report["verdict"].as_str()),
        (1, Some("not_ready"))
    );
    assert_eq!(report["ready_to_migrate"], false);
    assert_eq!(
        report["migrations"][0]["checks"],
        report["migrations"][1]["checks"]
    );
    assert_eq!(
        report["migrations"][0]["verdict"],
        alone["migrations"][0]["verdict"]
    );
    let collisions = report["fleet"]["collisions"].as_array().unwrap();
    assert_eq!(collisions.len(), databases);
    assert_eq!(collisions[0]["migrations"], json!(["a", "b"]));
    super::fleet_output::assert_collisions_in_every_format(path, databases);
    let page = run(&["audit", "--from", path], &[]).stdout;
    assert!(page.contains("`a` and `b` both write database"), "{page}");
}

#[test]
fn an_invalid_plan_or_password_file_is_rejected_before_the_first_question() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |text: &str, words: &str| {
        let plan = write_plan_file(folder.path(), "flexready.toml", text);
        run(&["audit", "--plan", &plan], &[]).assert_usage_error(words);
    };
    refused(
        "[[migration]]\nsource_vcore = 4\n",
        "flexready.toml:2:1: unknown key `source_vcore`; did you mean `source_vcores`?",
    );
    refused(
        "[[migration]]\nname = \"a\"\n",
        "`a` of the plan has neither a `source` nor a `target`",
    );
    refused(
        "[[migration]]\nsource = \"host=127.0.0.1 password=hush\"\n",
        "the migration holds a password",
    );
    refused(
        "[[migration]]\nsource = \"host=127.0.0.1\"\nsource_password_env = \"NOT_SET\"\n",
        "the environment variable `NOT_SET`",
    );
    refused(
        "[[migration]]\nsource = \"host=127.0.0.1\"\nsource_password_file = \"secret\"\n",
        "cannot read the password from",
    );
    // The path is relative to the plan, not to the working directory. With the file next to the plan, the run starts.
    write_plan_file(folder.path(), "secret", "canary-password-71\n");
    let text = "[[migration]]\nname = \"a\"\nsource = \"host=127.0.0.1 port=1 user=u dbname=d\"\nsource_password_file = \"secret\"\n";
    let plan = write_plan_file(folder.path(), "flexready.toml", text);
    let ran = run(&["-vv", "audit", "--plan", &plan, "--format", "json"], &[]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("canary-password"));
}

#[test]
fn the_plan_schema_knows_every_key() {
    let ran = run(&["schema", "plan"], &[]);
    let schema = ran.json();
    let plan = json!({
        "defaults": {"mode": "online"},
        "migration": [{"name": "a", "source": "host=h", "source_password_env": "P", "source_kind": "aws-rds", "target": "t"}],
        "judging": {"max_waiver_days": 90},
        "severity": {"target-burstable": "note"},
        "waiver": [{"check": "target-burstable", "reason": "r", "owner": "o", "until": "2027-03-31"}],
    });
    assert!(jsonschema::is_valid(&schema, &plan));
    assert!(!jsonschema::is_valid(
        &schema,
        &json!({"migration": [{"surce": "x"}]})
    ));
    assert!(!jsonschema::is_valid(
        &schema,
        &json!({"waiver": [{"check": "target-burstable"}]})
    ));
}
