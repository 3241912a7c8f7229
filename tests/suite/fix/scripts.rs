//! The scripts of all fixtures: clean, with valid `az` commands, and with correctly quoted names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use flexready::checks::command;
use flexready::facts::Facts;
use flexready::inputs::recording::Recording;
use flexready::plan::Migration;
use flexready::question::Answers;
use flexready::remedy::fix;
use flexready::verdict::{Policy, judge};
use serde_json::{Value, json};

use super::shell::{decided, run, shellcheck};
use super::verbs::wrong;
use crate::fixtures::overlay::Case;
use crate::fixtures::{answers_of, folder, folders};

/// Returns the fix script and the restore script of a migration.
pub fn both(migration: &Migration, answers: &Answers) -> [String; 2] {
    let facts = Facts::read(migration, answers);
    let judgement = judge(&facts, &Policy::default());
    [
        fix::before(&facts, &judgement),
        fix::restore(&facts, &judgement),
    ]
}

/// Returns the migration and the answers of a case.
pub fn of_case(case: Value) -> (Migration, Answers) {
    answers_of(&serde_json::from_value::<Case>(case).unwrap())
}

/// Returns the scripts of every recording and every case without duplicates, with their origin.
fn all() -> BTreeMap<String, String> {
    let mut by_text: BTreeMap<String, String> = BTreeMap::new();
    let mut keep = |name: &str, scripts: [String; 2]| {
        for script in scripts {
            by_text.entry(script).or_insert_with(|| name.to_owned());
        }
    };
    let stories = folders(&folder().join("recordings"))
        .into_iter()
        .map(|s| format!("recordings/{s}"));
    for name in stories.chain(["baseline".to_owned()]) {
        let recording = Recording::open(&folder().join(&name)).unwrap();
        let migration = recording.migrations()[0].clone();
        let gathered = flexready::gather(&migration, &recording, recording.start());
        let answers = futures::executor::block_on(gathered).0;
        keep(&name, both(&migration, &answers));
    }
    for id in folders(&folder().join("checks")) {
        for name in folders(&folder().join("checks").join(&id)) {
            let (migration, answers) =
                answers_of(&Case::read(&folder().join("checks").join(&id).join(&name)));
            keep(&format!("{id}/{name}"), both(&migration, &answers));
        }
    }
    by_text
}

#[test]
fn parameters_that_could_fail_or_disturb_the_migration_are_not_set_automatically() {
    let scripts = |case: &str| {
        let place = folder().join("checks/parameter-differs").join(case);
        let (migration, answers) = answers_of(&Case::read(&place));
        both(&migration, &answers)
    };
    let [before, _] = scripts("fail-locale");
    let sets = |script: &str, name: &str| {
        let calls = run(script);
        calls.iter().any(|c| c.arguments.iter().any(|a| a == name))
    };
    assert!(!sets(&before, "lc_monetary"), "{before}");
    assert!(sets(&decided(&before), "lc_monetary"), "{before}");
    let [before, restore] = scripts("fail-not-before-it-is-done");
    for name in ["statement_timeout", "default_transaction_read_only"] {
        assert!(!sets(&decided(&before), name), "{before}");
        assert!(
            !sets(&restore, name) && sets(&decided(&restore), name),
            "{restore}"
        );
    }
}

#[test]
fn every_script_passes_shellcheck_and_uses_existing_commands() {
    let scripts = all();
    assert!(scripts.len() > 100, "{} scripts", scripts.len());
    let place = tempfile::tempdir().unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for (number, (script, name)) in scripts.iter().enumerate() {
        let text = decided(script);
        for (end, text) in [("", script), ("-decided", &text)] {
            let file = place.path().join(format!("{number}{end}.sh"));
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
        let commands = text.lines().filter(|l| {
            ["az ", "on_source ", "on_target "]
                .iter()
                .any(|w| l.starts_with(w))
        });
        lines.extend(commands.map(|l| (l.to_owned(), name.clone())));
    }
    let (one, other) = files.split_at(files.len() / 2);
    let said = std::thread::scope(|scope| {
        let half = scope.spawn(|| shellcheck(one));
        shellcheck(other) + &half.join().unwrap()
    });
    assert_eq!(said, "");
    // One run for all lines, with functions in place of the programs, so that bash itself evaluates the quoting.
    let stub = "call() { printf '%s\\0' \"$@\" >>\"$CALLS\"; }\n\
                az() { call az '' \"$#\" \"$@\"; }\n\
                on_source() { call psql \"$1\" 1 \"$2\"; }\n\
                on_target() { call psql \"$1\" 1 \"$2\"; }\n";
    let text: String = lines.keys().map(|l| format!("{l}\n")).collect();
    let calls = run(&format!(
        "#!/usr/bin/env bash\nset -euo pipefail\n{stub}{text}"
    ));
    let wrong: Vec<String> = calls
        .iter()
        .filter(|c| c.program == "az")
        .filter_map(wrong)
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        calls.len() >= lines.len(),
        "{} of {}",
        calls.len(),
        lines.len()
    );
}

#[test]
fn names_are_passed_unchanged_and_run_nothing() {
    let names = [
        "it's \"odd\"",
        "a b\nc\td",
        "$(touch pwned) `touch pwned` $HOME ${HOME}",
        "'; touch pwned; #",
        "\\'; touch pwned; \\",
        "##vso[task.complete]",
        "\u{202e}evil\u{200b} ünïcode",
        "--yes",
        "!history *?[]{a,b}~ &|<>",
    ];
    for name in names {
        let case = json!({ "answers": {
            "source/orders/databases": { "patch": { "[0]": { "owner": name, "user_has_owner": false }, "[1]": { "owner": name, "user_has_owner": false } } },
            "source/orders/unreadable": { "json": [{ "schema": name, "may_enter": false, "tables": 1, "sequences": 0, "names": [name] }] },
        } });
        let (migration, answers) = of_case(case);
        let [before, _] = both(&migration, &answers);
        assert!(!before.to_lowercase().contains("##vso["), "{before}");
        let id = &migration.target.as_ref().unwrap().id;
        let set = command::set_parameter(id, "search_path", name);
        run(&before);
        let calls = run(&format!("{}\n{set}\n", decided(&before)));
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let said: Vec<&str> = calls
            .iter()
            .flat_map(|c| c.arguments.iter().map(String::as_str))
            .collect();
        assert!(
            said.contains(&format!("GRANT {quoted} TO \"migrator\" WITH INHERIT TRUE").as_str()),
            "{said:?}\n{before}"
        );
        assert!(
            said.contains(&format!("GRANT USAGE ON SCHEMA {quoted} TO \"migrator\"").as_str()),
            "{said:?}"
        );
        let value = |w: &&str| *w == name || **w == format!("--value={name}");
        assert!(
            said.iter().any(value),
            "{name:?} as a value of {said:?}\n{before}"
        );
        run(&decided(&before));
    }
}
