//! `flexready check` and `record` end to end: the program, a real PostgreSQL, an HTTP endpoint with ARM bodies.

mod bad_input;
mod bad_servers;
mod corpus;
mod live;

use std::path::Path;

use serde_json::Value;

use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::pg;

/// The target of the healthy world.
pub const TARGET: &str = "11111111-2222-4333-8444-555555555555/rg-orders-prod/orders-target";

/// The healthy world's ARM bodies, served.
pub fn healthy_arm() -> ArmEndpoint {
    let endpoint = ArmEndpoint::start();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/healthy/arm");
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

/// A connection string for a database of a shared server, without a password.
pub fn source(server: &pg::Server, database: &str) -> String {
    format!(
        "host={} port={} user={} dbname={database}",
        server.host(),
        server.port(),
        server.superuser()
    )
}
