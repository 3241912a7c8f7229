//! Servers that refuse requests. Other facts are still read, and refused facts are unknown with their reason.
//! The exit code is 3, or 1 if there is a blocker.

use super::{TARGET, healthy_arm_endpoint, source_conninfo};
use crate::support::arm::{ArmEndpoint, Reply};
use crate::support::pg;
use crate::support::program::{ProgramOutput, run, run_with_arm};

fn assert_unknown_because(ran: &ProgramOutput, id: &str, reason: &str) {
    assert_eq!(ran.status(id), "unknown", "{}", ran.stdout);
    let report = ran.json();
    let checks = report["migrations"][0]["checks"].as_array().unwrap();
    let check = checks.iter().find(|c| c["id"] == id).unwrap();
    let missing = check["missing"].to_string();
    assert!(missing.contains(reason), "{id}: {missing}");
}

fn check_pair(arm: &ArmEndpoint, source: &str, env: &[(&str, &str)]) -> ProgramOutput {
    run_with_arm(
        arm,
        &[
            "check",
            "--source",
            source,
            "--target",
            TARGET,
            "--format",
            "json",
            "--timeout",
            "20s",
        ],
        env,
    )
}

#[test]
fn an_unreachable_source_does_not_affect_target_checks() {
    let ran = check_pair(
        &healthy_arm_endpoint(),
        "host=127.0.0.1 port=1 user=u dbname=d connect_timeout=2",
        &[],
    );
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert_eq!(ran.status("target-not-ready"), "pass");
    assert_unknown_because(&ran, "source-version-too-old", "refused");
}

#[test]
fn a_wrong_password_is_reported() {
    let server = pg::PgServer::start_with_options(
        16,
        pg::ServerOptions {
            hba: Some("host all all 127.0.0.1/32 scram-sha-256"),
            ..pg::ServerOptions::default()
        },
    );
    server.run("postgres", "ALTER ROLE postgres PASSWORD 'right'");
    let ran = check_pair(
        &healthy_arm_endpoint(),
        &source_conninfo(&server, "postgres"),
        &[("PGPASSWORD", "wrong")],
    );
    assert_eq!(ran.code, 3);
    assert_unknown_because(
        &ran,
        "source-version-too-old",
        "password authentication failed",
    );
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let source = source_conninfo(&server, "postgres");
    let args = ["check", "--source", &source, "--target", TARGET];
    let kept = ["--out", &file("out"), "--record", &file("kept")];
    let wrong = [("PGPASSWORD", "wrong")];
    let ran = run_with_arm(
        &healthy_arm_endpoint(),
        &[&args[..], &kept].concat(),
        &wrong,
    );
    let why = "password authentication failed for user \"postgres\"";
    let head = format!("  source  127.0.0.1:{}, not read: {why}\n", server.port());
    assert!(ran.stdout.contains(&head), "{}", ran.stdout);
    let read = |name: &str| std::fs::read_to_string(place.path().join("out").join(name)).unwrap();
    let summary = read("summary.md");
    assert!(
        summary.contains(&format!("**Source not read**: {why}.")),
        "{summary}"
    );
    let page = read("report.html");
    assert!(
        page.contains("<b>not read:</b> password authentication failed"),
        "{page}"
    );
    let piped = [
        "check",
        "--from",
        &file("kept"),
        "--format",
        "azure-pipelines",
    ];
    let piped = run(&piped, &[]).stdout;
    let issues = piped
        .lines()
        .filter(|l| l.starts_with("##vso[task.logissue"));
    let issues: Vec<&str> = issues.filter(|l| l.contains("28P01")).collect();
    let [only] = issues[..] else {
        panic!("{piped}")
    };
    assert!(only.contains("more checks for the same reason)"), "{only}");
}

#[test]
fn an_unreadable_target_is_reported_in_the_header() {
    let arm = healthy_arm_endpoint();
    let args = ["check", "--only", "target", "--target", TARGET];
    arm.expect_token("another-token");
    let ran = run_with_arm(&arm, &args, &[]);
    let words = "target  orders-target, not read: the sign-in was not accepted (401";
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
    let ran = run_with_arm(&ArmEndpoint::start(), &args, &[]);
    let words = "target  orders-target, not read: there is no such server (404";
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
}

#[test]
fn a_database_that_does_not_exist_is_reported() {
    let ran = check_pair(
        &healthy_arm_endpoint(),
        &source_conninfo(pg::server(15), "nowhere"),
        &[],
    );
    assert_eq!(ran.code, 3);
    assert_unknown_because(&ran, "source-database-missing", "does not exist");
}

#[test]
fn an_expired_token_and_a_missing_permission_are_reported() {
    let server = pg::server(16);
    let arm = healthy_arm_endpoint();
    arm.expect_token("another-token");
    let ran = check_pair(&arm, &source_conninfo(server, "postgres"), &[]);
    assert_eq!(ran.code, if ran.json()["blockers"] == 0 { 3 } else { 1 });
    assert_unknown_because(&ran, "target-not-deployed", "401");
    assert_eq!(ran.status("source-version-too-old"), "pass");

    let arm = healthy_arm_endpoint();
    let path = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-orders-prod/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-target/configurations";
    arm.route(
        path,
        Reply::error(
            403,
            "AuthorizationFailed",
            "The client does not have authorization.",
        ),
    );
    let ran = check_pair(&arm, &source_conninfo(server, "postgres"), &[]);
    assert_unknown_because(
        &ran,
        "target-restart-pending",
        "Microsoft.DBforPostgreSQL/flexibleServers/configurations/read",
    );
    assert_eq!(ran.status("target-not-ready"), "pass");
}

#[test]
fn a_target_that_does_not_exist_is_a_finding() {
    let arm = ArmEndpoint::start();
    let ran = check_pair(&arm, &source_conninfo(pg::server(16), "postgres"), &[]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert_eq!(ran.status("target-not-deployed"), "fail");
    assert_eq!(ran.status("target-high-availability-on"), "not_applicable");
}

#[test]
fn an_unreachable_endpoint_makes_target_checks_unknown() {
    let server = pg::server(16);
    let url = "http://127.0.0.1:1";
    let env = [("FLEXREADY_ARM_ENDPOINT", url)];
    let ran = check_pair(
        &healthy_arm_endpoint(),
        &source_conninfo(server, "postgres"),
        &env,
    );
    assert_eq!(ran.status("target-not-deployed"), "unknown");
    assert_eq!(ran.status("source-version-too-old"), "pass");
}

/// Sign-in is limited by the timeout of the run.
#[test]
fn a_hanging_azure_cli_does_not_block_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let az = folder.path().join("az");
    std::fs::write(&az, "#!/bin/sh\nexec /bin/sleep 9\n").unwrap();
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let args = ["check", "--only", "target", "--target", TARGET];
    let more = ["--timeout", "1s", "--format", "json"];
    let ran = run(&[&args[..], &more].concat(), &[("PATH", &path)]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_unknown_because(&ran, "target-not-ready", "there was no token within 1 s");
}
