//! Recordings that can be shared: pseudonyms, a single file, no secrets, a maximum age.

mod planted_secrets;

use std::path::Path;

use flexready::backend::recording::{Recorder, Recording, RecordingError};
use flexready::backend::{Backend, redact};
use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::question::{Answer, Answers, Failure, FailureKind, Origin, Question};
use flexready::verdict::{Evaluation, Policy, evaluate};
use serde_json::json;

use crate::check::{TARGET, healthy_arm_endpoint, source_conninfo};
use crate::fixtures::overlay::FixtureCase;
use crate::fixtures::{gather_case, subfolder_names};
use crate::support::pg;
use crate::support::program::{read_files, run, run_with_arm};
use crate::support::recordings::{fixtures_dir, replay};

fn check_states(migration: &Migration, answers: &Answers) -> Vec<String> {
    let Evaluation {
        outcomes, verdict, ..
    } = evaluate(&Facts::read(migration, answers), &Policy::default());
    let rows = outcomes.iter().map(|o| {
        let weights: Vec<_> = o.findings.iter().map(|f| o.finding_severity(f)).collect();
        format!(
            "{} {:?} {weights:?} {}",
            o.check.id,
            o.status,
            o.missing.len()
        )
    });
    rows.chain([format!("{verdict:?}")]).collect()
}

/// Writes a recording with pseudonyms to `place` and returns the states of its replay.
fn states_after_redaction(migration: &Migration, answers: &Answers, place: &Path) -> Vec<String> {
    let (migration, answers) = redact::redact(migration, answers);
    Recorder::create(place)
        .unwrap()
        .write(&[migration], &answers)
        .unwrap();
    let (migration, answers) = replay(place);
    check_states(&migration, &answers)
}

/// Asserts that no file of a recording contains one of these names.
fn assert_no_names(place: &Path, names: &[&str]) {
    for (file, text) in read_files(place) {
        // Names of Azure offers and time zones can contain any word
        if file.contains("capabilities") || file.contains("configurations") {
            continue;
        }
        let text = text.to_lowercase();
        for name in names {
            let found = text.find(&name.to_lowercase());
            let near = found.map(|at| {
                text[at.saturating_sub(60)..]
                    .chars()
                    .take(160)
                    .collect::<String>()
            });
            assert_eq!(near, None, "{file} holds {name}");
        }
    }
}

#[test]
fn a_redacted_recording_has_the_same_outcomes_and_no_names() {
    let place = tempfile::tempdir().unwrap();
    for story in subfolder_names(&fixtures_dir().join("recordings")) {
        let (migration, answers) = replay(&fixtures_dir().join("recordings").join(&story));
        let to = place.path().join(&story);
        assert_eq!(
            states_after_redaction(&migration, &answers, &to),
            check_states(&migration, &answers),
            "{story}"
        );
        let names = [
            "orders",
            "shop",
            "reporting",
            "reports",
            "migrator",
            "billing",
            "corp.example",
            "contoso",
            "11111111-2222",
            "rg-net",
            "vnet-prod",
            "auditor",
            "price_list",
            "pgadmin",
        ];
        assert_no_names(&to, &names);
    }
}

#[test]
fn parameters_and_failures_contain_no_names() {
    let (migration, _) = replay(&fixtures_dir().join("recordings/ready"));
    let mut answers = Answers::new(time::OffsetDateTime::UNIX_EPOCH, Origin::Synthetic);
    let rows = json!([
        { "name": "app.canary", "reset_val": "canary", "boot_val": null },
        { "name": "dynamic_library_path", "reset_val": "$libdir:/opt/canary", "boot_val": "$libdir" },
        { "name": "pg_stat_statements.max", "reset_val": "5000", "boot_val": "5000" },
    ]);
    let settings = Question::on_source("orders", "settings");
    answers.insert(settings.key(), rows.into());
    let refusal = Failure {
        kind: FailureKind::Forbidden,
        status: Some("403".to_owned()),
        code: None,
        message: "The client 'canary.person@canarycorp.com' with object id \
                  '11111111-2222-4333-8444-555555555555' does not have authorization"
            .to_owned(),
    };
    answers.insert("dns:h".to_owned(), refusal.into());
    let (_, states_after_redaction) = redact::redact(&migration, &answers);
    let text = format!("{:?}", states_after_redaction.iter().collect::<Vec<_>>());
    assert!(!text.contains("canary"), "{text}");
    assert!(
        text.contains("pg_stat_statements.max") && text.contains("The client '…'"),
        "{text}"
    );
}

#[test]
fn every_case_has_the_same_outcomes_with_pseudonyms() {
    let mut wrong = Vec::new();
    for id in subfolder_names(&fixtures_dir().join("checks")) {
        for name in subfolder_names(&fixtures_dir().join("checks").join(&id)) {
            let case = FixtureCase::read(&fixtures_dir().join("checks").join(&id).join(&name));
            let (migration, answers) = gather_case(&case);
            let (own, states_after_redaction) = redact::redact(&migration, &answers);
            let (before, after) = (
                check_states(&migration, &answers),
                check_states(&own, &states_after_redaction),
            );
            let rows = before.iter().zip(&after).filter(|(a, b)| a != b);
            wrong.extend(rows.map(|(a, b)| format!("{id}/{name}: {a} / {b}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_single_file_contains_the_same_as_a_folder() {
    let place = tempfile::tempdir().unwrap();
    let (migration, answers) = replay(&fixtures_dir().join("recordings/blocked"));
    let file = place.path().join("blocked.tar.gz");
    Recorder::create(&file)
        .unwrap()
        .write(std::slice::from_ref(&migration), &answers)
        .unwrap();
    let names: Vec<_> = std::fs::read_dir(place.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["blocked.tar.gz"]);
    let (again, read) = replay(&file);
    assert_eq!(
        check_states(&again, &read),
        check_states(&migration, &answers)
    );
    let bytes = std::fs::read(&file).unwrap();
    assert!(matches!(
        Recorder::create(&file),
        Err(RecordingError::NotEmpty { .. })
    ));
    let other = place.path().join("other.tgz");
    Recorder::create(&other)
        .unwrap()
        .write(&[migration], &answers)
        .unwrap();
    assert_eq!(
        std::fs::read(&other).unwrap(),
        bytes,
        "the same answers make the same bytes"
    );
    let path = file.to_str().unwrap();
    let ran = run(&["check", "--from", path], &[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    std::fs::write(&file, "no archive").unwrap();
    run(&["check", "--from", path], &[]).assert_usage_error("is no recording");
}

#[test]
fn answers_that_look_like_a_secret_are_withheld_and_the_rest_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let (migration, _) = replay(&fixtures_dir().join("recordings/ready"));
    let arm_question = Question::Arm {
        path: "/subscriptions/s".to_owned(),
        api_version: "1".to_owned(),
        filter: None,
    };
    let host = "h".to_owned();
    let other = Question::Dns { host };
    for (question, json) in [
        (
            Question::on_source("orders", "hba"),
            json!([{ "file": "AKIAIOSFODNN7EXAMPLE" }]),
        ),
        (
            arm_question,
            json!({ "properties": { "x": "ghp_0123456789abcdefghijABCDEFGHIJ012345" } }),
        ),
    ] {
        let mut answers = Answers::new(time::OffsetDateTime::UNIX_EPOCH, Origin::Synthetic);
        answers.insert(question.key(), Answer::from(json));
        answers.insert(other.key(), json!({ "addresses": [] }).into());
        let both = [question, other.clone()];
        for name in ["folder", "file.tar.gz"] {
            let to = place.path().join(name);
            let recorder = Recorder::create(&to).unwrap();
            let withheld = recorder.write(std::slice::from_ref(&migration), &answers);
            assert_eq!(withheld.unwrap(), 1);
            let read = Recording::open(&to).unwrap();
            let kept = futures::executor::block_on(read.ask(&both));
            let [Answer::Failed(refusal), Answer::Body(_)] = kept.as_slice() else {
                panic!("{kept:?}")
            };
            let text = &refusal.message;
            assert!(
                text.contains("withheld") && !text.contains("AKIA") && !text.contains("ghp_"),
                "{text}"
            );
            match name {
                "folder" => std::fs::remove_dir_all(&to).unwrap(),
                _ => std::fs::remove_file(&to).unwrap(),
            }
        }
    }
    // The question itself contains the name of the database
    let mut answers = Answers::new(time::OffsetDateTime::UNIX_EPOCH, Origin::Synthetic);
    let key = "sql:source/AKIAIOSFODNN7EXAMPLE/hba";
    answers.insert(key.to_owned(), json!([]).into());
    let to = place.path().join("folder");
    let error = Recorder::create(&to).unwrap().write(&[migration], &answers);
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("--redact") && !text.contains("AKIA"),
        "{text}"
    );
    assert!(!to.join("manifest.json").exists(), "not finished");
}

#[test]
fn no_request_is_sent_if_the_recording_cannot_be_written() {
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("nonexistent/x.tar.gz");
    let arm = healthy_arm_endpoint();
    let to = ["--record", to.to_str().unwrap()];
    let args = ["check", "--only", "target", "--target", TARGET];
    run_with_arm(&arm, &[&args[..], &to].concat(), &[]).assert_usage_error("cannot write");
    assert!(arm.requests().is_empty());
}

/// A name that looks like a secret removes its answer or the whole recording, but never the report.
#[test]
fn the_report_is_complete_if_the_recording_is_not() {
    // A dedicated server, because other tests read all databases of the shared servers
    let server = pg::PgServer::start_with_options(16, pg::ServerOptions::default());
    let database = server.create_database("withheld");
    let table = r#"CREATE TABLE "AKIAIOSFODNN7EXAMPLE" (id int)"#;
    server.run(&database, table);
    let source = source_conninfo(&server, &database);
    let place = tempfile::tempdir().unwrap();
    let to = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let args = [
        "check", "--only", "source", "--mode", "online", "--source", &source,
    ];
    let ran = run(&[&args[..], &["--record", &to("a")]].concat(), &[]);
    assert!([1, 3].contains(&ran.code), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("withheld from the recording: it seems to hold an access key of AWS")
    );
    assert!(!ran.stderr.contains("\x1b["), "a pipe has no colours");
    let replay = run(&["check", "--from", &to("a")], &[]);
    let (unknown, known) = ("2 checks not answered", ran.stdout.contains("not answered"));
    assert!(
        replay.stdout.contains(unknown) && !known,
        "{}",
        replay.stdout
    );
    let kept = run(&[&["record", &to("b")], &args[1..]].concat(), &[]);
    let judged = run(&["check", "--from", &to("b")], &[]);
    let code = if judged.code == 3 { 3 } else { 0 };
    assert_eq!(kept.code, code, "{}", kept.stderr);
    assert!(
        kept.stdout
            .contains("2 withheld, which a replay does not know"),
        "{}",
        kept.stdout
    );
    // The manifest contains the arguments of the user
    let secret_like = "AKIAIOSFODNN7EXAMPLE";
    let ran = run(
        &[
            &args[..],
            &["--database", secret_like, "--record", &to("c")],
        ]
        .concat(),
        &[],
    );
    assert_eq!(ran.code, 2);
    assert!(
        ran.stdout.contains("source alone") && ran.stderr.contains("--redact"),
        "{}",
        ran.stderr
    );
}

#[test]
fn max_age_refuses_an_old_recording() {
    let place = tempfile::tempdir().unwrap();
    let (migration, mut answers) = replay(&fixtures_dir().join("recordings/ready"));
    let mut check = |name: &str, recorded_at, age: &str| {
        answers.recorded_at = recorded_at;
        let to = place.path().join(name);
        Recorder::create(&to)
            .unwrap()
            .write(std::slice::from_ref(&migration), &answers)
            .unwrap();
        run(
            &["check", "--from", to.to_str().unwrap(), "--max-age", age],
            &[],
        )
    };
    let now = time::OffsetDateTime::now_utc();
    check("old", now - time::Duration::hours(8 * 24 + 1), "7d")
        .assert_usage_error("is 8d old, `--max-age` allows 7d; record again");
    check("ahead", now + time::Duration::hours(1), "7d")
        .assert_usage_error("which is still to come");
    check("soon", now, "soon").assert_usage_error("give an age such as 7d");
    assert_ne!(check("young", now - time::Duration::days(6), "7d").code, 2);
}
