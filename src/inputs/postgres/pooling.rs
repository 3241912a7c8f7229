//! Detects whether a pooler assigns server connections per session or per transaction.
//! The probe needs two connections through the pooler.
//!
//! While the second connection has an open transaction, the first one reads the PID of its server process.
//! With session pooling, each connection has its own process, which does not change.
//! The probe sets no parameter and creates no object.

use std::time::Duration;

use super::session::Session;
use crate::question::Refusal;

/// Poolers usually reuse the connection that was returned last, so the first attempt is enough.
/// Traffic of other clients can disturb it.
const TRIES: usize = 3;
/// Maximum time to wait for a pooler whose server connections are all in use.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// The pooling mode could not be detected.
pub(super) const UNKNOWN: &str = "unknown";

/// Returns the value of `pooling` in the connection's answer: `transaction`, `session` or `unknown`.
pub(super) async fn mode(first: &Session, second: &Session) -> &'static str {
    for _ in 0..TRIES {
        match is_shared(first, second).await {
            Ok(true) => return "transaction",
            Ok(false) => {}
            Err(_) => return UNKNOWN,
        }
    }
    "session"
}

/// Whether both sessions used the same server process, or the first one changed its process.
async fn is_shared(first: &Session, second: &Session) -> Result<bool, Refusal> {
    let before = first.process().await?;
    let held = second.hold().await?;
    if held == before {
        second.release().await;
        return Ok(true);
    }
    let after = first.process().await;
    second.release().await;
    Ok(after? != before)
}
