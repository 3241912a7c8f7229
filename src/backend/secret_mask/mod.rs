//! Masks secrets inside answers, so that they do not reach a recording, a report, or a check. This is always on.
//! Pseudonyms for names and hosts (`--redact`) are in `redact`.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use crate::question::{Answer, Body};

/// The replacement for a secret.
const MASK: &str = "********";

/// Keys whose complete value is a secret. Case is ignored.
const SECRET_KEYS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "administratorloginpassword",
    "secretparameters",
    "secret",
    "clientsecret",
    "token",
    "accesstoken",
    "access_token",
    "accountkey",
    "sastoken",
    "connectionstring",
];

/// One kind of secret. Every match of `pattern` contains one of the `hints`. Group 1 of `pattern` is kept, the rest of
/// the match is masked.
struct SecretPattern {
    hints: &'static [&'static str],
    pattern: &'static str,
}

const SECRET_PATTERNS: &[SecretPattern] = &[
    // `key=value`, as in a connection string. The value can be quoted.
    SecretPattern {
        hints: &["assw", "ASSW", "pwd", "PWD", "ecret", "ECRET"],
        pattern: r#"(?i)((?:password|passwd|pwd|secret)\s*[=:]\s*)(?:'(?:[^'\\]|\\.)*'|"[^"]*"|[^\s;&,'"]+)"#,
    },
    // `scheme://user:password@host`
    SecretPattern {
        hints: &["@"],
        pattern: r"(\w+://[^\s:/@]*:)[^\s@/]+@",
    },
    // Keys and signatures of Azure Storage and Service Bus.
    SecretPattern {
        hints: &["Key=", "key="],
        pattern: r"(?i)((?:account|sharedaccess)key=)[^\s;&]+",
    },
    SecretPattern {
        hints: &["sig="],
        pattern: r"((?:[?&]|^)sig=)[^\s&]+",
    },
    // Access tokens.
    SecretPattern {
        hints: &["eyJ"],
        pattern: r"()eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
    },
    SecretPattern {
        hints: &["earer "],
        pattern: r"(?i)(bearer )[A-Za-z0-9._~+/=-]{8,}",
    },
    // Password hashes of PostgreSQL.
    SecretPattern {
        hints: &["SCRAM-SHA-256$"],
        pattern: r"()SCRAM-SHA-256\$\d+:\S+",
    },
    SecretPattern {
        hints: &["md5"],
        pattern: r"()\bmd5[0-9a-f]{32}\b",
    },
    SecretPattern {
        hints: &["PRIVATE KEY"],
        pattern: r"(?s)()-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    },
];

static REGEXES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    SECRET_PATTERNS
        .iter()
        .map(|form| Regex::new(form.pattern).expect("the forms are tested"))
        .collect()
});

/// Masks everything that looks like a secret, everywhere in the answer. Masking is idempotent.
pub fn mask(answer: &mut Answer) {
    match answer {
        Answer::Body(Body { json, .. }) => mask_value(json),
        Answer::Failed(failure) => mask_text(&mut failure.message),
    }
}

fn mask_value(value: &mut Value) {
    match value {
        Value::String(text) => mask_text(text),
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                if is_secret_key(key) {
                    replace_with_mask(value);
                } else {
                    mask_value(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns whether the complete value of this key is a secret.
pub(crate) fn is_secret_key(key: &str) -> bool {
    SECRET_KEYS.iter().any(|k| k.eq_ignore_ascii_case(key))
}

/// Returns whether the value of a secret key is null or masked.
pub(crate) fn is_masked(value: &Value) -> bool {
    value.is_null() || value == MASK
}

/// Returns a copy of an answer with the values of Azure tags masked and their names kept.
/// Tags are free text. A run can select servers by tag, but no check reads tag values.
pub(crate) fn with_masked_tags(json: &Value) -> Value {
    let mut masked = json.clone();
    mask_tags(&mut masked);
    masked
}

fn mask_tags(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask_tags),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::Object(tags) if key.eq_ignore_ascii_case("tags") => {
                        tags.values_mut().for_each(replace_with_mask);
                    }
                    value => mask_tags(value),
                }
            }
        }
        _ => {}
    }
}

fn replace_with_mask(value: &mut Value) {
    if !value.is_null() {
        *value = Value::from(MASK);
    }
}

/// The length in bytes of the shortest secret without `=` or `:`: `bearer` and a token of eight characters.
const MIN_SECRET_LEN: usize = 15;

/// Masks the secrets in a text. Most texts are too short for a secret. For the others, the hints are many times cheaper
/// than the patterns.
pub(crate) fn mask_text(text: &mut String) {
    if text.len() < MIN_SECRET_LEN && !text.contains(['=', ':']) {
        return;
    }
    for (index, form) in SECRET_PATTERNS.iter().enumerate() {
        if form.hints.iter().any(|hint| text.contains(hint)) {
            let masked = REGEXES[index].replace_all(text, |found: &regex_lite::Captures| {
                let prefix = found.get(1).map_or("", |m| m.as_str());
                let suffix = if found.get(0).is_some_and(|m| m.as_str().ends_with('@')) {
                    "@"
                } else {
                    ""
                };
                format!("{prefix}{MASK}{suffix}")
            });
            if masked != *text {
                *text = masked.into_owned();
            }
        }
    }
}

#[cfg(test)]
mod tests;
