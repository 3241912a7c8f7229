//! `flexready check` and `record` end to end: the program, a real PostgreSQL, an HTTP endpoint with ARM bodies.

mod bad_input;
mod bad_servers;
mod corpus;
mod live;

use crate::support::pg;

pub use crate::support::healthy::{TARGET, healthy_arm};

/// A connection string for a database of a shared server, without a password.
pub fn source(server: &pg::Server, database: &str) -> String {
    format!(
        "host={} port={} user={} dbname={database}",
        server.host(),
        server.port(),
        server.superuser()
    )
}
