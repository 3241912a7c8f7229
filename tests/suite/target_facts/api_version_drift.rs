//! Bodies of every api-version: older formats are understood, and fields that a version does not have are missing.

use std::path::Path;

use flexready::backend::recording::Recording;
use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::facts::target::server::Server;
use flexready::question::{Answer, Answers, Origin, Question};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::support::recordings::fixtures_dir;

/// The baseline migration with this api-version.
pub(crate) fn baseline_migration(api_version: &str) -> Migration {
    let recording = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let mut migration = recording.migrations()[0].clone();
    migration.target.as_mut().unwrap().api_version = api_version.to_owned();
    migration
}

pub(crate) fn synthetic_answers(pairs: &[(Question, Value)]) -> Answers {
    let mut answers = Answers::new(OffsetDateTime::UNIX_EPOCH, Origin::Synthetic);
    for (question, body) in pairs {
        answers.insert(question.key(), Answer::from(body.clone()));
    }
    answers
}

pub(crate) fn server_question(migration: &Migration, path: &str, filter: Option<&str>) -> Question {
    let target = migration.target.as_ref().unwrap();
    Question::Arm {
        path: format!("{}{path}", target.id.path()),
        api_version: target.api_version.clone(),
        filter: filter.map(str::to_owned),
    }
}

pub(crate) fn server_facts(api_version: &str, body: Value) -> Server {
    let migration = baseline_migration(api_version);
    let answers = synthetic_answers(&[(server_question(&migration, "", None), body)]);
    Facts::read(&migration, &answers).server.unwrap()
}

/// A server body in api-version 2021-06-01.
fn body_of_2021() -> Value {
    json!({
        "name": "orders-target", "location": "Germany West Central", "sku": { "name": "Standard_D4s_v3", "tier": "GeneralPurpose" },
        "properties": {
            "version": "13", "minorVersion": "3", "state": "Ready", "storage": { "storageSizeGB": 512 },
            "network": { "publicNetworkAccess": "Enabled" }, "availabilityZone": "1",
            "highAvailability": { "mode": "Disabled", "state": "NotEnabled" }
        }
    })
}

#[test]
fn fields_that_an_old_version_does_not_have_are_missing() {
    let server = server_facts("2021-06-01", body_of_2021());
    let storage = server.storage.unwrap();
    assert_eq!(storage.size_gib, Ok(512));
    let auth = server.authentication.unwrap();
    let silent = [
        auth.is_password_enabled.map(|_| ()),
        auth.is_entra_enabled.map(|_| ()),
        server.encryption.map(|_| ()),
        server.is_elastic_cluster.map(|_| ()),
        storage.auto_grow.map(|_| ()),
        storage.kind.map(|_| ()),
        storage.iops.map(|_| ()),
    ];
    for (number, fact) in silent.into_iter().enumerate() {
        let reason = fact
            .expect_err("a field that 2021-06-01 does not have")
            .reason;
        assert!(
            reason.contains("exists since api-version"),
            "{number}: {reason}"
        );
    }
}

#[test]
fn an_absent_field_in_a_new_version_is_an_answer() {
    let server = server_facts("2026-10-01", body_of_2021());
    assert_eq!(server.is_elastic_cluster, Ok(false));
    assert_eq!(server.storage.unwrap().iops, Ok(None));
}

#[test]
fn boolean_auth_fields_of_2022_are_understood() {
    let mut body = body_of_2021();
    body["properties"]["authConfig"] =
        json!({ "activeDirectoryAuthEnabled": true, "passwordAuthEnabled": false });
    let auth = server_facts("2022-03-08-preview", body)
        .authentication
        .unwrap();
    assert_eq!(
        (auth.is_password_enabled, auth.is_entra_enabled),
        (Ok(false), Ok(true))
    );
}

#[test]
fn capabilities_of_2021_are_read_like_current_ones() {
    let old = json!({ "value": [{ "zone": "1", "supportedFlexibleServerEditions": [{
        "name": "GeneralPurpose",
        "supportedStorageEditions": [{ "name": "ManagedDisk", "supportedStorageMB": [
            { "name": "32768", "supportedIops": 120, "storageSizeMB": 32768, "status": "Available" } ] }],
        "supportedServerVersions": [{ "name": "13", "supportedVcores": [
            { "name": "Standard_D4s_v3", "vCores": 4, "supportedIops": 6400, "supportedMemoryPerVcoreMB": 4096, "status": "Available" },
            { "name": "Standard_D8s_v3", "vCores": 8, "supportedIops": 12800, "supportedMemoryPerVcoreMB": 4096, "status": "Disabled" } ] }]
    }] }] });
    let migration = baseline_migration("2021-06-01");
    let target = migration.target.as_ref().unwrap();
    let offers = Question::Arm {
        path: format!(
            "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/locations/germanywestcentral/capabilities",
            target.id.subscription
        ),
        api_version: "2021-06-01".to_owned(),
        filter: None,
    };
    let answers = synthetic_answers(&[
        (server_question(&migration, "", None), body_of_2021()),
        (offers, old),
    ]);
    let capabilities = Facts::read(&migration, &answers).capabilities.unwrap();
    let sku = capabilities.sku("standard_d4s_V3").unwrap();
    assert_eq!(
        (sku.vcores, sku.memory_gib, sku.iops),
        (4, 16.0, Some(6400))
    );
    assert_eq!(
        capabilities
            .sku("Standard_D8s_v3")
            .unwrap()
            .restriction
            .as_deref(),
        Some("Disabled")
    );
    assert_eq!(
        capabilities
            .premium_ssd_sizes("GeneralPurpose")
            .map(|d| d.iops)
            .collect::<Vec<_>>(),
        [120]
    );
}

/// Every migration body of the corpus and of the specification is understood.
#[test]
fn real_migration_bodies_are_understood() {
    let Some(shared) = std::env::var_os("FLEXREADY_SHARED") else {
        eprintln!("not run: FLEXREADY_SHARED does not name the folder of recorded answers");
        return;
    };
    let corpus = Path::new(&shared).join("arm-corpus");
    let read = |path: &str| -> Value {
        serde_json::from_slice(&std::fs::read(corpus.join(path)).unwrap()).unwrap()
    };
    let example = |name: &str| {
        read(&format!("spec-examples/2025-08-01/{name}.json"))["responses"]["200"]["body"].clone()
    };
    let bodies = [
        read("bodies/migration_get_failed_error.json")["body"].clone(),
        read("bodies/migration_get_in_progress_single_server.json")["body"].clone(),
        example("MigrationsGet"),
        example("MigrationsGetMigrationWithValidationFailures"),
    ];
    let migration = baseline_migration("2025-08-01");
    let list = server_question(&migration, "/migrations", Some("migrationListFilter=All"));
    let answers = synthetic_answers(&[(list, json!({ "value": bodies }))]);
    let runs = Facts::read(&migration, &answers)
        .service
        .unwrap()
        .migrations
        .unwrap();
    let active: Vec<bool> = runs.iter().map(|r| r.is_active.clone().unwrap()).collect();
    assert_eq!(active, [false, true, true, false]);
    assert!(
        runs[0]
            .error
            .as_deref()
            .unwrap()
            .contains("already an active Migration")
    );
    let validation = runs[3].validation.as_ref().unwrap().as_ref().unwrap();
    let failed: Vec<_> = validation
        .items
        .iter()
        .filter(|i| i.state == "Failed")
        .collect();
    assert_eq!(validation.status, "Failed");
    assert_eq!(
        failed
            .iter()
            .map(|i| i.database.as_deref().unwrap())
            .collect::<Vec<_>>(),
        ["exampledatabase1", "exampledatabase7"]
    );
    assert!(
        failed
            .iter()
            .all(|i| i.messages[0].contains("postgres_fdw"))
    );
}
