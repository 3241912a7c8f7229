//! A short name for a thing that stays the same from run to run.

use ring::digest::{SHA256, digest};

/// 64 hexadecimal digits that depend on all parts, and on where one ends and the next begins.
pub(super) fn of(parts: &[&str]) -> String {
    let whole = serde_json::to_string(parts).expect("texts are JSON");
    let digest = digest(&SHA256, whole.as_bytes());
    digest.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
