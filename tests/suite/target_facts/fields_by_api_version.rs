//! One server in every api-version: only the fields that a version does not have are missing.

use flexready::facts::target::server::{NetworkMode, Server};
use serde_json::{Value, json};

use super::api_version_drift::server_facts;

/// Every api-version of flexible servers, in order of release.
const API_VERSIONS: [&str; 18] = [
    "2021-06-01",
    "2022-01-20-preview",
    "2022-03-08-preview",
    "2022-12-01",
    "2023-03-01-preview",
    "2023-06-01-preview",
    "2023-12-01-preview",
    "2024-03-01-preview",
    "2024-08-01",
    "2024-11-01-preview",
    "2025-01-01-preview",
    "2025-06-01-preview",
    "2025-08-01",
    "2026-01-01-preview",
    "2026-04-01-preview",
    "2026-07-01-preview",
    "2026-10-01",
    "2027-03-01",
];

/// Fields added after 2021-06-01: JSON pointer, and first api-version.
const ADDED_FIELDS: &[(&str, &str)] = &[
    ("/properties/authConfig", "2022-12-01"),
    ("/properties/replicationRole", "2022-12-01"),
    ("/properties/replicaCapacity", "2022-12-01"),
    ("/properties/dataEncryption", "2022-12-01"),
    ("/properties/storage/autoGrow", "2023-03-01-preview"),
    ("/properties/storage/iops", "2023-03-01-preview"),
    ("/properties/storage/tier", "2023-03-01-preview"),
    ("/properties/replica", "2023-06-01-preview"),
    (
        "/properties/privateEndpointConnections",
        "2023-06-01-preview",
    ),
    ("/properties/storage/type", "2023-06-01-preview"),
    ("/properties/cluster", "2024-11-01-preview"),
];

fn current_body() -> Value {
    json!({
        "name": "orders-target", "location": "Germany West Central",
        "sku": { "name": "Standard_D4ds_v5", "tier": "GeneralPurpose" },
        "properties": {
            "version": "16", "minorVersion": "10", "state": "Ready", "administratorLogin": "pgadmin",
            "availabilityZone": "1", "replicationRole": "Primary", "replicaCapacity": 5,
            "replica": { "role": "Primary", "capacity": 5 },
            "authConfig": { "activeDirectoryAuth": "Disabled", "passwordAuth": "Enabled" },
            "dataEncryption": { "type": "SystemManaged" },
            "storage": { "type": "Premium_LRS", "storageSizeGB": 256, "autoGrow": "Disabled", "iops": 1100, "tier": "P15" },
            "network": { "publicNetworkAccess": "Enabled" },
            "highAvailability": { "mode": "Disabled", "state": "NotEnabled" },
            "privateEndpointConnections": [],
            "cluster": { "clusterSize": 2 }
        }
    })
}

/// The current body without the fields that the version does not have.
fn body_in_version(version: &str) -> Value {
    let mut body = current_body();
    for (path, since) in ADDED_FIELDS.iter().filter(|(_, since)| version < *since) {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut();
        assert!(parent.unwrap().remove(name).is_some(), "{path} {since}");
    }
    body
}

/// Each fact whose field was added later: the api-version that added it, and whether the fact is known.
fn facts_by_version(server: &Server) -> Vec<(&'static str, Result<(), String>)> {
    let why = |m: &flexready::facts::Missing| m.reason.clone();
    let auth = server.authentication.as_ref().unwrap();
    let storage = server.storage.as_ref().unwrap();
    vec![
        (
            "2022-12-01",
            auth.is_password_enabled.as_ref().map(drop).map_err(why),
        ),
        (
            "2022-12-01",
            auth.is_entra_enabled.as_ref().map(drop).map_err(why),
        ),
        (
            "2022-12-01",
            server.replication.as_ref().map(drop).map_err(why),
        ),
        (
            "2022-12-01",
            server.encryption.as_ref().map(drop).map_err(why),
        ),
        (
            "2023-03-01-preview",
            storage.auto_grow.as_ref().map(drop).map_err(why),
        ),
        (
            "2023-03-01-preview",
            storage.iops.as_ref().map(drop).map_err(why),
        ),
        (
            "2023-06-01-preview",
            storage.kind.as_ref().map(drop).map_err(why),
        ),
        (
            "2024-11-01-preview",
            server.is_elastic_cluster.as_ref().map(drop).map_err(why),
        ),
    ]
}

#[test]
fn a_version_only_misses_fields_that_were_added_later() {
    for version in API_VERSIONS {
        let server = server_facts(version, body_in_version(version));
        assert_eq!(server.version.as_ref().unwrap().major(), 16, "{version}");
        assert_eq!(server.sku.as_ref().unwrap().tier, "GeneralPurpose");
        assert_eq!(server.state.as_deref(), Ok("Ready"), "{version}");
        assert_eq!(server.network_mode, Ok(NetworkMode::Public), "{version}");
        let mode = server.high_availability.as_ref().unwrap().mode.as_deref();
        assert_eq!(mode, Some("Disabled"), "{version}");
        assert_eq!(server.storage.as_ref().unwrap().size_gib, Ok(256));
        for (since, fact) in facts_by_version(&server) {
            match fact {
                Ok(()) => assert!(version >= since, "{version} tells what came with {since}"),
                Err(why) => assert!(
                    version < since && why.contains("exists since api-version"),
                    "{version}: {why}"
                ),
            }
        }
    }
}

#[test]
fn a_cluster_is_detected_since_the_version_that_reports_it() {
    assert_eq!(
        server_facts("2026-10-01", body_in_version("2026-10-01")).is_elastic_cluster,
        Ok(true)
    );
    let mut plain = current_body();
    plain["properties"]["cluster"].take();
    assert_eq!(
        server_facts("2024-11-01-preview", plain).is_elastic_cluster,
        Ok(false)
    );
}
