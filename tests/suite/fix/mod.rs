//! `flexready fix`: every script is clean, uses existing `az` and `psql` commands, and has the intended effect.

mod az_commands;
mod fake_azure;
mod script_comments;
mod script_runner;
mod scripts;

use std::collections::BTreeSet;

use fake_azure::FakeAzure;
use flexready::checks::Severity;
use flexready::commands::step::{Action, Applicability};
use flexready::config::{Migration, MigrationMode};
use flexready::facts::Facts;
use flexready::fix;
use flexready::question::Answers;
use flexready::verdict::{Evaluation, Policy, evaluate};
use script_runner::{run, with_optional_commands};
use serde_json::{Value, json};

/// The blocked scenario with a lock, a standby in the same zone, and an online migration.
fn blocked_scenario() -> (FakeAzure, Migration) {
    let (azure, mut migration) = FakeAzure::from_recording("recordings/blocked");
    migration.mode = MigrationMode::Online;
    migration.databases = vec!["shop".to_owned(), "reports".to_owned()];
    azure.change("/locks", |body| {
        let on = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-orders-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-target";
        body["value"] = json!([{
            "name": "keep", "id": format!("{on}/providers/Microsoft.Authorization/locks/keep"),
            "type": "Microsoft.Authorization/locks", "properties": { "level": "ReadOnly", "notes": "no changes in season" }
        }]);
    });
    (azure, migration)
}

fn judge_default<'f>(facts: &'f Facts<'f>) -> Evaluation {
    evaluate(facts, &Policy::default())
}

/// Returns the blockers of target checks, and the blockers that a change in Azure fixes.
fn azure_blockers(judgement: &Evaluation) -> BTreeSet<&'static str> {
    let is_azures = |what: &Action| {
        matches!(
            what,
            Action::Az(_) | Action::Parameter { .. } | Action::Restart(_)
        )
    };
    let blockers = judgement.outcomes.iter().filter(|o| {
        o.findings.iter().any(|f| {
            o.finding_severity(f) == Severity::Blocker
                && (o.check.needs == flexready::checks::Needs::Target
                    || f.fix.iter().any(|s| is_azures(&s.action)))
        })
    });
    blockers.map(|o| o.check.id).collect()
}

/// Returns the blockers that the script leaves as manual steps.
fn manual_blockers(judgement: &Evaluation) -> BTreeSet<&'static str> {
    let blockers = azure_blockers(judgement);
    let left = judgement.outcomes.iter().filter(|o| {
        let steps = || o.findings.iter().flat_map(|f| &f.fix);
        blockers.contains(o.check.id) && steps().any(|s| s.applicability == Applicability::Decide)
    });
    left.map(|o| o.check.id).collect()
}

fn restorable_state(azure: &FakeAzure) -> Value {
    let server = azure.body("/flexibleservers/orders-target");
    let configurations = azure.body("/configurations");
    let value = |name: &str| {
        let all = configurations["value"].as_array().unwrap();
        let found = all.iter().find(|p| p["name"] == name).unwrap();
        found["properties"]["value"].clone()
    };
    let replicas = azure.body("/replicas");
    let names: Vec<&Value> = replicas["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["name"])
        .collect();
    let replica = azure
        .find("/flexibleservers/orders-read")
        .unwrap_or_default();
    let locks = azure.body("/locks");
    json!({
        "availability": server["properties"]["highAvailability"],
        "temporary": value("azure.enable_temp_tablespaces_on_local_ssd"),
        "replicas": names,
        "replica": {
            "sku": replica["sku"], "storage": replica["properties"]["storage"]["storageSizeGB"],
            "location": replica["location"], "zone": replica["properties"]["availabilityZone"],
        },
        "locks": locks["value"].as_array().unwrap().iter().map(|l| json!([l["name"], l["properties"]["level"], l["properties"]["notes"]])).collect::<Vec<_>>(),
    })
}

fn scripts_and_blockers(
    migration: &Migration,
    answers: &Answers,
) -> (
    String,
    String,
    BTreeSet<&'static str>,
    BTreeSet<&'static str>,
) {
    let facts = Facts::read(migration, answers);
    let judgement = judge_default(&facts);
    (
        fix::preparation_script(&facts, &judgement),
        fix::restore_script(&facts, &judgement),
        azure_blockers(&judgement),
        manual_blockers(&judgement),
    )
}

#[test]
fn the_fix_script_removes_all_azure_blockers_and_the_restore_script_reverts_it() {
    let (azure, migration) = blocked_scenario();
    let first = restorable_state(&azure);
    let (before, restore, blockers, left) =
        scripts_and_blockers(&migration, &azure.ask(&migration));
    for id in [
        "target-high-availability-on",
        "target-has-read-replicas",
        "target-locked",
        "target-restart-pending",
        "local-ssd-temp-on",
        "extension-not-allowed",
        "extension-not-preloaded",
        "storage-too-small",
    ] {
        assert!(
            blockers.contains(id),
            "{id} is no blocker of this world: {blockers:?}"
        );
    }
    assert_eq!(
        before.matches("flexible-server restart").count(),
        1,
        "{before}"
    );
    azure.apply_all(&run(&before));
    let (_, _, after, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    assert_eq!(
        after, left,
        "what a script may do alone is done, and no more\n{before}"
    );
    azure.apply_all(&run(&with_optional_commands(&before)));
    let (_, _, after, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    assert_eq!(after, BTreeSet::new());
    assert_ne!(restorable_state(&azure), first);
    azure.apply_all(&run(&restore));
    assert_eq!(restorable_state(&azure), first, "{restore}");
    // Permanent fixes stay.
    let server = azure.body("/flexibleservers/orders-target");
    assert_ne!(server["properties"]["storage"]["storageSizeGB"], 64);
}

#[test]
fn deleting_a_locked_replica_is_a_manual_step() {
    let (azure, migration) = blocked_scenario();
    azure.change("/locks", |body| {
        let group = "/subscriptions/11111111-2222-4333-8444-555555555555/resourcegroups/rg-orders-prod";
        body["value"] = json!([{
            "name": "freeze", "id": format!("{group}/providers/Microsoft.Authorization/locks/freeze"),
            "type": "Microsoft.Authorization/locks", "properties": { "level": "CanNotDelete" }
        }]);
    });
    let first = restorable_state(&azure);
    let (before, restore, _, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    assert!(!before.contains("Azure refuses the first step"), "{before}");
    let deletes = |calls: &[script_runner::ProgramCall]| -> Vec<String> {
        let verbs = calls.iter().map(|c| c.arguments.join(" "));
        verbs
            .filter(|v| v.starts_with("lock delete") || v.contains("server delete"))
            .collect()
    };
    assert_eq!(deletes(&run(&before)), Vec::<String>::new(), "{before}");
    let all = deletes(&run(&with_optional_commands(&before)));
    let (lock, replica) = (
        all.iter().position(|v| v.starts_with("lock")),
        all.iter().position(|v| !v.starts_with("lock")),
    );
    assert!(lock.is_some() && lock < replica, "{all:?}");
    azure.apply_all(&run(&with_optional_commands(&before)));
    azure.apply_all(&run(&with_optional_commands(&restore)));
    assert_eq!(restorable_state(&azure), first, "{restore}");
    assert!(!restore.contains("psql for statements"), "{restore}");
    assert!(before.contains("psql for statements"), "{before}");
    let upgrades = before.matches("flexible-server upgrade").count();
    assert_eq!(upgrades, 1, "two checks ask for one upgrade\n{before}");
}

#[test]
fn a_standby_in_the_same_zone_is_restored_in_that_zone() {
    let (azure, migration) = blocked_scenario();
    azure.change("/flexibleservers/orders-target", |body| {
        body["properties"]["highAvailability"] = json!({ "mode": "SameZone", "state": "Healthy" });
    });
    let first = restorable_state(&azure);
    let (before, restore, _, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    azure.apply_all(&run(&before));
    azure.apply_all(&run(&restore));
    assert_eq!(
        restorable_state(&azure)["availability"],
        first["availability"],
        "{restore}"
    );
}

#[test]
fn resources_that_could_not_be_read_are_not_deleted_and_are_reported_as_unknown() {
    let (azure, migration) = blocked_scenario();
    azure.forbid("/locks");
    let (before, restore, _, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    let deletes = |calls: &[script_runner::ProgramCall]| {
        let verbs = calls.iter().map(|c| c.arguments.join(" "));
        verbs.filter(|v| v.contains("server delete")).count()
    };
    assert_eq!(
        deletes(&run(&before)),
        0,
        "a lock may keep the replica\n{before}"
    );
    assert_eq!(
        deletes(&run(&with_optional_commands(&before))),
        1,
        "{before}"
    );
    assert!(
        before.contains("#     if no lock keeps it:\n# az postgres flexible-server delete"),
        "{before}"
    );
    assert!(
        restore.contains("Locks: which there were is not known"),
        "{restore}"
    );
    azure.forbid("/flexibleservers/orders-target");
    let (_, restore, _, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    assert!(
        restore.contains("replica create"),
        "the replica itself is known\n{restore}"
    );
    azure.forbid("/replicas");
    let (_, restore, _, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    for words in [
        "Read replicas: which there were is not known",
        "High availability: whether it was on is not known",
    ] {
        assert!(restore.contains(words), "{words}: {restore}");
    }
    assert!(!restore.contains("Nothing to put back"), "{restore}");
}

#[test]
fn a_read_only_lock_on_the_resource_group_is_reported_before_the_first_step() {
    let (azure, migration) = blocked_scenario();
    azure.change("/locks", |body| {
        let group = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-orders-prod";
        body["value"] = json!([{
            "name": "freeze", "id": format!("{group}/providers/Microsoft.Authorization/locks/freeze"),
            "type": "Microsoft.Authorization/locks", "properties": { "level": "ReadOnly" }
        }]);
    });
    let (before, _, _, _) = scripts_and_blockers(&migration, &azure.ask(&migration));
    let words = |text: &str| text.replace("\n# ", " ").replace("  ", " ");
    let told = words(&before).find("Azure refuses the first step");
    let first = words(&before).find("\naz ");
    assert!(told.is_some() && told < first, "{before}");
}
