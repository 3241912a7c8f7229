//! What never reaches a recording, a report or a check: secrets inside answers.
//! Here: masking of an answer. Not here: pseudonyms for names and hosts (a recording fit to share).

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use crate::question::{Answer, Given};

/// What stands in a secret's place.
const MASK: &str = "********";

/// Keys whose whole value is a secret, in any case.
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

/// A kind of secret: a text that is there whenever it is, and the form of it. Group 1 stays.
struct Form {
    hints: &'static [&'static str],
    pattern: &'static str,
}

const FORMS: &[Form] = &[
    // key=value, as in a connection string; the value may be quoted
    Form {
        hints: &["assw", "ASSW", "pwd", "PWD", "ecret", "ECRET"],
        pattern: r#"(?i)((?:password|passwd|pwd|secret)\s*[=:]\s*)(?:'(?:[^'\\]|\\.)*'|"[^"]*"|[^\s;&,'"]+)"#,
    },
    // scheme://user:password@host
    Form {
        hints: &["@"],
        pattern: r"(\w+://[^\s:/@]*:)[^\s@/]+@",
    },
    // keys and signatures of Azure Storage and Service Bus
    Form {
        hints: &["Key=", "key="],
        pattern: r"(?i)((?:account|sharedaccess)key=)[^\s;&]+",
    },
    Form {
        hints: &["sig="],
        pattern: r"((?:[?&]|^)sig=)[^\s&]+",
    },
    // access tokens
    Form {
        hints: &["eyJ"],
        pattern: r"()eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
    },
    Form {
        hints: &["earer "],
        pattern: r"(?i)(bearer )[A-Za-z0-9._~+/=-]{8,}",
    },
    // what PostgreSQL keeps of a password
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

/// Masks whatever looks like a secret, everywhere in the answer. Masking what is masked changes nothing.
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

/// Whether the whole value under this key is a secret.
pub(super) fn is_secret_key(key: &str) -> bool {
    SECRET_KEYS.iter().any(|k| k.eq_ignore_ascii_case(key))
}

/// Whether a secret's place holds no secret.
pub(super) fn is_hidden(value: &Value) -> bool {
    value.is_null() || value == MASK
}

/// What is kept of an answer. Azure's tags are free text of whoever wrote them: a run may choose servers by them, but no
/// check reads them, and only their names are kept.
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

/// Bytes of the shortest form without `=` and `:`, which is `bearer` with a token of eight.
const SHORTEST: usize = 15;

/// Masks the secrets in a text. Most texts are too short to hold one; then the hints are many times cheaper than the patterns.
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
