//! Masks secrets inside answers, so that they do not reach a recording, a report, or a check. This is always on.
//! Pseudonyms for names and hosts (`--redact`) are in `redact`.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use crate::question::{Answer, Given};

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
struct Form {
    hints: &'static [&'static str],
    pattern: &'static str,
}

const FORMS: &[Form] = &[
    // `key=value`, as in a connection string. The value can be quoted.
    Form {
        hints: &["assw", "ASSW", "pwd", "PWD", "ecret", "ECRET"],
        pattern: r#"(?i)((?:password|passwd|pwd|secret)\s*[=:]\s*)(?:'(?:[^'\\]|\\.)*'|"[^"]*"|[^\s;&,'"]+)"#,
    },
    // `scheme://user:password@host`
    Form {
        hints: &["@"],
        pattern: r"(\w+://[^\s:/@]*:)[^\s@/]+@",
    },
    // Keys and signatures of Azure Storage and Service Bus.
    Form {
        hints: &["Key=", "key="],
        pattern: r"(?i)((?:account|sharedaccess)key=)[^\s;&]+",
    },
    Form {
        hints: &["sig="],
        pattern: r"((?:[?&]|^)sig=)[^\s&]+",
    },
    // Access tokens.
    Form {
        hints: &["eyJ"],
        pattern: r"()eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
    },
    Form {
        hints: &["earer "],
        pattern: r"(?i)(bearer )[A-Za-z0-9._~+/=-]{8,}",
    },
    // Password hashes of PostgreSQL.
    Form {
        hints: &["SCRAM-SHA-256$"],
        pattern: r"()SCRAM-SHA-256\$\d+:\S+",
    },
    Form {
        hints: &["md5"],
        pattern: r"()\bmd5[0-9a-f]{32}\b",
    },
    Form {
        hints: &["PRIVATE KEY"],
        pattern: r"(?s)()-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    },
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    FORMS
        .iter()
        .map(|form| Regex::new(form.pattern).expect("the forms are tested"))
        .collect()
});

/// Masks everything that looks like a secret, everywhere in the answer. Masking is idempotent.
pub fn mask(answer: &mut Answer) {
    match answer {
        Answer::Given(Given { json, .. }) => mask_value(json),
        Answer::Refused(refusal) => mask_text(&mut refusal.message),
    }
}

fn mask_value(value: &mut Value) {
    match value {
        Value::String(text) => mask_text(text),
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                if is_secret_key(key) {
                    hide(value);
                } else {
                    mask_value(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns whether the complete value of this key is a secret.
pub(super) fn is_secret_key(key: &str) -> bool {
    SECRET_KEYS.iter().any(|k| k.eq_ignore_ascii_case(key))
}

/// Returns whether the value of a secret key is null or masked.
pub(super) fn is_hidden(value: &Value) -> bool {
    value.is_null() || value == MASK
}

/// Returns a copy of an answer with the values of Azure tags masked and their names kept.
/// Tags are free text. A run can select servers by tag, but no check reads tag values.
pub(super) fn without_tags(json: &Value) -> Value {
    let mut kept = json.clone();
    hide_tags(&mut kept);
    kept
}

fn hide_tags(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(hide_tags),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::Object(tags) if key.eq_ignore_ascii_case("tags") => {
                        tags.values_mut().for_each(hide);
                    }
                    value => hide_tags(value),
                }
            }
        }
        _ => {}
    }
}

fn hide(value: &mut Value) {
    if !value.is_null() {
        *value = Value::from(MASK);
    }
}

/// The length in bytes of the shortest secret without `=` or `:`: `bearer` and a token of eight characters.
const SHORTEST: usize = 15;

/// Masks the secrets in a text. Most texts are too short for a secret. For the others, the hints are many times cheaper
/// than the patterns.
pub(crate) fn mask_text(text: &mut String) {
    if text.len() < SHORTEST && !text.contains(['=', ':']) {
        return;
    }
    for (index, form) in FORMS.iter().enumerate() {
        if form.hints.iter().any(|hint| text.contains(hint)) {
            let masked = PATTERNS[index].replace_all(text, |found: &regex_lite::Captures| {
                let kept = found.get(1).map_or("", |m| m.as_str());
                let end = if found.get(0).is_some_and(|m| m.as_str().ends_with('@')) {
                    "@"
                } else {
                    ""
                };
                format!("{kept}{MASK}{end}")
            });
            if masked != *text {
                *text = masked.into_owned();
            }
        }
    }
}

#[cfg(test)]
mod tests;
