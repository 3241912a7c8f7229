//! End-to-end tests of `flexready check` and `flexready record`: the program, a real PostgreSQL server, an ARM
//! endpoint.

mod corpus_servers;
mod failing_servers;
mod live_runs;
mod usage_errors;

use crate::support::pg;

pub use crate::support::healthy_target::{TARGET, healthy_arm_endpoint};

/// A connection string for a database of a shared server, without a password.
pub fn source_conninfo(server: &pg::PgServer, database: &str) -> String {
    format!(
        "host={} port={} user={} dbname={database}",
        server.host(),
        server.port(),
        server.superuser()
    )
}
