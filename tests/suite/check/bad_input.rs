//! What is known to be wrong before the first question: one clear error, exit 2.

use std::fs;

use super::TARGET;
use crate::fixtures::folder;
use crate::support::program::run;

const TOKEN: (&str, &str) = ("FLEXREADY_ACCESS_TOKEN", "not.a.token");

#[test]
fn usage_errors_say_what_to_do() {
    let source = ["--source", "host=127.0.0.1 port=1 user=u dbname=d"];
    let cases: &[(&[&str], &str)] = &[
        (&["check", "--targte", TARGET], "--target"),
        (
            &["check", "--target", "my-server"],
            "is not a flexible server's resource id",
        ),
        (
            &[
                "check",
                "--target",
                "/subscriptions/x/resourceGroups/g/providers/Microsoft.Sql/servers/s",
            ],
            "another kind of resource",
        ),
        (&["check", "--target", TARGET], "no source was given"),
        (
            &["check", "--check", "target-not-redy", "--target", TARGET],
            "did you mean `target-not-ready`?",
        ),
        (&["explain", "nonsense"], "there is no check `nonsense`"),
        (
            &["check", "--timeout", "soon", "--target", TARGET],
            "90s, 10m or 1h",
        ),
        (
            &["check", "--from", "/nonexistent/recording"],
            "is no recording",
        ),
    ];
    for (args, words) in cases {
        let args: Vec<&str> = match args.contains(&"--target") && *words != "no source was given" {
            true => args.iter().copied().chain(source).collect(),
            false => args.to_vec(),
        };
        run(&args, &[TOKEN]).assert_refused(words);
    }
}

#[test]
fn a_password_in_the_arguments_is_refused_and_not_repeated() {
    for text in [
        "postgresql://u:hush-1@h/d",
        "host=h user=u password=hush-1",
        "host=h password='hush-1",
    ] {
        let ran = run(&["check", "--source", text, "--target", TARGET], &[TOKEN]);
        ran.assert_refused("PGPASSWORD");
        assert!(!ran.stderr.contains("hush-1"), "{}", ran.stderr);
    }
}

#[test]
fn a_plan_with_a_typo_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("flexready.toml");
    fs::write(&plan, "[[migration]]\nname = \"a\"\ntraget = \"x\"\n").unwrap();
    let ran = run(&["check", "--plan", plan.to_str().unwrap()], &[TOKEN]);
    ran.assert_refused("flexready.toml:3:1: unknown key `traget`; did you mean `target`?");
    fs::write(
        &plan,
        "[[migration]]\nsource = \"postgresql://u:hush-1@h/d\"\ntarget = \"x\"\n",
    )
    .unwrap();
    let ran = run(&["check", "--plan", plan.to_str().unwrap()], &[TOKEN]);
    ran.assert_refused("the plan holds a password");
    assert!(!ran.stderr.contains("hush-1"));
}

#[test]
fn without_a_way_to_sign_in_nothing_starts() {
    let ran = run(
        &["check", "--only", "target", "--target", TARGET],
        &[("PATH", "/nonexistent")],
    );
    ran.assert_refused("az login");
    let ran = run(
        &["check", "--only", "target", "--target", TARGET],
        &[TOKEN, ("FLEXREADY_ARM_ENDPOINT", "http://example.com")],
    );
    ran.assert_refused("FLEXREADY_ARM_ENDPOINT");
}

#[test]
fn a_recording_of_a_newer_format_or_without_a_manifest_is_refused() {
    let copy = copied("ready");
    let manifest = copy.path().join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        &manifest,
        text.replacen("\"format\": 1", "\"format\": 7", 1).replacen(
            "\"tool\"",
            "\"novelty\": 1, \"tool\"",
            1,
        ),
    )
    .unwrap();
    run(&["check", "--from", copy.path().to_str().unwrap()], &[])
        .assert_refused("has format 7, this version reads 1");
    fs::write(&manifest, "{ \"format\": 1, ").unwrap();
    run(&["check", "--from", copy.path().to_str().unwrap()], &[])
        .assert_refused("the manifest is not readable");
    fs::remove_file(&manifest).unwrap();
    run(&["check", "--from", copy.path().to_str().unwrap()], &[]).assert_refused("is no recording");
}

/// Every file of a recording, truncated or deleted in turn: what can be read is read, and nothing gets readier.
#[test]
fn a_damaged_recording_is_incomplete_and_never_greener() {
    let names: Vec<String> = fs::read_dir(folder().join("recordings/ready"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|n| n != "manifest.json")
        .collect();
    for name in names {
        for damage in ["deleted", "truncated", "empty"] {
            let copy = copied("ready");
            let file = copy.path().join(&name);
            let text = fs::read_to_string(&file).unwrap();
            match damage {
                "deleted" => fs::remove_file(&file).unwrap(),
                "truncated" => fs::write(&file, &text[..text.len() / 2]).unwrap(),
                _ => fs::write(&file, "").unwrap(),
            }
            let ran = run(
                &[
                    "check",
                    "--from",
                    copy.path().to_str().unwrap(),
                    "--strict",
                    "--format",
                    "json",
                ],
                &[],
            );
            assert_eq!(ran.stderr, "", "{name} {damage}");
            assert!([0, 1, 3].contains(&ran.code), "{name} {damage}");
            let report = ran.json();
            let refusals = report["migrations"][0]["reads"]["refusals"]
                .as_array()
                .unwrap();
            let named = refusals
                .iter()
                .any(|r| r["reason"].as_str().unwrap().contains(&name));
            assert!(named, "{name} {damage}: {refusals:?}");
        }
    }
}

fn copied(recording: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder().join("recordings").join(recording)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}
