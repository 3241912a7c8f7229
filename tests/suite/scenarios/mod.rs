//! Creates the recordings in `fixtures/` with the tool itself. The source is a real PostgreSQL with the seed of
//! `tests/scenarios/<name>/`. An HTTP endpoint serves the ARM bodies of `tests/scenarios/healthy/arm/` with the changes
//! of the scenario.
//!
//! Without `UPDATE`, each test records again and compares the questions and columns with the fixture.
//! `UPDATE=1 cargo test --test suite scenarios` writes the fixtures.

pub mod scenario;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use flexready::backend::recording::{Recorder, Recording};
use flexready::config::Migration;
use flexready::question::{Answer, Answers};
use scenario::Scenario;

use crate::fixtures::fixtures_dir;

fn assert_recording_is_current(world: &str) {
    let story = Scenario::read(world);
    let (migration, answers) = story.record();
    let place = fixtures_dir().join(&story.fixture);
    if std::env::var_os("UPDATE").is_some() {
        write_recording(&place, &migration, &answers);
    }
    compare_with_fixture(world, &place, &answers);
}

fn write_recording(place: &Path, migration: &Migration, answers: &Answers) {
    if place.exists() {
        std::fs::remove_dir_all(place).unwrap();
    }
    let recorder = Recorder::create(place).unwrap();
    recorder
        .write(std::slice::from_ref(migration), answers)
        .unwrap();
}

/// Verifies that the fixture has the current questions, and that its rows have the columns of a current server.
fn compare_with_fixture(world: &str, place: &Path, fresh: &Answers) {
    let fixture = Recording::open(place).unwrap();
    let migration = &fixture.migrations()[0];
    let (held, _) = futures::executor::block_on(flexready::collect_answers(
        migration,
        &fixture,
        fixture.empty_answers(),
    ));
    let keys = |answers: &Answers| {
        answers
            .iter()
            .map(|(key, _)| key.to_owned())
            .collect::<BTreeSet<_>>()
    };
    let recorded: BTreeSet<String> = fixture.question_keys().map(str::to_owned).collect();
    assert_eq!(
        recorded,
        keys(fresh),
        "{world}: `UPDATE=1 cargo test --test suite scenarios` records anew"
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

/// Fixtures do not contain data of the recording machine.
#[test]
fn fixtures_do_not_contain_data_of_the_recording_machine() {
    let machine = [
        std::env::temp_dir().to_string_lossy().into_owned() + "/",
        "flexready-".to_owned(),
    ];
    for world in [
        "healthy",
        "ready",
        "blocked",
        "no-database-access",
        "cross-version",
        "objects-12",
        "objects-17",
    ] {
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
