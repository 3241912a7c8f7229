//! `--location`: sizing before a server exists.

use crate::check::{healthy_arm_endpoint, source_conninfo};
use crate::support::pg;
use crate::support::program::run_with_arm;

#[test]
fn a_location_is_enough_to_size_a_server() {
    let server = pg::server(16);
    let database = server.create_database("shop");
    let arm = healthy_arm_endpoint();
    let source = source_conninfo(server, &database);
    let args = [
        "check",
        "--source",
        &source,
        "--database",
        &database,
        "--location",
        "Germany West Central",
        "--subscription",
        "11111111-2222-4333-8444-555555555555",
        "--source-vcores",
        "6",
        "--source-memory-gib",
        "24",
        "--format",
        "json",
    ];
    let ran = run_with_arm(&arm, &args, &[]);
    let report = ran.json();
    let migration = &report["migrations"][0];
    assert_eq!(
        migration["scope"], "source",
        "one side is judged, whatever is sized"
    );
    assert_eq!(migration["ready_to_migrate"], false);
    let recommended = &migration["sizing"]["recommended"];
    assert_eq!(
        recommended["smallest"]["vcores"], 8,
        "{}",
        migration["sizing"]
    );
    assert_eq!(recommended["with_headroom"]["vcores"], 16);
    assert_eq!(recommended["smallest"]["storage_gib"], 32);
    let rejected = recommended["rejected"].as_array().unwrap();
    assert!(
        rejected
            .iter()
            .all(|r| !r["lacks"].as_array().unwrap().is_empty())
    );
    assert!(
        rejected
            .iter()
            .any(|r| r["lacks"][0] == "4 vCores, 6 are needed"),
        "{rejected:?}"
    );
    assert!(
        migration["estimate"]["words"]
            .as_str()
            .unwrap()
            .contains("under a minute")
    );
    assert_eq!(
        arm.requests().len(),
        1,
        "the offers of the location, and nothing else"
    );
}

#[test]
fn a_location_requires_a_subscription() {
    let ran = run_with_arm(
        &healthy_arm_endpoint(),
        &["check", "--source", "host=h", "--location", "westeurope"],
        &[],
    );
    ran.assert_usage_error("--subscription");
}

#[test]
fn a_failed_sizing_is_incomplete() {
    let server = pg::server(16);
    let database = server.create_database("sized");
    let source = source_conninfo(server, &database);
    let args = [
        "check",
        "--source",
        &source,
        "--database",
        &database,
        "--check",
        "source-version-too-old",
    ];
    let id = "11111111-2222-4333-8444-555555555555";
    let sized = |location: &str, env: &[(&str, &str)], more: &[&str]| {
        let place = ["--location", location];
        run_with_arm(
            &healthy_arm_endpoint(),
            &[&args[..], &place, more].concat(),
            env,
        )
    };
    let by_environment = [("AZURE_SUBSCRIPTION_ID", id)];
    let ran = sized(
        "germanywestcentral",
        &by_environment,
        &["--source-vcores", "2"],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    for words in [
        "judged `source-version-too-old` alone;",
        "size in germanywestcentral (subscription 11111111-2222-4333-8444-555555555555)",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let mistyped = ["--subscription", id, "--source-vcores", "2"];
    let ran = sized("germanywest", &[], &mistyped);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for words in [
        "there may be no `germanywest`",
        "az account list-locations",
        "exit 3: incomplete: what was to be sized could not be sized",
    ] {
        let whole = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(whole.contains(words), "{words}: {whole}");
    }
    sized("westeurope", &[], &["--subscription", "foo"]).assert_usage_error("foo");
    sized("westeurope", &[("AZURE_SUBSCRIPTION_ID", "foo")], &[]).assert_usage_error("foo");
}

#[test]
fn a_password_in_the_target_url_argument_is_rejected() {
    let ran = run_with_arm(
        &healthy_arm_endpoint(),
        &[
            "check",
            "--target-url",
            "postgresql://u:hush-canary@h/postgres",
            "--target",
            crate::check::TARGET,
            "--source",
            "host=h",
        ],
        &[],
    );
    ran.assert_usage_error("FLEXREADY_TARGET_URL");
    assert!(!ran.stderr.contains("hush-canary"));
}
