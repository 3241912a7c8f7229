//! Unknown enum values: a new value in an ARM answer does not make a failing check pass.

use std::path::Path;

use flexready::inputs::recording::Recording;
use flexready::verdict::Status;
use serde_json::Value;

use super::outcome;
use crate::fixtures::folder;
use crate::fixtures::overlay::{Case, Overlay};

/// Check, field and reason where a pass is correct: names, or values that the check compares with a known value.
const OTHERWISE_WELL: &[(&str, &str, &str)] = &[
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
fn texts(json: &Value, at: &str, found: &mut Vec<String>) {
    let step = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match json {
        Value::String(_) => found.push(at.to_owned()),
        Value::Object(fields) => fields.iter().for_each(|(n, v)| texts(v, &step(n), found)),
        Value::Array(items) => (0..)
            .zip(items)
            .for_each(|(n, v)| texts(v, &format!("{at}/{n}"), found)),
        _ => {}
    }
}

/// Whether a key of a case belongs to an ARM answer.
fn is_arm(alias: &str) -> bool {
    !["source/", "sql:", "connection:", "dns:"]
        .iter()
        .any(|other| alias.starts_with(other))
}

fn status(baseline: &Recording, id: &str, case: &Value) -> Status {
    let case: Case = serde_json::from_value(case.clone()).unwrap();
    let migration = case.migration(&baseline.migrations()[0]);
    let source = Overlay::new(&case);
    let (answers, _) =
        futures::executor::block_on(flexready::gather(&migration, &source, baseline.start()));
    outcome(id, &migration, &answers).status
}

/// The failing cases of every check: check id, case folder, case.
fn failing() -> Vec<(String, String, Value)> {
    let names = |of: &Path| {
        let entries = std::fs::read_dir(of).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let root = folder().join("checks");
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
fn renewed(case: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (alias, change) in case["answers"].as_object().into_iter().flatten() {
        if !is_arm(alias) {
            continue;
        }
        let step = alias.replace('~', "~0").replace('/', "~1");
        let mut places = Vec::new();
        let patch = format!("/answers/{step}/patch");
        texts(&change["patch"], &patch, &mut places);
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
    let cases = failing();
    let wrong = std::thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(2));
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(move || passing(part)))
            .collect();
        let found = threads.into_iter().flat_map(|t| t.join().unwrap());
        found.collect::<Vec<_>>()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The cases that pass with an unknown value and are not in [`ACCEPTED_PASSES`].
fn passing(cases: &[(String, String, Value)]) -> Vec<String> {
    let baseline = Recording::open(&folder().join("baseline")).unwrap();
    let mut wrong = Vec::new();
    for (id, name, case) in cases {
        for (field, changed) in renewed(case) {
            let is_well = OTHERWISE_WELL
                .iter()
                .any(|(i, f, _)| i == id && *f == field);
            if !is_well && status(&baseline, id, &changed) == Status::Pass {
                wrong.push(format!("{id}/{name}: {field}"));
            }
        }
    }
    wrong
}
