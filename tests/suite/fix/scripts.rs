//! The scripts of all fixtures: clean, with valid `az` commands, and with correctly quoted names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use flexready::commands::quote;
use flexready::config::Migration;
use flexready::facts::Facts;
use flexready::fix;
use flexready::question::Answers;
use flexready::verdict::{Policy, evaluate};
use serde_json::{Value, json};

use super::az_commands::call_problem;
use super::script_runner::{run, shellcheck, with_optional_commands};
use crate::fixtures::overlay::FixtureCase;
use crate::fixtures::{gather_case, subfolder_names};
use crate::support::recordings::{fixtures_dir, replay};

/// Returns the fix script and the restore script of a migration.
pub fn both_scripts(migration: &Migration, answers: &Answers) -> [String; 2] {
    let facts = Facts::read(migration, answers);
    let judgement = evaluate(&facts, &Policy::default());
    [
        fix::preparation_script(&facts, &judgement),
        fix::restore_script(&facts, &judgement),
    ]
}

/// Returns the migration and the answers of a case.
pub fn gather_case_value(case: Value) -> (Migration, Answers) {
    gather_case(&serde_json::from_value::<FixtureCase>(case).unwrap())
}

/// Returns the scripts of every recording and every case without duplicates, with their origin.
fn all_scripts() -> BTreeMap<String, String> {
    let mut by_text: BTreeMap<String, String> = BTreeMap::new();
    let mut keep = |name: &str, scripts: [String; 2]| {
        for script in scripts {
            by_text.entry(script).or_insert_with(|| name.to_owned());
        }
    };
    let stories = subfolder_names(&fixtures_dir().join("recordings"))
        .into_iter()
        .map(|s| format!("recordings/{s}"));
    for name in stories.chain(["baseline".to_owned()]) {
        let (migration, answers) = replay(&fixtures_dir().join(&name));
        keep(&name, both_scripts(&migration, &answers));
    }
    for id in subfolder_names(&fixtures_dir().join("checks")) {
        for name in subfolder_names(&fixtures_dir().join("checks").join(&id)) {
            let (migration, answers) = gather_case(&FixtureCase::read(
                &fixtures_dir().join("checks").join(&id).join(&name),
            ));
            keep(&format!("{id}/{name}"), both_scripts(&migration, &answers));
        }
    }
    by_text
}

#[test]
fn parameters_that_could_fail_or_disturb_the_migration_are_not_set_automatically() {
    let scripts = |case: &str| {
        let place = fixtures_dir().join("checks/parameter-differs").join(case);
        let (migration, answers) = gather_case(&FixtureCase::read(&place));
        both_scripts(&migration, &answers)
    };
    let [before, _] = scripts("fail-locale");
    let sets = |script: &str, name: &str| {
        let calls = run(script);
        calls.iter().any(|c| c.arguments.iter().any(|a| a == name))
    };
    assert!(!sets(&before, "lc_monetary"), "{before}");
    assert!(
        sets(&with_optional_commands(&before), "lc_monetary"),
        "{before}"
    );
    let [before, restore] = scripts("fail-not-before-it-is-done");
    for name in ["statement_timeout", "default_transaction_read_only"] {
        assert!(!sets(&with_optional_commands(&before), name), "{before}");
        assert!(
            !sets(&restore, name) && sets(&with_optional_commands(&restore), name),
            "{restore}"
        );
    }
}

#[test]
fn every_script_passes_shellcheck_and_uses_existing_commands() {
    let scripts = all_scripts();
    assert!(scripts.len() > 100, "{} scripts", scripts.len());
    let place = tempfile::tempdir().unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for (number, (script, name)) in scripts.iter().enumerate() {
        let text = with_optional_commands(script);
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
        .filter_map(call_problem)
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
        let (migration, answers) = gather_case_value(case);
        let [before, _] = both_scripts(&migration, &answers);
        assert!(!before.to_lowercase().contains("##vso["), "{before}");
        let id = &migration.target.as_ref().unwrap().id;
        let set = quote::set_parameter(id, "search_path", name);
        run(&before);
        let calls = run(&format!("{}\n{set}\n", with_optional_commands(&before)));
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
        run(&with_optional_commands(&before));
    }
}
