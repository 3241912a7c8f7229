//! Identifiers that stay the same from run to run.

use ring::digest::{SHA256, digest};

/// Returns 64 hexadecimal digits (SHA-256). The value depends on every part and on the boundaries between the parts.
pub(super) fn fingerprint(parts: &[&str]) -> String {
    let json = serde_json::to_string(parts).expect("texts are JSON");
    let digest = digest(&SHA256, json.as_bytes());
    digest.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
