//! A dump needs one session from start to end. Since 0.1.0.
//!
//! A pooler announces a process ID that it generated itself. Its mode shows whether two transactions of one connection
//! use the same server process while another connection holds one.

use super::source;
use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::facts::source::source_session::PoolingMode;
use crate::facts::{Facts, Missing};

pub const CHECK: Check = Check {
    id: "source-behind-pooler",
    title: "A connection pooler answers for the source",
    severity: Severity::Blocker,
    unknown: Severity::Warning,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "The copy shares an exported snapshot between sessions, and an online migration opens replication connections. A \
          pooler that hands out a connection for each transaction keeps neither; one that does so for each session often \
          lacks the connections or the replication protocol.",
    fix: "Give the migration the server's own address and port (mostly 5432), past the pooler.",
    verify: "SELECT pg_backend_pid()  -- twice, on one connection: behind a pooler the two may differ",
    link: "https://www.pgbouncer.org/features.html",
    run,
};

/// The default ports of PgBouncer and of Supabase's pooler.
const POOLER_PORTS: [u16; 2] = [6432, 6543];

fn run(facts: &Facts) -> CheckResult {
    let source = source(facts)?;
    let connection = facts.connection.as_ref()?;
    let finding = match (connection.direct, connection.pooling) {
        (Some(true), _) => return Ok(Findings::none()),
        (Some(false), Some(PoolingMode::Transaction)) => Finding::new(
            Object::Server,
            "a pooler answers, which gives each transaction another connection",
        ),
        (Some(false), Some(PoolingMode::Session)) => Finding::new(
            Object::Server,
            "a pooler answers, which keeps a connection for each session",
        )
        .with_severity(Severity::Warning),
        (Some(false), _) => Finding::new(
            Object::Server,
            "a pooler answers; how it shares its connections did not show",
        )
        .with_severity(Severity::Warning),
        (None, _) if POOLER_PORTS.contains(&source.port) => Finding::new(
            Object::Server,
            format!("port {} is mostly a pooler's", source.port),
        )
        .with_severity(Severity::Warning),
        (None, _) => {
            return Err(Missing::not_specified(
                "the server did not announce its process, so a pooler would not show",
                "connect to the server's own port",
            )
            .into());
        }
    };
    Ok(finding
        .with_evidence("host", &source.host)
        .with_evidence("port", source.port)
        .into())
}
