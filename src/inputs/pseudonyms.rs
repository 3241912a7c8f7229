//! Replaces names, hosts, and IDs with pseudonyms (`--redact`), so that a recording can be shared. Each name gets the
//! same pseudonym everywhere, so a replay has the same verdict.
//!
//! Not replaced: names that belong to PostgreSQL, Azure, or an extension (`public_names`), sizes, versions, and
//! settings. IP addresses are kept too, because the network checks compare them.

mod arm;
mod names;
mod rows;
mod texts;
mod words;

use serde_json::Value;

use crate::plan::Migration;
use crate::question::{Answer, Answers, Given, Refusal};
use names::Names;

/// Returns the migration and its answers with pseudonyms. The mapping from names to pseudonyms is not stored.
///
/// # Panics
/// Does not panic: a migration with replaced names is still a valid migration.
pub fn of(migration: &Migration, answers: &Answers) -> (Migration, Answers) {
    let mut names = Names::default();
    let migration = renamed(&mut names, migration);
    // First the values that consist only of a name, then the texts that quote names.
    let mut redacted = Answers::new(answers.recorded_at, answers.origin);
    redacted.asker = answers.asker.clone();
    redacted.asker.azure_identity = answers.asker.azure_identity.as_ref().map(|i| names.of(i));
    // Azure ignores case, PostgreSQL does not. If both know a name, its exact form must get the pseudonym first.
    for (key, _) in answers.iter().filter(|(key, _)| !key.starts_with("arm:")) {
        names.key(key);
    }
    let mut all: Vec<(String, Answer)> = Vec::new();
    let of_azure = |(key, _): &(&str, &Answer)| key.starts_with("arm:");
    let (azure, others): (Vec<_>, Vec<_>) = answers.iter().partition(of_azure);
    for (key, answer) in others.into_iter().chain(azure) {
        let own = names.key(key);
        all.push((own, given(&mut names, key, answer)));
    }
    for (key, answer) in all {
        let answer = match answer {
            Answer::Refused(refusal) => Answer::Refused(Refusal {
                message: names.in_text(&refusal.message),
                ..refusal
            }),
            Answer::Given(mut given) => {
                if key.starts_with("arm:") {
                    arm::texts(&names, &mut given.json);
                }
                Answer::Given(given)
            }
        };
        redacted.insert(key, answer);
    }
    (migration, redacted)
}

fn given(names: &mut Names, key: &str, answer: &Answer) -> Answer {
    let Answer::Given(Given { json, api_version }) = answer else {
        return answer.clone();
    };
    let mut json = json.clone();
    match key.split_once(':') {
        Some(("arm", path)) => arm::rename(names, path, &mut json),
        Some(("sql", path)) => {
            rows::rename(names, path.rsplit('/').next().unwrap_or(path), &mut json)
        }
        _ => {}
    }
    Answer::Given(Given {
        json,
        api_version: api_version.clone(),
    })
}

/// Fields of a migration that hold a host or a name.
const HOSTS: &[&str] = &["host", "address"];
const NAMES: &[&str] = &["name", "database", "databases", "user", "migration_user"];

fn renamed(names: &mut Names, migration: &Migration) -> Migration {
    let mut json = serde_json::to_value(migration).expect("a migration is JSON");
    // The location has a public name: `{ "subscription", "name", … }`.
    let location = json.get("location").and_then(|l| l.get("name")).cloned();
    walk(names, "", &mut json);
    if let (Some(name), Some(place)) = (location, json.get_mut("location")) {
        place["name"] = name;
    }
    serde_json::from_value(json).expect("a migration with other names is a migration")
}

fn walk(names: &mut Names, key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(key, value)| walk(names, key, value)),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(names, key, item)),
        Value::String(text) if text.starts_with("/subscriptions/") => *text = names.id(text),
        Value::String(text) if HOSTS.contains(&key) => *text = names.host(text),
        Value::String(text) if NAMES.contains(&key) => *text = names.of(text),
        Value::String(text) if key == "subscription" => *text = names.guids(text),
        _ => {}
    }
}
