//! Detects whether a pooler assigns server connections per session or per transaction.
//! The probe needs two connections through the pooler.
//!
//! While the second connection has an open transaction, the first one reads the PID of its server process.
//! With session pooling, each connection has its own process, which does not change.
//! The probe sets no parameter and creates no object.

use std::time::Duration;

use super::session::PgSession;
use crate::question::Failure;

/// Poolers usually reuse the connection that was returned last, so the first attempt is enough.
/// Traffic of other clients can disturb it.
const PROBE_ATTEMPTS: usize = 3;
/// Maximum time to wait for a pooler whose server connections are all in use.
pub(crate) const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
/// The pooling mode could not be detected.
pub(crate) const UNKNOWN_MODE: &str = "unknown";

/// Returns the value of `pooling` in the connection's answer: `transaction`, `session` or `unknown`.
pub(crate) async fn detect_mode(first: &PgSession, second: &PgSession) -> &'static str {
    for _ in 0..PROBE_ATTEMPTS {
        match shares_process(first, second).await {
            Ok(true) => return "transaction",
            Ok(false) => {}
            Err(_) => return UNKNOWN_MODE,
        }
    }
    "session"
}

/// Whether both sessions used the same server process, or the first one changed its process.
async fn shares_process(first: &PgSession, second: &PgSession) -> Result<bool, Failure> {
    let before = first.backend_pid().await?;
    let held = second.begin().await?;
    if held == before {
        second.rollback().await;
        return Ok(true);
    }
    let after = first.backend_pid().await;
    second.rollback().await;
    Ok(after? != before)
}
