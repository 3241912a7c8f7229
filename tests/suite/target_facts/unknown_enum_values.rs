//! Unknown enum values: a new value in an ARM answer does not make a failing check pass.

use std::path::Path;

use flexready::backend::recording::Recording;
use flexready::verdict::Status;
use serde_json::Value;

use super::check_outcome;
use crate::fixtures::overlay::{FixtureCase, Overlay};
use crate::support::recordings::fixtures_dir;

/// Check, field and reason where a pass is correct: names, or values that the check compares with a known value.
const ACCEPTED_PASSES: &[(&str, &str, &str)] = &[
    (
        "target-burstable",
        "tier",
        "only this tier lives on credits",
    ),
    (
        "reserved-role-name",
        "administratorLogin",
        "the name of a role",
    ),
    (
        "route-diverts-source",
        "addressPrefix",
        "a service tag, which has public addresses: the source's is private",
    ),
];

/// JSON pointers to every string in a change, relative to the root of the case.
fn string_pointers(json: &Value, pointer: &str, found: &mut Vec<String>) {
    let step = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    match json {
        Value::String(_) => found.push(pointer.to_owned()),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(n, v)| string_pointers(v, &step(n), found)),
        Value::Array(items) => (0..)
            .zip(items)
            .for_each(|(n, v)| string_pointers(v, &format!("{pointer}/{n}"), found)),
        _ => {}
    }
}

/// Whether a key of a case belongs to an ARM answer.
fn is_arm_answer(alias: &str) -> bool {
    !["source/", "sql:", "connection:", "dns:"]
        .iter()
        .any(|other| alias.starts_with(other))
}

fn case_status(baseline: &Recording, id: &str, case: &Value) -> Status {
    let case: FixtureCase = serde_json::from_value(case.clone()).unwrap();
    let migration = case.migration(&baseline.migrations()[0]);
    let source = Overlay::new(&case);
    let (answers, _) = futures::executor::block_on(flexready::collect_answers(
        &migration,
        &source,
        baseline.empty_answers(),
    ));
    check_outcome(id, &migration, &answers).status
}

/// The failing cases of every check: check id, case folder, case.
fn failing_cases() -> Vec<(String, String, Value)> {
    let names = |of: &Path| {
        let entries = std::fs::read_dir(of).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let root = fixtures_dir().join("checks");
    let mut all = Vec::new();
    for id in names(&root) {
        for name in names(&root.join(&id))
            .into_iter()
            .filter(|n| n.starts_with("fail"))
        {
            let text = std::fs::read(root.join(&id).join(&name).join("case.json")).unwrap();
            all.push((id.clone(), name, serde_json::from_slice(&text).unwrap()));
        }
    }
    all
}

/// Copies of the case in which one string of an ARM answer has an unknown value: the field, and the copy.
fn with_unknown_values(case: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (alias, change) in case["answers"].as_object().into_iter().flatten() {
        if !is_arm_answer(alias) {
            continue;
        }
        let step = alias.replace('~', "~0").replace('/', "~1");
        let mut places = Vec::new();
        let patch = format!("/answers/{step}/patch");
        string_pointers(&change["patch"], &patch, &mut places);
        for place in places {
            let mut changed = case.clone();
            *changed.pointer_mut(&place).unwrap() = "FromTheFuture".into();
            all.push((place.rsplit('/').next().unwrap().to_owned(), changed));
        }
    }
    all
}

#[test]
fn an_unknown_value_never_makes_a_failing_check_pass() {
    let cases = failing_cases();
    let wrong = std::thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(2));
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(move || unexpected_passes(part)))
            .collect();
        let found = threads.into_iter().flat_map(|t| t.join().unwrap());
        found.collect::<Vec<_>>()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The cases that pass with an unknown value and are not in [`ACCEPTED_PASSES`].
fn unexpected_passes(cases: &[(String, String, Value)]) -> Vec<String> {
    let baseline = Recording::open(&fixtures_dir().join("baseline")).unwrap();
    let mut wrong = Vec::new();
    for (id, name, case) in cases {
        for (field, changed) in with_unknown_values(case) {
            let is_well = ACCEPTED_PASSES
                .iter()
                .any(|(i, f, _)| i == id && *f == field);
            if !is_well && case_status(&baseline, id, &changed) == Status::Pass {
                wrong.push(format!("{id}/{name}: {field}"));
            }
        }
    }
    wrong
}
