//! Scans the content of a recording for secrets, as a last step before it is written. The masks of `secret_mask` know
//! where secrets occur. These patterns are wider: they only know what secrets look like.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use crate::backend::secret_mask;

/// Patterns of secrets, wherever they occur.
const SECRET_SHAPES: &[(&str, &str)] = &[
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    (
        "an access token",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    ),
    ("a key of Azure Storage", r"[A-Za-z0-9+/]{86}=="),
    (
        "a client secret of Microsoft Entra",
        r"\b[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}\b",
    ),
    ("an access key of AWS", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a key of Google", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    (
        "a token of GitHub",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})",
    ),
    ("a token of Slack", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (
        "a password's hash",
        r"\bSCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]|\bmd5[0-9a-f]{32}\b|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}",
    ),
    (
        "a password of a command line",
        r"(?i)--?(?:password|passwd|pwd|token|secret)[= ]+[^\s*<$-]\S*",
    ),
];

static SHAPE_REGEXES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let shapes = SECRET_SHAPES.iter();
    shapes
        .map(|(what, look)| (*what, Regex::new(look).expect("the looks are tested")))
        .collect()
});

/// Returns the kind of secret that a JSON value seems to contain, if any.
pub(crate) fn find_secret(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) => find_secret_in_text(text),
        Value::Array(items) => items.iter().find_map(find_secret),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            let by_key = (secret_mask::is_secret_key(key) && !secret_mask::is_masked(value))
                .then_some("a secret by its name");
            by_key
                .or_else(|| find_secret_in_text(key))
                .or_else(|| find_secret(value))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn find_secret_in_text(text: &str) -> Option<&'static str> {
    let shape = SHAPE_REGEXES
        .iter()
        .find(|(_, shape)| shape.is_match(text))
        .map(|(what, _)| *what);
    shape.or_else(|| {
        let mut masked = text.to_owned();
        secret_mask::mask_text(&mut masked);
        (masked != text).then_some("a password or a connection string")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_found() {
        let storage = format!("{}==", "Ab1+".repeat(21) + "xy");
        for text in [
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "eyJhbGciOiJub25l.eyJzdWIiOiJ4",
            storage.as_str(),
            "abc8Q~abcdefghijklmnopqrstuvwxyz01234567",
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "SCRAM-SHA-256$4096:c2FsdA==$a:b",
            "backup --password hush /x",
            "postgresql://u:hush@h/d",
            "host=h password=hush",
        ] {
            assert!(find_secret(&json!([{ "x": text }])).is_some(), "{text}");
        }
        assert!(find_secret(&json!({ "clientSecret": "hush" })).is_some());
    }

    #[test]
    fn values_without_secrets_are_not_reported() {
        for value in [
            json!({ "clientSecret": "********", "password": null }),
            json!("password_encryption"),
            json!("postgresql://u:********@h/d"),
            json!("md5,scram-sha-256"),
            json!("/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg"),
        ] {
            assert_eq!(find_secret(&value), None, "{value}");
        }
    }
}
