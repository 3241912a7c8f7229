//! Describes TOML errors of a plan. The messages of the parser refer to Rust types and contain neither the key nor the
//! valid values.

use serde::Deserialize;
use toml::{Spanned, Table};

use crate::config::policy_rules::{SpannedError, WaiverTable};

/// Converts an error of the parser to a message with its byte offset.
pub(crate) fn describe_toml_error(text: &str, error: &toml::de::Error) -> SpannedError {
    let message = error.message().lines().next().unwrap_or_default();
    let at = error.span().map_or(0, |s| s.start);
    if let Some(words) =
        wrong_brackets(text, at, message).or_else(|| missing_waiver_keys(text, at, message))
    {
        return (at, words);
    }
    let must_be = if message.starts_with("must be ") {
        Some(message.to_owned())
    } else {
        expected_value(message).map(|kind| format!("must be {kind}"))
    };
    let words = match must_be {
        Some(must_be) => format!("{} {must_be}", key_before(text, at)),
        None => suggest_key(message),
    };
    (at, words)
}

/// Describes an array of tables that is written with single brackets, or a single table with double brackets.
fn wrong_brackets(text: &str, at: usize, message: &str) -> Option<String> {
    let line = text.get(at..)?.lines().next()?.trim();
    let inside = line.strip_prefix('[')?;
    let is_list = message.ends_with("expected a sequence");
    let name = match inside.strip_prefix('[') {
        None if is_list => inside.split_once(']')?.0.trim(),
        Some(inside) if !is_list => inside.split_once("]]")?.0.trim(),
        _ => return None,
    };
    message.starts_with("invalid type").then(|| {
        if is_list {
            format!("write `[[{name}]]`, with two brackets on each side: there may be several")
        } else {
            format!("write `[{name}]`, with one bracket on each side: there is only one")
        }
    })
}

/// Lists all missing keys of a waiver; the parser reports only the first. No other table has required keys.
fn missing_waiver_keys(text: &str, at: usize, message: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Waivers {
        waiver: Vec<Spanned<Table>>,
    }
    message.strip_prefix("missing field")?;
    let waivers = toml::from_str::<Waivers>(text).ok()?.waiver;
    let waiver = waivers.iter().find(|w| w.span().contains(&at))?.as_ref();
    let schema = schemars::schema_for!(WaiverTable);
    let required = schema.get("required")?.as_array()?;
    let required = required.iter().filter_map(|key| key.as_str());
    let missing = required.filter(|key| !waiver.contains_key(*key));
    let missing: Vec<String> = missing.map(|key| format!("`{key}`")).collect();
    match missing.as_slice() {
        [] => None,
        [only] => Some(format!("{only} of the waiver is missing")),
        [first @ .., last] => Some(format!(
            "{} and {last} of the waiver are missing",
            first.join(", ")
        )),
    }
}

/// Describes the expected value of a message such as `invalid type: string "8", expected u32`. The actual value is not
/// repeated.
fn expected_value(message: &str) -> Option<String> {
    let is_value = ["invalid type", "invalid value", "unknown variant"]
        .iter()
        .any(|start| message.starts_with(start));
    let (_, kind) = message.rsplit_once("expected ").filter(|_| is_value)?;
    Some(match kind {
        "u32" => "a whole number, such as 8".to_owned(),
        "a boolean" => "`true` or `false`, without quotes".to_owned(),
        "a string" | "path string" => "a text in quotes".to_owned(),
        "a sequence" => "a list, such as `[\"orders\"]`".to_owned(),
        _ if kind.starts_with("struct ") || kind == "a map" => {
            "a table of keys and values".to_owned()
        }
        _ if kind.contains('`') => kind.to_owned(),
        _ => return None,
    })
}

/// The key of the value at this byte offset; `the value` if the line does not start with a key.
fn key_before(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let key = line.rsplit_once('=').map_or("", |(key, _)| key);
    let key = key.rsplit(['{', ',']).next().unwrap_or_default().trim();
    let is_key = |c: char| c.is_ascii_alphanumeric() || "_-.\"".contains(c);
    if key.is_empty() || !key.chars().all(is_key) {
        "the value".to_owned()
    } else {
        format!("`{}`", key.trim_matches('"'))
    }
}

/// Suggests the nearest known key for a message such as ``unknown field `surce`, expected one of `name`, `source` ``.
fn suggest_key(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("missing field") {
        return format!("`{}` is missing", quoted.next().unwrap_or_default());
    }
    let Some(unknown) = quoted
        .next()
        .filter(|_| message.starts_with("unknown field"))
    else {
        return message.to_owned();
    };
    let nearest = quoted
        .map(|known| (strsim::damerau_levenshtein(unknown, known), known))
        .min();
    match nearest {
        Some((distance, known)) if distance <= 3 => {
            format!("unknown key `{unknown}`; did you mean `{known}`?")
        }
        _ => message.to_owned(),
    }
}
