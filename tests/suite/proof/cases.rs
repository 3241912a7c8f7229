//! Every failing case × everything that can happen to the answers that it fails by. There the truth is known, the check
//! fails, so whatever is refused, mangled or missing, it must not pass, nor say that it does not apply.

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

/// Bodies that came with status 200 and are no answers.
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

/// Places in a document, as JSON pointers: objects, arrays and values alike, but not the whole.
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

/// The body that the case fails by, each time with one value of another type, or with an enumeration's value that nobody knows.
fn mangled(failing: &Failing, key: &str) -> Vec<(String, Answer)> {
    let held = failing.world.answers.iter().find(|(k, _)| *k == key);
    let Some((_, Answer::Given(given))) = held else {
        return Vec::new();
    };
    let mut all = Vec::new();
    places(&given.json, "", &mut all);
    // A list of hundreds of parameters is as well tried at some of them.
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

/// The most places of one body that are tried.
const PLACES: usize = 60;

thread_local! {
    static RETYPED: [Value; 4] = [json!({ "a": 1 }), json!([7]), json!(7), json!("x")];
}

/// ARM's enumerations are written as one word in camel case: `Ready`, `SameZone`.
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

/// Tries one answer in the place of another; what comes of it when that is wrong.
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

/// Every answer refused, the ones that the case fails by in every way.
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

/// Tries all of it; how many tries there were, and which made a check pass.
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
