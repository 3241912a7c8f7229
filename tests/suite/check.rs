//! End-to-end tests of `flexready check` and `flexready record`: the program, a real PostgreSQL server, an ARM
//! endpoint.

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
