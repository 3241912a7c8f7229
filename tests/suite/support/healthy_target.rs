//! The healthy target: an ARM endpoint that serves its bodies, and an ARM backend that reads them.

use std::path::Path;
use std::time::Duration;

use flexready::backend::arm::{ArmBackend, ArmOptions, AuthMethod, Cloud};
use serde_json::Value;

use super::arm::{ArmEndpoint, Reply};

/// The target, as a value for `--target`.
pub const TARGET: &str = "11111111-2222-4333-8444-555555555555/rg-orders-prod/orders-target";

/// Starts an endpoint that serves all bodies of the target.
pub fn healthy_arm_endpoint() -> ArmEndpoint {
    let endpoint = ArmEndpoint::start();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/healthy/arm");
    for entry in std::fs::read_dir(folder).unwrap() {
        let file: Value =
            serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        endpoint.route(
            file["path"].as_str().unwrap(),
            Reply::json(file["body"].clone()),
        );
    }
    endpoint
}

/// An ARM backend for this endpoint, configured from environment variables as in the program, with a static token.
pub fn arm_backend(endpoint: &ArmEndpoint) -> ArmBackend {
    let url = endpoint.url();
    let env = move |name: &str| match name {
        "FLEXREADY_ARM_ENDPOINT" => Some(url.clone()),
        "FLEXREADY_ACCESS_TOKEN" => Some("a.token".to_owned()),
        _ => None,
    };
    let options = ArmOptions::from_env(
        Cloud::default(),
        AuthMethod::default(),
        Duration::from_secs(60),
        &env,
    );
    ArmBackend::new(options.unwrap()).unwrap()
}
