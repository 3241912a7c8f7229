//! Every failing case × every way in which its answers can fail, be malformed or be missing. The check fails on the
//! complete answers, so it must never pass or become not applicable.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use flexready::facts::Facts;
use flexready::question::{Answer, Answers, RefusalKind};
use flexready::verdict::{Policy, Status, judge};
use serde_json::{Value, json};

use super::worlds::{Failing, failing, refused};
use crate::fixtures::{folder, folders};

const KINDS: [RefusalKind; 6] = [
    RefusalKind::Unauthenticated,
    RefusalKind::Busy,
    RefusalKind::Timeout,
    RefusalKind::Unreachable,
    RefusalKind::Malformed,
    RefusalKind::Unsupported,
];

/// Bodies with status 200 that are not valid answers.
fn no_answers() -> Vec<Value> {
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
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
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
    for (name, value) in below {
        let place = format!("{at}/{name}");
        places(value, &place, found);
        found.push(place);
    }
}

/// Variants of the body that makes the case fail. Each has one value of another type, or one unknown value of an
/// enumeration.
fn mangled(failing: &Failing, key: &str) -> Vec<(String, Answer)> {
    let held = failing.world.answers.iter().find(|(k, _)| *k == key);
    let Some((_, Answer::Given(given))) = held else {
        return Vec::new();
    };
    let mut all = Vec::new();
    places(&given.json, "", &mut all);
    // A sample is enough for a list of hundreds of parameters
    let every = all.len().div_ceil(PLACES);
    let mut mangled = Vec::new();
    for (index, place) in all.iter().step_by(every).enumerate() {
        let was = given.json.pointer(place).unwrap();
        let other = RETYPED.with(|retyped| retyped[index % retyped.len()].clone());
        let is_other = std::mem::discriminant(was) != std::mem::discriminant(&other);
        let unknown = is_enumerated(key, was).then(|| json!("NeverHeardOf"));
        for value in [Some(other).filter(|_| is_other), unknown]
            .into_iter()
            .flatten()
        {
            let mut body = given.clone();
            *body.json.pointer_mut(place).unwrap() = value.clone();
            mangled.push((format!("{place} = {value}"), Answer::Given(body)));
        }
    }
    mangled
}

/// The maximum number of mutated values per body.
const PLACES: usize = 60;

thread_local! {
    static RETYPED: [Value; 4] = [json!({ "a": 1 }), json!([7]), json!(7), json!("x")];
}

/// Returns whether a value looks like an ARM enumeration, such as `Ready` or `SameZone`.
fn is_enumerated(key: &str, value: &Value) -> bool {
    let word = value
        .as_str()
        .filter(|_| key.starts_with("arm:"))
        .unwrap_or_default();
    word.len() > 2
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_alphabetic())
}

fn status(failing: &Failing, answers: &Answers) -> Status {
    let policy = Policy {
        only: vec![failing.check.id.to_owned()],
        ..Policy::default()
    };
    let judgement = judge(&Facts::read(&failing.world.migration, answers), &policy);
    judgement.outcomes[0].status
}

/// Replaces one answer and runs the check. Returns a message if the check passes or becomes not applicable.
fn try_one(failing: &Failing, answers: &mut Answers, key: &str, other: Answer) -> Option<String> {
    let held = failing
        .world
        .answers
        .iter()
        .find(|(k, _)| *k == key)
        .unwrap()
        .1
        .clone();
    answers.replace(key, other);
    let status = status(failing, answers);
    answers.replace(key, held);
    matches!(status, Status::Pass | Status::NotApplicable)
        .then(|| format!("{}: {key}: {status:?}", failing.world.name))
}

/// Fails every answer once, and the answers that make the case fail in every way.
fn suffer(failing: &Failing, tried: &AtomicUsize) -> Vec<String> {
    let mut answers = failing.world.answers.clone();
    let mut wrong = Vec::new();
    let mut attempt = |key: &str, other: Answer, what: &str| {
        tried.fetch_add(1, Ordering::Relaxed);
        let found = try_one(failing, &mut answers, key, other);
        wrong.extend(found.map(|found| format!("{found} with {what}")));
    };
    for key in failing.world.keys() {
        attempt(&key, refused(RefusalKind::Forbidden), "Forbidden");
        if failing.case.changes(&key) {
            for kind in KINDS {
                attempt(&key, refused(kind), &format!("{kind:?}"));
            }
            for body in no_answers() {
                let what = body.to_string();
                attempt(&key, body.into(), &what);
            }
            for (what, body) in mangled(failing, &key) {
                attempt(&key, body, &what);
            }
        }
    }
    wrong
}

/// Runs all faults. Returns their number and the messages of those that made a check pass.
pub fn try_all() -> (usize, Vec<String>) {
    let ids = folders(&folder().join("checks"));
    let (next, tried, wrong) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        Mutex::new(Vec::new()),
    );
    let work = || {
        while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
            for failing in failing(std::slice::from_ref(id)) {
                wrong.lock().unwrap().extend(suffer(&failing, &tried));
            }
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    (tried.into_inner(), wrong.into_inner().unwrap())
}
