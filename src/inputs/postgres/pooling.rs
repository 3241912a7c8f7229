//! How a pooler shares its connections: for a session, or for each transaction. Needs two connections through it.
//! Not here: whether one answers at all (`session`).
//!
//! While the second connection holds a transaction, the first asks for its server process. A pooler that keeps
//! connections for sessions shows the first one the same process every time, and the second one another. Nothing is set
//! and nothing is created.

use std::time::Duration;

use super::session::Session;
use crate::question::Refusal;

/// Poolers mostly lend the connection that came back last, so the first try shows it. Others' traffic may get between.
const TRIES: usize = 3;
/// A pooler whose connections are all lent lets us wait; for so long.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// It did not show.
pub(super) const UNKNOWN: &str = "unknown";

/// In the words of the connection's answer.
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

/// Whether two sessions were seen to share connections.
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
