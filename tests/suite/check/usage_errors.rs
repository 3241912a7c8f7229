//! Invalid input that is detected before the first question: one error message, exit code 2.

use std::fs;

use super::TARGET;
use crate::support::program::{read_files, run};
use crate::support::recordings::{complete_copy, fixtures_dir};

const TOKEN: (&str, &str) = ("FLEXREADY_ACCESS_TOKEN", "not.a.token");

#[test]
fn usage_errors_name_the_next_step() {
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
        (
            &[
                "check",
                "--target",
                "11111111-2222-4333-8444-555555555555/rg-orders-prod/my_server",
            ],
            "`my_server` is not the name of a server: 3 to 63 letters, digits and hyphens",
        ),
        (&["check", "--target", TARGET], "no source was given"),
        (
            &["check", "--check", "target-not-redy", "--target", TARGET],
            "did you mean `target-not-ready`?",
        ),
        (
            &["explain", "nonsense"],
            "there is no check `nonsense`; `flexready checks` lists all",
        ),
        (
            &["explain", "high-availability"],
            "did you mean `target-high-availability-on`? `flexready checks` lists all",
        ),
        (
            &[
                "check",
                "--skip",
                "target-not-ready,target-high",
                "--target",
                TARGET,
            ],
            "there is no check `target-high`; did you mean `target-high-availability-on`?",
        ),
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
        let args: Vec<&str> = if args.contains(&"--target") && *words != "no source was given" {
            args.iter().copied().chain(source).collect()
        } else {
            args.to_vec()
        };
        run(&args, &[TOKEN]).assert_usage_error(words);
    }
}

/// Options without an effect are rejected. Environment variables without an effect are accepted, because other runs use
/// them.
#[test]
fn options_without_an_effect_are_rejected() {
    let recording = fixtures_dir().join("recordings/ready");
    let from = recording.to_str().unwrap();
    let both = ["check", "--source", "host=h user=u", "--target", TARGET];
    let subscription = "11111111-2222-4333-8444-555555555555";
    let location = ["--location", "westeurope", "--subscription", subscription];
    run(&[&both[..], &location].concat(), &[TOKEN]).assert_usage_error("cannot be used with");
    for (option, value) in [
        ("--target", TARGET),
        ("--target-url", "host=h"),
        ("--target-user", "u"),
        ("--migration-user", "u"),
        ("--api-version", "2024-08-01"),
        ("--source-auth", "password"),
        ("--timeout", "5s"),
    ] {
        for verb in [["check", "--from", from], ["fix", "--from", from]] {
            run(&[&verb[..], &[option, value]].concat(), &[])
                .assert_usage_error("cannot be used with");
        }
        run(&["fix", from, option, value], &[]).assert_usage_error("cannot be used with");
    }
    let alone = |side, option, value| run(&["check", "--only", side, option, value], &[TOKEN]);
    for (option, value) in [
        ("--source", "nonsense"),
        ("--source-vcores", "8"),
        ("--source-vnet", "nonsense"),
    ] {
        alone("target", option, value).assert_usage_error("has no say with `--only target`");
    }
    for (option, value) in [("--target", "nonsense"), ("--target-url", "nonsense")] {
        alone("source", option, value).assert_usage_error("has no say with `--only source`");
    }
    let args = ["check", "--only", "target", "--target", TARGET];
    let entra = [&args[..], &["--source-auth", "entra"]].concat();
    run(&entra, &[TOKEN]).assert_usage_error("`--source-auth` has no say with `--only target`");
    let nowhere = [&args[..], &["--subscription", subscription]].concat();
    run(&nowhere, &[TOKEN]).assert_usage_error("no say without `--location`");
    let pair = [&both[..], &["--subscription", subscription]].concat();
    run(&pair, &[TOKEN]).assert_usage_error("no say without `--location`");
    let set = [
        ("FLEXREADY_TARGET", TARGET),
        ("AZURE_SUBSCRIPTION_ID", "unused"),
        ("FLEXREADY_SOURCE", "nonsense"),
    ];
    assert_ne!(run(&["check", "--from", from], &set).code, 2);
}

#[test]
fn invalid_sizes_are_rejected() {
    let recording = fixtures_dir().join("recordings/ready");
    let from = recording.to_str().unwrap();
    for (option, value, words) in [
        ("--source-vcores", "0", "a whole number from 1 on"),
        ("--source-vcores", "x", "a whole number from 1 on"),
        ("--source-memory-gib", "NaN", "a number of GiB above 0"),
        ("--source-memory-gib", "0", "a number of GiB above 0"),
        ("--source-memory-gib", "inf", "a number of GiB above 0"),
    ] {
        run(&["check", "--from", from, option, value], &[]).assert_usage_error(words);
    }
}

#[test]
fn a_password_in_the_arguments_is_rejected_and_not_repeated() {
    for text in [
        "postgresql://u:hush-1@h/d",
        "host=h user=u password=hush-1",
        "host=h password='hush-1",
    ] {
        let ran = run(&["check", "--source", text, "--target", TARGET], &[TOKEN]);
        ran.assert_usage_error("PGPASSWORD");
        assert!(!ran.stderr.contains("hush-1"), "{}", ran.stderr);
    }
}

#[test]
fn an_invalid_connection_string_is_named_by_its_origin() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("flexready.toml");
    let text = format!("[[migration]]\nname = \"o\"\ntarget = \"{TARGET}\"\ntarget_url = \"b\"\n");
    fs::write(&plan, text).unwrap();
    let planned = [
        "check",
        "--only",
        "target",
        "--plan",
        plan.to_str().unwrap(),
    ];
    let both = ["check", "--target", TARGET, "--source", "host=h user=u"];
    let (variable, neither) = (
        ("FLEXREADY_TARGET_URL", "hush-1"),
        "the connection string is neither",
    );
    let target = [&both[..], &["--target-url", "b"]].concat();
    for (args, set, place) in [
        (
            &both[..],
            &[TOKEN, variable][..],
            "error: FLEXREADY_TARGET_URL",
        ),
        (&target, &[TOKEN, variable], "error: `--target-url`"),
        (
            &planned,
            &[TOKEN],
            "flexready.toml:1: the migration `o`, `target_url`",
        ),
        // The variable takes precedence, because it can contain a password and a plan must not.
        (&planned, &[TOKEN, variable], "error: FLEXREADY_TARGET_URL"),
        (
            &both[..3],
            &[TOKEN, ("FLEXREADY_SOURCE", "b")],
            "error: FLEXREADY_SOURCE",
        ),
    ] {
        let ran = run(args, set);
        ran.assert_usage_error(&format!("{place}: {neither}"));
        assert!(!ran.stderr.contains("hush-1"), "{}", ran.stderr);
    }
}

#[test]
fn a_plan_error_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("flexready.toml");
    fs::write(&plan, "[[migration]]\nname = \"a\"\ntraget = \"x\"\n").unwrap();
    let ran = run(&["check", "--plan", plan.to_str().unwrap()], &[TOKEN]);
    ran.assert_usage_error("flexready.toml:3:1: unknown key `traget`; did you mean `target`?");
    fs::write(
        &plan,
        "[[migration]]\nsource = \"postgresql://u:hush-1@h/d\"\ntarget = \"x\"\n",
    )
    .unwrap();
    let ran = run(&["check", "--plan", plan.to_str().unwrap()], &[TOKEN]);
    ran.assert_usage_error("flexready.toml:1: the migration holds a password");
    assert!(!ran.stderr.contains("hush-1"));
    fs::write(
        &plan,
        "\n[[migration]]\nname = \"orders\"\nsource = \"host=h user=u\"\n",
    )
    .unwrap();
    let ran = run(&["check", "--plan", plan.to_str().unwrap()], &[TOKEN]);
    ran.assert_usage_error("flexready.toml:2: the migration `orders` has no `target`; add one");
}

#[test]
fn without_a_credential_the_run_does_not_start() {
    let ran = run(
        &["check", "--only", "target", "--target", TARGET],
        &[("PATH", "/nonexistent")],
    );
    ran.assert_usage_error("az login");
    let ran = run(
        &["check", "--only", "target", "--target", TARGET],
        &[TOKEN, ("FLEXREADY_ARM_ENDPOINT", "http://example.com")],
    );
    ran.assert_usage_error("FLEXREADY_ARM_ENDPOINT");
}

#[test]
fn a_recording_of_a_newer_format_or_without_a_manifest_is_rejected() {
    let copy = complete_copy(&fixtures_dir().join("recordings/ready"));
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
        .assert_usage_error("has format 7, this version reads 1");
    fs::write(&manifest, "{ \"format\": 1, ").unwrap();
    run(&["check", "--from", copy.path().to_str().unwrap()], &[])
        .assert_usage_error("the manifest is not readable");
    fs::remove_file(&manifest).unwrap();
    run(&["check", "--from", copy.path().to_str().unwrap()], &[])
        .assert_usage_error("is no recording");
}

/// Each file of a recording is deleted or truncated in turn. The other files are still read, and the result is never
/// readier.
#[test]
fn a_damaged_recording_is_incomplete_and_never_readier() {
    let copy = complete_copy(&fixtures_dir().join("recordings/ready"));
    let files = read_files(copy.path()).into_iter();
    for (name, text) in files.filter(|(name, _)| name != "manifest.json") {
        for damage in ["deleted", "truncated", "empty"] {
            let file = copy.path().join(&name);
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
        fs::write(copy.path().join(&name), text).unwrap();
    }
}
