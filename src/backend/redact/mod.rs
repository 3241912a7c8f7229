//! Replaces names, hosts, and IDs with pseudonyms (`--redact`), so that a recording can be shared. Each name gets the
//! same pseudonym everywhere, so a replay has the same verdict.
//!
//! Not replaced: names that belong to PostgreSQL, Azure, or an extension (`public_names`), sizes, versions, and
//! settings. IP addresses are kept too, because the network checks compare them.

mod arm_answers;
mod mapping;
mod public_names;
mod sql_answers;

use mapping::PseudonymMap;
use serde_json::Value;

use crate::config::Migration;
use crate::question::{Answer, Answers, Body, Failure, Question};

/// Returns the migration and its answers with pseudonyms. The mapping from names to pseudonyms is not stored.
///
/// # Panics
/// Does not panic: a migration with replaced names is still a valid migration.
pub fn redact(migration: &Migration, answers: &Answers) -> (Migration, Answers) {
    let mut pseudonyms = PseudonymMap::default();
    let migration = redact_migration(&mut pseudonyms, migration);
    // First the values that consist only of a name, then the texts that quote names.
    let mut redacted = Answers::new(answers.recorded_at, answers.origin);
    redacted.caller = answers.caller.clone();
    redacted.caller.azure_identity = answers
        .caller
        .azure_identity
        .as_ref()
        .map(|i| pseudonyms.for_name(i));
    // Azure ignores case, PostgreSQL does not. If both know a name, its exact form must get the pseudonym first.
    let (azure, others): (Vec<_>, Vec<_>) = answers
        .questions()
        .partition(|(question, _)| question.is_arm());
    for (question, _) in &others {
        pseudonyms.for_question(question);
    }
    let mut renamed_answers: Vec<(Question, Answer)> = Vec::new();
    for (question, answer) in others.into_iter().chain(azure) {
        let renamed = pseudonyms.for_question(&question);
        renamed_answers.push((renamed, redact_answer(&mut pseudonyms, &question, answer)));
    }
    for (question, answer) in renamed_answers {
        let answer = match answer {
            Answer::Failed(failure) => Answer::Failed(Failure {
                message: pseudonyms.in_free_text(&failure.message),
                ..failure
            }),
            Answer::Body(mut given) => {
                if question.is_arm() {
                    arm_answers::redact_free_text(&pseudonyms, &mut given.json);
                }
                Answer::Body(given)
            }
        };
        redacted.insert(question.key(), answer);
    }
    (migration, redacted)
}

fn redact_answer(pseudonyms: &mut PseudonymMap, question: &Question, answer: &Answer) -> Answer {
    let Answer::Body(Body { json, api_version }) = answer else {
        return answer.clone();
    };
    let mut json = json.clone();
    match question {
        Question::Arm { path, .. } => arm_answers::redact_body(pseudonyms, path, &mut json),
        Question::Sql { query, .. } => sql_answers::redact_rows(pseudonyms, query, &mut json),
        Question::Connection { .. } | Question::Dns { .. } | Question::Graph { .. } => {}
    }
    Answer::Body(Body {
        json,
        api_version: api_version.clone(),
    })
}

/// Fields of a migration that hold a host or a name.
const HOST_FIELDS: &[&str] = &["host", "address"];
const NAME_FIELDS: &[&str] = &["name", "database", "databases", "user", "migration_user"];

fn redact_migration(pseudonyms: &mut PseudonymMap, migration: &Migration) -> Migration {
    let mut json = serde_json::to_value(migration).expect("a migration is JSON");
    // The location has a public name: `{ "subscription", "name", … }`.
    let location = json.get("location").and_then(|l| l.get("name")).cloned();
    redact_value(pseudonyms, "", &mut json);
    if let (Some(name), Some(place)) = (location, json.get_mut("location")) {
        place["name"] = name;
    }
    serde_json::from_value(json).expect("a migration with other names is a migration")
}

fn redact_value(pseudonyms: &mut PseudonymMap, key: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(key, value)| redact_value(pseudonyms, key, value)),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| redact_value(pseudonyms, key, item)),
        Value::String(text) if text.starts_with("/subscriptions/") => {
            *text = pseudonyms.for_resource_id(text)
        }
        Value::String(text) if HOST_FIELDS.contains(&key) => *text = pseudonyms.host(text),
        Value::String(text) if NAME_FIELDS.contains(&key) => *text = pseudonyms.for_name(text),
        Value::String(text) if key == "subscription" => *text = pseudonyms.replace_guids(text),
        _ => {}
    }
}
