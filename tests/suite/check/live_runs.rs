//! Runs against servers that answer: verdict, recording, rounds of questions, secrets.

use std::collections::BTreeSet;

use super::{TARGET, healthy_arm_endpoint, source_conninfo};
use crate::support::arm::Reply;
use crate::support::pg;
use crate::support::program::{TOKEN, read_files, run, run_with_arm};

#[test]
fn a_live_run_and_its_replay_print_the_same() {
    let server = pg::server(16);
    let database = server.create_database("shop");
    let (arm, folder) = (healthy_arm_endpoint(), tempfile::tempdir().unwrap());
    let recording = folder.path().join("recording");
    let recording = recording.to_str().unwrap();
    let source = source_conninfo(server, &database);
    for format in ["plain", "json"] {
        let args = [
            "check",
            "--source",
            &source,
            "--target",
            TARGET,
            "--database",
            &database,
            "--format",
            format,
        ];
        let live = run_with_arm(&arm, &[&args[..], &["--record", recording]].concat(), &[]);
        assert_ne!(live.code, 2, "{}", live.stderr);
        assert!(
            live.stdout.contains(&database) && live.stdout.contains("auditor@contoso.example"),
            "{}",
            live.stdout
        );
        let replay = run(&["check", "--from", recording, "--format", format], &[]);
        assert_eq!(replay.stdout, live.stdout, "the replay of {format}");
        assert_eq!((replay.code, replay.stderr.as_str()), (live.code, ""));
        std::fs::remove_dir_all(recording).unwrap();
    }
}

#[test]
fn record_writes_every_answer_that_check_reads() {
    let server = pg::server(17);
    let database = server.create_database("shop");
    let (arm, folder) = (healthy_arm_endpoint(), tempfile::tempdir().unwrap());
    let recording = folder.path().join("recording");
    let recording = recording.to_str().unwrap();
    let source = source_conninfo(server, &database);
    let ran = run_with_arm(
        &arm,
        &["record", recording, "--source", &source, "--target", TARGET],
        &[],
    );
    assert!(
        ran.stdout.contains("questions asked, 0 refused"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert_eq!(ran.code, 0);
    let again = run_with_arm(
        &arm,
        &["record", recording, "--source", &source, "--target", TARGET],
        &[],
    );
    again.assert_usage_error("is not empty");
    let judged = run(&["check", "--from", recording, "--format", "json"], &[]);
    assert_eq!(judged.status("target-not-ready"), "pass");
    assert_eq!(
        judged.json()["migrations"][0]["reads"]["refusals"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn record_succeeds_if_the_recording_can_be_checked() {
    let (arm, folder) = (healthy_arm_endpoint(), tempfile::tempdir().unwrap());
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let record = |name: &str| {
        let args = ["--only", "target", "--target", TARGET];
        run_with_arm(&arm, &[&["record", &place(name)], &args[..]].concat(), &[])
    };
    let id = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-orders-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-target";
    for (name, below, code) in [
        ("mild", "providers/Microsoft.Authorization/permissions", 0),
        ("grave", "replicas", 3),
    ] {
        let path = format!("{id}/{below}");
        let refused = Reply::error(403, "AuthorizationFailed", "No authorization.");
        arm.route(&path, refused);
        let ran = record(name);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        let named = format!("not answered: arm:{}?", path.to_lowercase());
        for words in [&named, " (waited for by "] {
            assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
        }
        assert!(!ran.stderr.contains("flexready::"), "{}", ran.stderr);
        let judged = run(&["check", "--from", &place(name)], &[]);
        assert_eq!(judged.code, code, "{}", judged.stdout);
    }
}

#[test]
fn one_target_needs_at_most_three_rounds_of_get_requests() {
    let arm = healthy_arm_endpoint();
    let ran = run_with_arm(
        &arm,
        &["check", "--only", "target", "--target", TARGET, "-v"],
        &[],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let rounds = ran
        .stderr
        .split("rounds=")
        .nth(1)
        .and_then(|r| r.chars().next())
        .and_then(|r| r.to_digit(10));
    assert!(rounds.is_some_and(|r| r <= 3), "{}", ran.stderr);
    let seen = arm.requests();
    assert!(seen.iter().all(|s| s.method == "GET"));
    let asked: BTreeSet<String> = seen
        .iter()
        .map(|s| format!("{}?{}", s.path, s.query))
        .collect();
    assert_eq!(asked.len(), seen.len(), "nothing is asked twice");
    assert!(seen.len() <= 18, "{} requests", seen.len());
}

#[test]
fn a_replica_is_read_with_a_separate_request() {
    let arm = healthy_arm_endpoint();
    let id = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-orders-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-copy";
    let list = serde_json::json!({ "value": [{ "id": id, "name": "orders-copy", "sku": { "name": "" }, "location": "northeurope", "properties": {} }] });
    arm.route(
        &format!("{}/replicas", id.replace("orders-copy", "orders-target")),
        Reply::json(list),
    );
    let ran = run_with_arm(
        &arm,
        &["check", "--only", "target", "--target", TARGET],
        &[],
    );
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("replica/orders-copy"));
    assert_eq!(arm.request_count(&id.to_lowercase()), 1);
}

#[test]
fn a_source_is_checked_without_azure() {
    let server = pg::server(18);
    let database = server.create_database("alone");
    let source = source_conninfo(server, &database);
    let ran = run(
        &[
            "check",
            "--only",
            "source",
            "--source",
            &source,
            "--database",
            &database,
            "--format",
            "json",
        ],
        &[],
    );
    assert!([0, 1, 3].contains(&ran.code), "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(report["migrations"][0]["scope"], "source");
    assert_eq!(report["ready_to_migrate"], false);
    assert_eq!(ran.status("source-database-missing"), "pass");
    assert!(report["migrations"][0]["target"].is_null());
}

#[test]
fn no_secret_is_printed_logged_or_recorded() {
    let server = pg::PgServer::start_with_options(
        16,
        pg::ServerOptions {
            hba: Some("host all all 127.0.0.1/32 scram-sha-256"),
            ..pg::ServerOptions::default()
        },
    );
    let password = "canary-password-7be1";
    server.run(
        "postgres",
        &format!("ALTER ROLE postgres PASSWORD '{password}'"),
    );
    server.run("postgres", "CREATE DATABASE shop");
    let folder = tempfile::tempdir().unwrap();
    let args = ["check", "--target", TARGET, "-vvv", "--format", "json"];
    let by_variable = [("PGPASSWORD", password)];
    let uri = format!(
        "postgresql://postgres:{password}@127.0.0.1:{}/shop",
        server.port()
    );
    let by_uri = [("FLEXREADY_SOURCE", uri.as_str())];
    let plain = source_conninfo(&server, "shop");
    let wrong_uri = uri.replace(password, "canary-password-wrong");
    let by_wrong_uri = [("FLEXREADY_SOURCE", wrong_uri.as_str())];
    type SecretRun<'a> = (&'a str, Vec<&'a str>, &'a [(&'a str, &'a str)]);
    let runs: [SecretRun; 3] = [
        ("a", vec!["--source", &plain], &by_variable),
        ("b", vec![], &by_uri),
        ("c", vec![], &by_wrong_uri),
    ];
    for (name, more, env) in runs {
        let arm = healthy_arm_endpoint();
        let recording = folder.path().join(name);
        let record = ["--record", recording.to_str().unwrap()];
        let env = [env, &[("RUST_LOG", "trace")]].concat();
        let ran = run_with_arm(&arm, &[&args[..], &more, &record].concat(), &env);
        assert_ne!(ran.code, 2, "{}", ran.stderr);
        let mut all = read_files(&recording);
        all.push(("stdout".to_owned(), ran.stdout));
        all.push(("stderr".to_owned(), ran.stderr));
        for (place, text) in all {
            for secret in ["canary", TOKEN.split('.').nth(1).unwrap()] {
                assert!(!text.contains(secret), "{name}: {place} holds {secret}");
            }
        }
    }
}
