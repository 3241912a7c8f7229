//! Discovery of servers: with Resource Graph, or with ARM lists if Resource Graph is refused. Gaps are always reported.

use serde_json::json;

use super::{expected_verdicts, join_args, subscription_args, verdicts};
use crate::support::arm::Reply;
use crate::support::fleet::{fleet_endpoint, subscription_id};
use crate::support::program::{TOKEN, run, run_with_arm};

const RESOURCE_GRAPH_PATH: &str = "/providers/Microsoft.ResourceGraph/resources";

fn server_list_path(number: usize) -> String {
    let id = subscription_id(number);
    format!("/subscriptions/{id}/providers/Microsoft.DBforPostgreSQL/flexibleServers")
}

#[test]
fn all_servers_are_discovered_with_one_paged_query() {
    let arm = fleet_endpoint(2, 4, 3);
    let within = subscription_args(2);
    let ran = run_with_arm(
        &arm,
        &join_args(&["audit", "--format", "json"], &within),
        &[],
    );
    let report = ran.json();
    assert_eq!(verdicts(&report), expected_verdicts(2, 4), "{}", ran.stderr);
    assert_eq!(
        (ran.code, report["verdict"].as_str()),
        (1, Some("not_ready"))
    );
    assert_eq!(report["exit_reason"], "not ready: 2 of 8; ready: 6 of 8");
    assert_eq!(
        report["migrations"][0]["verdict"], "not_ready",
        "worst first"
    );
    assert_eq!(report["fleet"]["found"], 8);
    assert_eq!(
        arm.request_count(RESOURCE_GRAPH_PATH),
        3,
        "8 servers, 3 a page"
    );
    for seen in arm.requests() {
        assert!(
            seen.method == "GET" || seen.path == RESOURCE_GRAPH_PATH,
            "{} {}",
            seen.method,
            seen.path
        );
    }
    assert_eq!(
        arm.request_count(&server_list_path(0)) + arm.request_count(&server_list_path(1)),
        0
    );
    let schema: serde_json::Value = serde_json::from_str(&run(&["schema"], &[]).stdout).unwrap();
    assert!(jsonschema::is_valid(&schema, &report));
}

#[test]
fn the_plain_report_lists_the_most_frequent_issues_and_no_secret() {
    let arm = fleet_endpoint(1, 4, 1000);
    let within = subscription_args(1);
    let ran = run_with_arm(&arm, &join_args(&["-v", "audit"], &within), &[]);
    let first = ran.stdout.lines().find(|l| l.contains("pg-0-"));
    assert!(
        first.is_some_and(|l| l.starts_with("NOT READY  pg-0-0000")),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("1 of 4  High availability is on in the target"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("\nexit 1: not ready: 1 of 4"),
        "{}",
        ran.stdout
    );
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(TOKEN));
    assert!(
        !ran.stderr.contains('\r'),
        "no progress where no terminal is: {}",
        ran.stderr
    );
}

#[test]
fn arm_lists_are_used_if_resource_graph_is_refused() {
    let arm = fleet_endpoint(2, 2, 1000);
    arm.route(
        RESOURCE_GRAPH_PATH,
        Reply::error(403, "AccessDenied", "The query was refused."),
    );
    let within = subscription_args(2);
    let ran = run_with_arm(
        &arm,
        &join_args(&["audit", "--format", "json"], &within),
        &[],
    );
    assert_eq!(
        verdicts(&ran.json()),
        expected_verdicts(2, 2),
        "{}",
        ran.stderr
    );
    assert_eq!(
        (
            arm.request_count(&server_list_path(0)),
            arm.request_count(&server_list_path(1))
        ),
        (1, 1)
    );
}

#[test]
fn a_subscription_missing_from_resource_graph_is_listed_or_reported() {
    let arm = fleet_endpoint(2, 2, 1000);
    arm.route_with(RESOURCE_GRAPH_PATH, |_| {
        Reply::json(json!({"totalRecords": 0, "count": 0, "data": [], "resultTruncated": "false"}))
    });
    let refusal = Reply::error(
        403,
        "AuthorizationFailed",
        "The client does not have authorization to perform action 'x'.",
    );
    arm.route(&server_list_path(1), refusal);
    let within = subscription_args(2);
    let ran = run_with_arm(
        &arm,
        &join_args(&["audit", "--format", "json", "--name", "*1"], &within),
        &[],
    );
    let report = ran.json();
    assert_eq!(report["migrations"].as_array().unwrap().len(), 1);
    assert_eq!(report["migrations"][0]["verdict"], "ready");
    assert_eq!(
        (ran.code, report["verdict"].as_str()),
        (3, Some("incomplete"))
    );
    let unread = report["fleet"]["unread"].as_array().unwrap();
    assert_eq!(unread.len(), 1);
    let reason = unread[0]["reason"].as_str().unwrap();
    assert!(reason.contains("AuthorizationFailed"), "{reason}");
}

#[test]
fn a_management_group_includes_all_its_subscriptions() {
    let arm = fleet_endpoint(2, 1, 1000);
    let path = "/providers/Microsoft.Management/managementGroups/mg-1/descendants";
    let below = |number: usize| json!({"name": subscription_id(number), "type": "Microsoft.Management/managementGroups/subscriptions"});
    arm.route(path, Reply::json(json!({"value": [below(0), below(1)]})));
    let args = ["audit", "--management-group", "mg-1", "--format", "json"];
    let ran = run_with_arm(&arm, &args, &[]);
    assert_eq!(
        verdicts(&ran.json()),
        expected_verdicts(2, 1),
        "{}",
        ran.stderr
    );
    arm.route(path, Reply::error(403, "AuthorizationFailed", "no"));
    let ran = run_with_arm(&arm, &args, &[]);
    assert_eq!(ran.json()["migrations"].as_array().unwrap().len(), 2);
    let reason = ran.json()["fleet"]["unread"][0]["reason"].to_string();
    assert!(
        reason.contains("only what Azure Resource Graph shows"),
        "{reason}"
    );
}

#[test]
fn filters_and_resource_groups_limit_the_servers() {
    let arm = fleet_endpoint(1, 12, 1000);
    let group = format!(
        "/subscriptions/{}/resourceGroups/RG-Orders-Prod",
        subscription_id(0)
    );
    let names = |more: &[&str]| {
        let mut args = vec!["audit", "--resource-group", &group, "--format", "json"];
        args.extend(more);
        let ran = run_with_arm(&arm, &args, &[]);
        let names: Vec<String> = verdicts(&ran.json()).into_keys().collect();
        names.join(" ")
    };
    assert_eq!(names(&["--tag", "ENV=test"]), "pg-0-0000 pg-0-0010");
    assert_eq!(names(&["--name", "*-0003"]), "pg-0-0003");
    assert_eq!(names(&["--tier", "burstable"]), "");
    assert_eq!(names(&["--location", "West Europe"]), "");
    let all = [
        "--location",
        "Germany West Central",
        "--tier",
        "generalpurpose",
        "--name",
        "pg-0-001?",
    ];
    assert_eq!(names(&all), "pg-0-0010 pg-0-0011");
}

#[test]
fn an_audit_requires_a_valid_scope() {
    run(&["audit"], &[]).assert_usage_error("nothing to audit");
    run(&["audit", "--subscription", "production"], &[])
        .assert_usage_error("is not the id of a subscription");
    run(&["audit", "--resource-group", "rg"], &[])
        .assert_usage_error("is not a resource group; give `/subscriptions/<id>/resourceGroups/<name>`, or `<subscription>/<name>`");
    let id = subscription_id(0);
    let refused = |part: &str, words: &str| {
        let args = ["audit", "--subscription", &id, "--shard", part];
        run(&args, &[("FLEXREADY_ACCESS_TOKEN", TOKEN)]).assert_usage_error(words);
    };
    refused("3/2", "is no part of a whole");
    refused("azure-pipelines", "SYSTEM_JOBPOSITIONINPHASE");
}

#[test]
fn check_finds_a_target_by_its_host_name() {
    let arm = fleet_endpoint(2, 3, 1000);
    let check = |host: &str| {
        let args = [
            "check", "--only", "target", "--target", host, "--format", "json",
        ];
        run_with_arm(&arm, &args, &[])
    };
    let ran = check("PG-1-0002.postgres.database.azure.com");
    let id = ran.json()["migrations"][0]["target"]["id"].to_string();
    assert!(
        id.contains(&subscription_id(1)) && id.contains("pg-1-0002"),
        "{id}"
    );
    assert_eq!(ran.code, 0);
    let nobody = check("nobody.postgres.database.azure.com");
    assert_eq!((nobody.code, nobody.stdout.as_str()), (3, ""));
    assert!(
        nobody.stderr.contains("give its resource id"),
        "{}",
        nobody.stderr
    );
    arm.route(RESOURCE_GRAPH_PATH, Reply::error(403, "AccessDenied", "no"));
    let all = json!({"value": [{"subscriptionId": subscription_id(0)}, {"subscriptionId": subscription_id(1)}]});
    arm.route("/subscriptions", Reply::json(all));
    assert_eq!(check("pg-1-0002.postgres.database.azure.com").code, 0);
}

#[test]
fn the_host_name_lookup_counts_toward_the_timeout() {
    let arm = fleet_endpoint(1, 1, 1000);
    arm.set_latency(std::time::Duration::from_millis(1200));
    let host = "pg-0-0000.postgres.database.azure.com";
    let args = ["check", "--only", "target", "--target", host];
    let more = ["--timeout", "2s", "--format", "json"];
    let ran = run_with_arm(&arm, &[&args[..], &more].concat(), &[]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.status("target-not-ready"), "unknown");
}
