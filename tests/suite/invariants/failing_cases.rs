//! Every failing case × every way in which its answers can fail, be malformed or be missing. The check fails on the
//! complete answers, so it must never pass or become not applicable.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use flexready::facts::Facts;
use flexready::question::{Answer, Answers, FailureKind};
use flexready::verdict::{Policy, Status, evaluate};
use serde_json::{Value, json};

use super::samples::{FailingSample, failing_samples, refused};
use crate::fixtures::subfolder_names;
use crate::support::recordings::fixtures_dir;

const FAILURE_KINDS: [FailureKind; 6] = [
    FailureKind::Unauthenticated,
    FailureKind::Busy,
    FailureKind::Timeout,
    FailureKind::Unreachable,
    FailureKind::Malformed,
    FailureKind::Unsupported,
];

/// Bodies with status 200 that are not valid answers.
fn invalid_bodies() -> Vec<Value> {
    vec![
        Value::Null,
        json!({}),
        json!("a text"),
        json!([1, 2]),
        json!([{}]),
        json!({ "value": {} }),
        json!({ "value": [1] }),
        json!({ "value": [{ "properties": [] }] }),
        json!({ "error": { "code": "InternalServerError", "message": "with status 200" } }),
    ]
}

/// Collects the JSON pointers to all objects, arrays and values within `value`, without `value` itself.
fn collect_pointers(value: &Value, prefix: &str, pointers: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, v)| (name.replace('~', "~0").replace('/', "~1"), v))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    for (name, value) in children {
        let pointer = format!("{prefix}/{name}");
        collect_pointers(value, &pointer, pointers);
        pointers.push(pointer);
    }
}

/// Variants of the body that makes the case fail. Each has one value of another type, or one unknown value of an
/// enumeration.
fn mutated_answers(failing: &FailingSample, key: &str) -> Vec<(String, Answer)> {
    let original = failing.sample.answers.iter().find(|(k, _)| *k == key);
    let Some((_, Answer::Body(given))) = original else {
        return Vec::new();
    };
    let mut all = Vec::new();
    collect_pointers(&given.json, "", &mut all);
    // A sample is enough for a list of hundreds of parameters
    let step = all.len().div_ceil(MAX_POINTERS);
    let mut mangled = Vec::new();
    for (index, pointer) in all.iter().step_by(step).enumerate() {
        let old_value = given.json.pointer(pointer).unwrap();
        let other = RETYPED.with(|retyped| retyped[index % retyped.len()].clone());
        let is_other = std::mem::discriminant(old_value) != std::mem::discriminant(&other);
        let unknown = is_enum_value(key, old_value).then(|| json!("NeverHeardOf"));
        for value in [Some(other).filter(|_| is_other), unknown]
            .into_iter()
            .flatten()
        {
            let mut body = given.clone();
            *body.json.pointer_mut(pointer).unwrap() = value.clone();
            mangled.push((format!("{pointer} = {value}"), Answer::Body(body)));
        }
    }
    mangled
}

/// The maximum number of mutated values per body.
const MAX_POINTERS: usize = 60;

thread_local! {
    static RETYPED: [Value; 4] = [json!({ "a": 1 }), json!([7]), json!(7), json!("x")];
}

/// Returns whether a value looks like an ARM enumeration, such as `Ready` or `SameZone`.
fn is_enum_value(key: &str, value: &Value) -> bool {
    let word = value
        .as_str()
        .filter(|_| key.starts_with("arm:"))
        .unwrap_or_default();
    word.len() > 2
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_alphabetic())
}

fn check_status(failing: &FailingSample, answers: &Answers) -> Status {
    let policy = Policy {
        only: vec![failing.check.id.to_owned()],
        ..Policy::default()
    };
    let judgement = evaluate(&Facts::read(&failing.sample.migration, answers), &policy);
    judgement.outcomes[0].status
}

/// Replaces one answer and runs the check. Returns a message if the check passes or becomes not applicable.
fn try_answer(
    failing: &FailingSample,
    answers: &mut Answers,
    key: &str,
    other: Answer,
) -> Option<String> {
    let original = failing
        .sample
        .answers
        .iter()
        .find(|(k, _)| *k == key)
        .unwrap()
        .1
        .clone();
    answers.replace(key, other);
    let status = check_status(failing, answers);
    answers.replace(key, original);
    matches!(status, Status::Pass | Status::NotApplicable)
        .then(|| format!("{}: {key}: {status:?}", failing.sample.name))
}

/// Fails every answer once, and the answers that make the case fail in every way.
fn try_failing_case(failing: &FailingSample, tried: &AtomicUsize) -> Vec<String> {
    let mut answers = failing.sample.answers.clone();
    let mut wrong = Vec::new();
    let mut attempt = |key: &str, other: Answer, what: &str| {
        tried.fetch_add(1, Ordering::Relaxed);
        let found = try_answer(failing, &mut answers, key, other);
        wrong.extend(found.map(|found| format!("{found} with {what}")));
    };
    for key in failing.sample.keys() {
        attempt(&key, refused(FailureKind::Forbidden), "Forbidden");
        if failing.case.changes_answer(&key) {
            for kind in FAILURE_KINDS {
                attempt(&key, refused(kind), &format!("{kind:?}"));
            }
            for body in invalid_bodies() {
                let what = body.to_string();
                attempt(&key, body.into(), &what);
            }
            for (what, body) in mutated_answers(failing, &key) {
                attempt(&key, body, &what);
            }
        }
    }
    wrong
}

/// Runs all faults. Returns their number and the messages of those that made a check pass.
pub fn try_all_faults() -> (usize, Vec<String>) {
    let ids = subfolder_names(&fixtures_dir().join("checks"));
    let (next, tried, wrong) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        Mutex::new(Vec::new()),
    );
    let work = || {
        while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
            for failing in failing_samples(std::slice::from_ref(id)) {
                wrong
                    .lock()
                    .unwrap()
                    .extend(try_failing_case(&failing, &tried));
            }
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    (tried.into_inner(), wrong.into_inner().unwrap())
}
