//! Creates the recordings in `fixtures/` with the tool itself. The source is a real PostgreSQL with the seed of
//! `tests/scenarios/<name>/`. An HTTP endpoint serves the ARM bodies of `tests/scenarios/healthy/arm/` with the changes
//! of the scenario.
//!
//! Equal answers are stored once, see [`shared_answers`]. Without `UPDATE`, each test records again and compares the questions and columns with the fixture.
//! `UPDATE=1 cargo test --test suite scenarios` writes the fixtures.

pub mod scenario;
mod shared_answers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use flexready::question::{Answer, Answers};
use scenario::Scenario;
use shared_answers::{recordings, with_recordings, write_recordings};

use crate::support::recordings::{fixtures_dir, replay};

/// The scenarios that are recorded in `fixtures/`.
const RECORDED_SCENARIOS: [&str; 7] = [
    "healthy",
    "ready",
    "blocked",
    "no-database-access",
    "cross-version",
    "objects-12",
    "objects-17",
];

fn assert_recording_is_current(world: &str) {
    let story = Scenario::read(world);
    let (migration, answers) = story.record();
    let place = fixtures_dir().canonicalize().unwrap();
    let place = place.join(&story.fixture);
    with_recordings(|| {
        if std::env::var_os("UPDATE").is_some() {
            write_recordings(&place, (migration, answers.clone()));
        }
        compare_with_fixture(world, &place, &answers);
    });
}

/// Verifies that the fixture has the current questions, and that its rows have the columns of a current server.
fn compare_with_fixture(world: &str, place: &Path, fresh: &Answers) {
    let (_, held) = replay(place);
    let keys = |answers: &Answers| {
        answers
            .iter()
            .map(|(key, _)| key.to_owned())
            .collect::<BTreeSet<_>>()
    };
    let own: BTreeSet<String> = own_questions(place).into_iter().collect();
    let asked = keys(fresh);
    let outdated: Vec<&String> = own.difference(&asked).collect();
    assert!(
        outdated.is_empty(),
        "{world}: `UPDATE=1 cargo test --test suite scenarios` removes {outdated:#?}"
    );
    assert_eq!(
        keys(&held),
        keys(fresh),
        "{world}: a replay asks what a live run asks"
    );
    let fresh: BTreeMap<&str, &Answer> = fresh.iter().collect();
    for (key, answer) in held.iter().filter(|(key, _)| key.starts_with("sql:")) {
        let is_refused = |answer: &Answer| matches!(answer, Answer::Failed(_));
        assert_eq!(is_refused(answer), is_refused(fresh[key]), "{world}: {key}");
        if let (Some(held), Some(fresh)) = (columns(answer), columns(fresh[key])) {
            assert_eq!(held, fresh, "{world}: the columns of {key}");
        }
    }
}

/// The questions in the manifest of a recording, without those of its base.
fn own_questions(place: &Path) -> Vec<String> {
    let text = std::fs::read(place.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let entries = manifest["answers"].as_array().unwrap().iter();
    let questions = entries.map(|e| e["question"].as_str().unwrap().to_owned());
    questions.collect()
}

fn columns(answer: &Answer) -> Option<Vec<String>> {
    let Answer::Body(given) = answer else {
        return None;
    };
    let row = given.json.as_array()?.first()?.as_object()?;
    Some(row.keys().cloned().collect())
}

#[test]
fn the_baseline_matches_a_new_recording() {
    assert_recording_is_current("healthy");
}

#[test]
fn ready_matches_a_new_recording() {
    assert_recording_is_current("ready");
}

#[test]
fn blocked_matches_a_new_recording() {
    assert_recording_is_current("blocked");
}

#[test]
fn no_database_access_matches_a_new_recording() {
    assert_recording_is_current("no-database-access");
}

#[test]
fn cross_version_matches_a_new_recording() {
    assert_recording_is_current("cross-version");
}

#[test]
fn objects_12_matches_a_new_recording() {
    assert_recording_is_current("objects-12");
}

#[test]
fn objects_17_matches_a_new_recording() {
    assert_recording_is_current("objects-17");
}

/// `UPDATE=1` writes the recordings so. No server is necessary.
#[test]
fn equal_answers_are_stored_once() {
    with_recordings(|| {
        if std::env::var_os("UPDATE").is_some() {
            let baseline = fixtures_dir().canonicalize().unwrap().join("baseline");
            write_recordings(&baseline, replay(&baseline));
        }
        for (folder, base) in recordings() {
            let mut contents = BTreeMap::new();
            for (name, text) in crate::support::program::read_files(&folder) {
                let first = contents.insert(text, name.clone());
                assert_eq!(first, None, "{}: {name}", folder.display());
            }
            let Some(base) = base else { continue };
            let answers = |of: &Path| {
                let (_, answers) = replay(of);
                let text = answers
                    .iter()
                    .map(|(k, a)| (k.to_owned(), format!("{a:?}")));
                text.collect::<BTreeMap<_, _>>()
            };
            let (own, base) = (answers(&folder), answers(&folder.join(base)));
            for question in own_questions(&folder) {
                let at = folder.display();
                assert_ne!(own.get(&question), base.get(&question), "{at}: {question}");
            }
        }
    });
}

/// Fixtures do not contain data of the recording machine.
#[test]
fn fixtures_do_not_contain_data_of_the_recording_machine() {
    let machine = [
        std::env::temp_dir().to_string_lossy().into_owned() + "/",
        "flexready-".to_owned(),
    ];
    for world in RECORDED_SCENARIOS {
        let place = fixtures_dir().join(Scenario::read(world).fixture);
        for entry in std::fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            for word in &machine {
                let at = text
                    .find(word)
                    .filter(|at| !text[*at..].starts_with("/tmp/tuning_sockets"));
                let line = at.map(|at| text[at..].lines().next().unwrap_or_default());
                assert_eq!(line, None, "{}", path.display());
            }
        }
    }
}
