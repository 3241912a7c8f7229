//! Malformed answers only affect the checks that need them.

use flexready::backend::recording::Recording;
use flexready::config::Migration;
use flexready::question::{Answer, Answers, Failure, FailureKind, Question};
use flexready::verdict::Status;
use serde_json::{Value, json};

use super::check_outcome;
use crate::support::recordings::fixtures_dir;

/// Part of a question key, and the checks that need the answer.
const CHECKS_BY_QUESTION: &[(&str, &[&str])] = &[
    (
        "/migrations?",
        &["migration-in-progress", "service-validation-failed"],
    ),
    ("/locks?", &["target-locked"]),
    ("/permissions?", &["target-identity-lacks-rights"]),
    (
        "/capabilities?",
        &["compute-below-source", "iops-below-source"],
    ),
];

fn gather_baseline() -> (Migration, Answers) {
    let recording = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let migration = recording.migrations()[0].clone();
    let start = recording.empty_answers();
    let (answers, _) =
        futures::executor::block_on(flexready::collect_answers(&migration, &recording, start));
    (migration, answers)
}

fn malformed_answers() -> Vec<Answer> {
    let bodies = [
        json!({}),
        json!([]),
        json!("a text"),
        Value::Null,
        json!({ "value": {} }),
        json!({ "value": [1] }),
        json!({ "value": [{ "properties": [] }] }),
        json!({ "error": { "code": "InternalServerError", "message": "with status 200" } }),
    ];
    let kinds = [
        FailureKind::Unauthenticated,
        FailureKind::Forbidden,
        FailureKind::NotFound,
        FailureKind::Busy,
        FailureKind::Server,
        FailureKind::Malformed,
    ];
    let refused = |kind| Failure::new(kind, "refused by the test");
    let refusals = kinds.into_iter().map(|k| refused(k).into());
    bodies
        .into_iter()
        .map(Answer::from)
        .chain(refusals)
        .collect()
}

#[test]
fn a_malformed_answer_only_makes_its_own_checks_unknown() {
    let (migration, healthy) = gather_baseline();
    for (part, ids) in CHECKS_BY_QUESTION {
        let key = healthy
            .iter()
            .map(|(k, _)| k)
            .find(|k| k.contains(part))
            .unwrap()
            .to_owned();
        for answer in malformed_answers() {
            let mut answers = healthy.clone();
            answers.replace(&key, answer.clone());
            for (_, others) in CHECKS_BY_QUESTION {
                for id in *others {
                    let status = check_outcome(id, &migration, &answers).status;
                    let due = if ids.contains(id) {
                        Status::Unknown
                    } else {
                        Status::Pass
                    };
                    assert_eq!(status, due, "{id} with {answer:?} for {part}");
                }
            }
        }
    }
}

#[test]
fn a_healthy_target_only_asks_the_questions_it_needs() {
    let (migration, healthy) = gather_baseline();
    let arm = healthy
        .iter()
        .filter(|(key, _)| key.starts_with("arm:"))
        .count();
    assert!(arm <= 18, "{arm} requests");
    // Entra is disabled, the api-version does not have maintenance events, and no migration failed.
    for part in ["/administrators?", "/maintenanceevents?", "/migrations/"] {
        assert!(!healthy.iter().any(|(key, _)| key.contains(part)), "{part}");
    }
    let target = migration.target.as_ref().unwrap();
    let all = Question::Arm {
        path: format!("{}/migrations", target.id.path()),
        api_version: target.api_version.clone(),
        filter: Some("migrationListFilter=All".to_owned()),
    };
    assert!(healthy.contains(&all));
}
