//! A standby has limited logical decoding, and it pauses or cancels long reads. Since 0.1.0.

use crate::checks::{Check, CheckResult, Finding, Findings, Needs, Object, Severity};
use crate::config::MigrationMode;
use crate::facts::Facts;

pub const CHECK: Check = Check {
    id: "source-is-standby",
    title: "The source is a standby",
    severity: Severity::Blocker,
    unknown: Severity::Blocker,
    needs: Needs::Source,
    mode: None,
    official: &[],
    why: "By PostgreSQL's own rules no publication can be created on a standby, and before 16 no logical replication slot, \
          so an online migration cannot start; offline, long reads are cancelled when they conflict with what is replayed.",
    fix: "Migrate from the primary, or promote the standby. Offline, `max_standby_streaming_delay = -1` on the standby \
          lets long reads end.",
    verify: "SELECT pg_is_in_recovery()",
    link: "https://www.postgresql.org/docs/current/hot-standby.html",
    run,
};

fn run(facts: &Facts) -> CheckResult {
    let session = facts.session.as_ref()?;
    if !session.in_recovery {
        return Ok(Findings::none());
    }
    let (severity, consequence) = match facts.migration.mode {
        MigrationMode::Online => (Severity::Blocker, "an online migration needs the primary"),
        MigrationMode::Offline => (
            Severity::Warning,
            "long reads may be cancelled while it replays",
        ),
    };
    let message = format!("the source is in recovery, a standby: {consequence}");
    Ok(Finding::new(Object::Server, message)
        .with_severity(severity)
        .with_evidence("pg_is_in_recovery()", true)
        .into())
}
